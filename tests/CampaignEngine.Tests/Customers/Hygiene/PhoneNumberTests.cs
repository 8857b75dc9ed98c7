using CampaignEngine.Customers.Hygiene;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Customers.Hygiene;

public sealed class PhoneNumberTests
{
    [Fact]
    public void NearlyAllPublishedExamplesBecomeTheirE164()
    {
        var rows = File.ReadAllLines(SharedData.Require("sms-phone/phone-examples.csv"))[1..];
        List<string> wrong = [];
        var count = 0;
        foreach (var row in rows)
        {
            var cells = row.Replace("\"", "", StringComparison.Ordinal).Split(',');
            foreach (var text in (string[])[cells[3], cells[5], cells[6]])
            {
                count++;
                if (!PhoneNumber.TryNormalise(text, cells[0], out var number) || number != cells[4])
                {
                    wrong.Add($"{cells[0]} {text} -> {number}, not {cells[4]}");
                }
            }
        }

        Assert.True(count > 2400);
        Assert.True(wrong.Count <= count / 100, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("0912 345 678", "TW", "+886912345678")]
    [InlineData("+44 (0)20 7946 0958", null, "+442079460958")]
    [InlineData("0044 20 7946 0958", "DE", "+442079460958")]
    [InlineData("(+44) 20 7946 0958", null, "+442079460958")]
    [InlineData("1-650-253-0000", "US", "+16502530000")]
    [InlineData("650.253.0000", "us", "+16502530000")]
    [InlineData("０９１２３４５６７８", "TW", "+886912345678")]
    [InlineData("tel:+886-912-345-678", null, "+886912345678")]
    [InlineData("06 12345678", "IT", "+390612345678")]
    public void NumbersAreReadAsPeopleWriteThem(string text, string? country, string expected)
    {
        Assert.True(PhoneNumber.TryNormalise(text, country, out var number));
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("", "TW")]
    [InlineData("   ", "TW")]
    [InlineData("0912 345 678", null)]
    [InlineData("0912 345 678", "XX")]
    [InlineData("+999 123 4567", null)]
    [InlineData("12", "TW")]
    [InlineData("+1 650 253", null)]
    [InlineData("call me", "US")]
    [InlineData("6502530000; DROP", "US")]
    [InlineData("=cmd|' /C calc'!A0", "US")]
    [InlineData("650+2530000", "US")]
    [InlineData("+", null)]
    public void OtherTextsAreNoNumbers(string text, string? country) => Assert.False(PhoneNumber.TryNormalise(text, country, out _));
}
