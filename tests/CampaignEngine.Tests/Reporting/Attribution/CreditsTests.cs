using CampaignEngine.Reporting.Attribution;

namespace CampaignEngine.Tests.Reporting.Attribution;

public sealed class CreditsTests
{
    private static readonly DateTimeOffset Order = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(AttributionMethod.First, "1 0 0 0")]
    [InlineData(AttributionMethod.Last, "0 0 0 1")]
    [InlineData(AttributionMethod.Linear, "0.25 0.25 0.25 0.25")]
    [InlineData(AttributionMethod.Position, "0.4 0.1 0.1 0.4")]
    [InlineData(AttributionMethod.TimeDecay, "0.066667 0.133333 0.266667 0.533333")]
    public void EveryMethodDividesAConversionAsItSays(AttributionMethod method, string credits) =>
        Assert.Equal(credits, Shown(Credits.Divide(1, method, [Order.AddDays(-28), Order.AddDays(-21), Order.AddDays(-14), Order.AddDays(-7)], Order)));

    [Theory]
    [InlineData(AttributionMethod.Position, 1, "1")]
    [InlineData(AttributionMethod.Position, 2, "0.5 0.5")]
    [InlineData(AttributionMethod.Position, 3, "0.4 0.2 0.4")]
    [InlineData(AttributionMethod.Linear, 3, "0.333334 0.333333 0.333333")]
    [InlineData(AttributionMethod.TimeDecay, 1, "1")]
    public void FewContactsShareTheWhole(AttributionMethod method, int contacts, string credits) =>
        Assert.Equal(credits, Shown(Credits.Divide(1, method, [.. Enumerable.Range(0, contacts).Select(n => Order.AddDays(n - 40))], Order)));

    [Fact]
    public void NothingIsLostOrMadeWhateverTheAmountAndTheWeights()
    {
        var random = new Random(11);
        for (var run = 0; run < 20_000; run++)
        {
            var whole = decimal.Round((decimal)((random.NextDouble() - 0.3) * Math.Pow(10, random.Next(0, 9))), random.Next(0, 10));
            double[] weights = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Math.Pow(random.NextDouble(), random.Next(1, 20)) + double.Epsilon)];
            var parts = Credits.Divide(whole, weights);
            Assert.Equal(whole, parts.Sum());
            Assert.All(parts, p => Assert.True(Math.Sign(p) * Math.Sign(whole) >= 0, $"{p} of {whole}"));
        }
    }

    [Fact]
    public void ContactsOfLongAgoStillShareTheWhole() =>
        Assert.Equal(1, Credits.Divide(1, AttributionMethod.TimeDecay, [Order.AddYears(-90), Order.AddYears(-80)], Order).Sum());

    private static string Shown(IEnumerable<decimal> credits) => string.Join(' ', credits.Select(c => c.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)));
}
