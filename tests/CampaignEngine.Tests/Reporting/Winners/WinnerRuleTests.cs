using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Winners;

namespace CampaignEngine.Tests.Reporting.Winners;

public sealed class WinnerRuleTests
{
    private static readonly TestDefinition Clicks = new() { Place = new Place("c.yaml", 1, 1), By = TestMeasure.Click };

    [Theory]
    [InlineData(1000, 100, 1000, 60, true)]
    [InlineData(1000, 100, 1000, 90, false)]
    [InlineData(1000, 6, 1000, 0, false)]
    public void TheBestCellWinsWhenItDiffersBeyondChance(long contacted1, long clicks1, long contacted2, long clicks2, bool wins)
    {
        var standing = WinnerRule.Of(Clicks, [Cell("a", contacted1, clicks1), Cell("b", contacted2, clicks2), Cell("remainder", 10, 9), Cell("control", 0, 0) with { Control = true }]);
        Assert.Equal(("a", wins), (standing.Best, standing.Wins));
        Assert.Equal(["a", "b"], standing.Cells.Select(c => c.Cell));
    }

    [Fact]
    public void OneOfManyCellsMustBeatAllOthersAfterCorrectionForAllPairs()
    {
        // Alone against b the difference has p = 0.03; as one of six pairs it has not.
        Assert.True(WinnerRule.Of(Clicks, [Cell("a", 1000, 100), Cell("b", 1000, 73)]).Wins);
        var many = WinnerRule.Of(Clicks, [Cell("a", 1000, 100), Cell("b", 1000, 73), Cell("c", 1000, 72), Cell("d", 1000, 71)]);
        Assert.Equal(("a", false, 3), (many.Best, many.Wins, many.BestAgainst.Count));
        Assert.Contains("corrected for 6 pairs, not below 0.05", many.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereTheBestIsEnoughAnyLeadWinsButNoTie()
    {
        var best = Clicks with { MustBeSignificant = false };
        Assert.True(WinnerRule.Of(best, [Cell("a", 100, 3), Cell("b", 100, 4)]) is { Best: "b", Wins: true });
        Assert.False(WinnerRule.Of(best, [Cell("a", 100, 4), Cell("b", 100, 4)]).Wins);
        Assert.Null(WinnerRule.Of(best, [Cell("a", 100, 0), Cell("b", 100, 0)]).Best);
        Assert.Equal("not every cell has contacted people", WinnerRule.Of(best, [Cell("a", 100, 3), Cell("b", 0, 0)]).Because);
    }

    [Fact]
    public void MachinesDoNotDecide()
    {
        var standing = WinnerRule.Of(Clicks with { MustBeSignificant = false }, [Cell("a", 100, 3) with { ClicksRaw = 90 }, Cell("b", 100, 4)]);
        Assert.Equal("b", standing.Best);
    }

    [Fact]
    public void RevenueIsComparedByWhatAContactedPersonBrought()
    {
        var revenue = Clicks with { By = TestMeasure.Revenue };
        static ReportRow Row(string cell, decimal sum, decimal squares) => Cell(cell, 1000, 0) with { Conversions = 50, Revenue = sum, RevenueSquares = squares };
        var standing = WinnerRule.Of(revenue, [Row("a", 2000, 100000), Row("b", 1000, 25000)]);
        Assert.Equal(("a", 100L, "revenue_per_contact"), (standing.Best, standing.Answers, standing.Measure));
        Assert.True(standing.Wins);
    }

    private static ReportRow Cell(string name, long contacted, long clicks) => new() { Cell = name, People = contacted, Contacted = contacted, Clicks = clicks, ClicksRaw = clicks };
}
