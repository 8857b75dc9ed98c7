using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Breakdowns;

namespace CampaignEngine.Tests.Reporting;

public sealed class SmallCellsTests
{
    [Fact]
    public void ASmallCellIsAddedToTheNextSmallestSoThatNothingIsFoundBySubtraction()
    {
        var report = new SmallCells(10).Hide(Report([("a", 100), ("b", 40), ("c", 3)], control: 50));
        Assert.Equal([("a", 100L, false), ("(2 small groups)", 43L, true)], report.Cells.Where(c => !c.Control).Select(c => (c.Cell!, c.People, c.IsMerged)));
        Assert.Equal(report.Total.Responses, report.Cells.Where(c => !c.Control).Sum(c => c.Responses));
        Assert.Equal(["a", "(2 small groups)"], report.Rows.Where(r => !r.Control).Select(r => r.Cell));
        Assert.NotNull(report.Cells.Single(c => c.IsMerged).Comparison);
        Assert.Equal(50, report.Cells.Single(c => c.Control).People);
    }

    [Fact]
    public void SmallCellsThatAreEnoughTogetherLeaveTheOthersAlone() =>
        Assert.Equal(["a", "b", "(2 small groups)"], new SmallCells(10).Hide(Report([("a", 100), ("b", 40), ("c", 6), ("d", 7)], control: 50)).Cells.Where(c => !c.Control).Select(c => c.Cell));

    [Fact]
    public void NothingIsComparedWithASmallControlCell()
    {
        var report = new SmallCells(10).Hide(Report([("a", 100), ("b", 40)], control: 9));
        Assert.DoesNotContain(report.Rows.Concat(report.Cells), r => r.Control);
        Assert.All(report.Rows.Concat(report.Cells).Append(report.Total), r => Assert.Null(r.Comparison));
        Assert.Equal(["a", "b"], report.Cells.Select(c => c.Cell));
        Assert.Null(report.Money.IncrementalRoi);
    }

    [Fact]
    public void ADropWithFewPeopleLeavesNoFiguresByDrop()
    {
        var report = Report([("a", 100), ("b", 40)], control: 50);
        report = new SmallCells(10).Hide(report with { Drops = [.. report.Drops, Row(null, 4) with { Drop = "late" }] });
        Assert.Empty(report.Drops);
        Assert.Empty(report.Rows);
        Assert.Equal(["a", "b"], report.Cells.Where(c => !c.Control).Select(c => c.Cell));
    }

    [Fact]
    public void GroupsAreMergedWithTheirPeopleHeldOut()
    {
        ReportRow[] rows = [Row("DE", 100), Row("FR", 60), Row("IT", 50), Row("DE", 20, control: true), Row("FR", 12, control: true), Row("IT", 4, control: true)];
        var breakdown = new SmallCells(10).Hide(new Breakdown { Campaign = "c", AsOf = GeneratedLedger.Start, By = "country", Rows = rows });
        Assert.Equal(
            [("DE", false, 100L), ("(2 small groups)", false, 110L), ("DE", true, 20L), ("(2 small groups)", true, 16L)],
            breakdown.Rows.Select(r => (r.Cell!, r.Control, r.People)));
        Assert.Equal(16, breakdown.Rows[1].Comparison!.People);
    }

    [Fact]
    public void TooFewPeopleInAllAreRefusedAndNobodyMindsWithoutTheSetting()
    {
        Assert.True(new SmallCells(10).Refuses(Row(null, 9)));
        Assert.False(new SmallCells(10).Refuses(Row(null, 10)));
        Assert.False(new SmallCells(10).Refuses(Row(null, 0)));
        Assert.False(new SmallCells(1).Refuses(Row(null, 1)));
        var report = Report([("a", 1), ("b", 2)], control: 1);
        Assert.Same(report, new SmallCells(1).Hide(report));
    }

    [Fact]
    public void OneHourWithFewPeopleTakesTheNextWithIt()
    {
        var hours = new Dictionary<(int, int), (long, long)> { [(0, 9)] = (100, 5), [(0, 10)] = (3, 1), [(0, 11)] = (50, 2) };
        Assert.Equal([(0, 9)], new SmallCells(10).Hide(hours).Keys);
    }

    [Theory]
    [InlineData(new long[] { 500, 80, 60 }, 20, 3)]
    [InlineData(new long[] { 500, 80, 3 }, 20, 1)]
    [InlineData(new long[] { 500, 12, 3 }, 20, 1)]
    [InlineData(new long[] { 500, 4, 3 }, 20, 0)]
    [InlineData(new long[] { 500, 80, 60, 50 }, 2, 2)]
    public void ProvidersWithFewAddressesAreAmongOthersWithEnoughToHideThem(long[] people, int most, int named) => Assert.Equal(named, new SmallCells(10).Named(people, most));

    private static CampaignReport Report((string Cell, long People)[] cells, long control)
    {
        var held = Row("control", control, control: true);
        ReportRow[] rows = [.. cells.Select(c => Row(c.Cell, c.People) with { Comparison = held }), held];
        var total = Row(null, cells.Sum(c => c.People)) with { Responses = cells.Sum(c => c.People / 2), Comparison = held };
        return new CampaignReport
        {
            Campaign = "c", AsOf = GeneratedLedger.Start, Window = "14 days", Attribution = "last-touch", Money = new CampaignMoney { Cost = 1, Revenue = 5, IncrementalRoi = 2 },
            Rows = [.. rows.Select(r => r with { Drop = "announce" })], Cells = rows, Drops = [total with { Drop = "announce" }], Total = total,
        };
    }

    private static ReportRow Row(string? cell, long people, bool control = false) => new() { Cell = cell, Control = control, People = people, Contacted = control ? 0 : people, Responses = people / 2 };
}
