using CampaignEngine.Customers.Hygiene;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Customers.Hygiene;

public sealed class PhoneCountryTests
{
    [Fact]
    public void NearlyAllPublishedExamplesBelongToTheirCountry()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var row in File.ReadAllLines(SharedData.Require("sms-phone/phone-examples.csv"))[1..])
        {
            var cells = row.Replace("\"", "", StringComparison.Ordinal).Split(',');
            if (!cells[2].Contains("mobile", StringComparison.Ordinal) && !cells[2].Contains("fixed", StringComparison.Ordinal))
            {
                // Freephone and premium numbers of North America belong to all of its countries.
                continue;
            }

            count++;
            if (PhoneCountry.Of(cells[4]) != cells[0])
            {
                wrong.Add($"{cells[0]} {cells[4]} -> {PhoneCountry.Of(cells[4])}");
            }
        }

        // Islands that share every digit with their neighbour cannot be told apart.
        Assert.True(wrong.Count <= count / 25, $"{wrong.Count} of {count}: {string.Join('\n', wrong)}");
    }

    [Theory]
    [InlineData("+12125550100", "US")]
    [InlineData("+14165550100", "CA")]
    [InlineData("+18765550100", "JM")]
    [InlineData("+77010000000", "KZ")]
    [InlineData("+79161234567", "RU")]
    [InlineData("+447911123456", "GG")]
    [InlineData("+447400900123", "GB")]
    [InlineData("+886912345678", "TW")]
    [InlineData("+999", null)]
    [InlineData("0912345678", null)]
    public void SharedCodesAreToldApart(string number, string? country) => Assert.Equal(country, PhoneCountry.Of(number));
}
