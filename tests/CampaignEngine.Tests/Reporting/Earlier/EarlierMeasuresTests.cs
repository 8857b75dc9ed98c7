using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Earlier;

namespace CampaignEngine.Tests.Reporting.Earlier;

public sealed class EarlierMeasuresTests
{
    private static readonly ClosedCampaign Present = Some() with { Counts = ["click", "conversion"], Total = new ReportRow { Contacted = 1000, Responses = 40, Conversions = 20, Orders = 25, Revenue = 500, RevenueSquares = 20_000, Cost = 100 } };

    [Fact]
    public void EveryFigureFollowsFromTheTotalAndItsInterval()
    {
        var measures = EarlierMeasures.Of(Present, []).ToDictionary(m => m.Measure);
        Assert.Equal((0.04, 0.02, 2.5, 4.0, 0.5, 4.0), (V("response_rate"), V("conversion_rate"), V("cost_per_response"), V("cost_per_order"), V("revenue_per_contact"), V("roi")));
        Assert.Equal((Present.Total.ResponseRateLow, Present.Total.ResponseRateHigh), (measures["response_rate"].Low, measures["response_rate"].High));

        // The dearest response goes with the lowest rate.
        Assert.Equal(0.1 / Present.Total.ResponseRateLow!.Value, measures["cost_per_response"].High!.Value, 1e-6);
        Assert.Equal(0.1 / Present.Total.ResponseRateHigh!.Value, measures["cost_per_response"].Low!.Value, 1e-6);

        // 1,000 people with a mean of 0.5 and 20 of squares each: the standard error is √((20 − 0.25) / 999).
        var reach = 1.959964 * Math.Sqrt(19.75 / 999);
        Assert.Equal(((0.5 + reach) * 1000 / 100) - 1, measures["roi"].High!.Value, 1e-5);
        Assert.All(measures.Values, m => Assert.Equal((0, null, null), (m.Campaigns, m.Earlier, m.Verdict)));

        double V(string measure) => measures[measure].Value!.Value;
    }

    [Fact]
    public void OnlyWhatIsMeantInTheSameTermsIsCompared()
    {
        ClosedCampaign[] earlier =
        [
            Some(), Some() with { Counts = ["reply"] }, Some() with { Counts = [], Imported = true }, Some() with { Currency = "EUR" },
            Some() with { Total = new ReportRow { Contacted = 100, Responses = 10, Conversions = 5, Orders = 5, Revenue = 50, RevenueSquares = 1000, Cost = 10, Margin = 20, MarginSquares = 100 } },
        ];
        Assert.Equal(
            [("response_rate", 4), ("conversion_rate", 5), ("cost_per_response", 3), ("cost_per_order", 4), ("revenue_per_contact", 5), ("roi", 3)],
            EarlierMeasures.Of(Present, earlier).Select(m => (m.Measure, m.Campaigns)));
    }

    [Fact]
    public void ASingleEarlierCampaignHasItsOwnIntervalAndTwoExpectNothing()
    {
        var one = EarlierMeasures.Of(Present, [Some()])[0];
        Assert.Equal((Some().ResponseRateLow, Some().ResponseRateHigh, null), (one.EarlierLow, one.EarlierHigh, one.ExpectedLow));
        var two = EarlierMeasures.Of(Present, [Some(), Present])[0];
        Assert.NotNull(two.EarlierLow);
        Assert.Null(two.Verdict);
    }

    // Whoever says "95 %" of one more campaign must be right 19 times in 20, also with three campaigns to go by.
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void OneMoreCampaignLiesWhereItWasToBeExpected(int campaigns)
    {
        var random = new Random(23);
        var held = 0;
        const int Runs = 5_000;
        for (var run = 0; run < Runs; run++)
        {
            var next = EarlierMeasures.Scatter([.. Enumerable.Range(0, campaigns).Select(_ => Normal())]).Next!.Value;
            held += Normal() is var one && next.Low <= one && one <= next.High ? 1 : 0;
        }

        Assert.InRange((double)held / Runs, 0.94, 0.96);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static ClosedCampaign Some() => new()
    {
        Campaign = "c", StartedAt = default, Currency = "USD", Counts = ["conversion", "click"],
        Total = new ReportRow { Contacted = 100, Responses = 10, Conversions = 5, Orders = 5, Revenue = 50, RevenueSquares = 1000, Cost = 10 },
    };
}
