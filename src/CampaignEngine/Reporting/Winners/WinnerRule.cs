using System.Globalization;
using CampaignEngine.Campaigns;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Winners;

/// <summary>Says by a campaign's stated rule which of its tested cells is best, and whether it wins. Looks at figures only.</summary>
public static class WinnerRule
{
    // With fewer answers in both cells of a pair the normal approximation of the test means nothing.
    private const int LeastAnswers = 10;

    /// <param name="cells">Rows of a report by cell; the control cell and the remainder are left aside.</param>
    public static TestStanding Of(TestDefinition test, IReadOnlyList<ReportRow> cells)
    {
        var tested = cells.Where(c => !c.Control && c is { Cell: not null, IsMerged: false } && c.Cell != TestDefinition.Remainder).ToList();
        var figures = tested.Select(c => Figure(test.By, c)).ToList();
        var answers = figures.Sum(f => f.Answers);
        if (figures.Count < 2 || figures.Any(f => f.Contacted == 0))
        {
            return Nobody("not every cell has contacted people");
        }

        // The first written of equals, so that the same figures give the same cell.
        var best = figures.MaxBy(f => f.Value)!;
        if (best.Value is not > 0)
        {
            return Nobody("nobody has done what the cells are compared by");
        }

        var pairs = Pairs(test.By, tested);
        var own = pairs.Where(p => p.Has(best.Cell)).ToList();
        var compared = own.Select(p => new TestPair(
            p.Other(best.Cell), ReportRow.Figure(p.Sign(best.Cell) * p.Lift?.Absolute),
            ReportRow.Figure(p.Sign(best.Cell) > 0 ? p.Lift?.Interval?.Low : -p.Lift?.Interval?.High), ReportRow.Figure(p.Sign(best.Cell) > 0 ? p.Lift?.Interval?.High : -p.Lift?.Interval?.Low),
            p.Corrected)).ToList();
        var level = 1 - (double)test.Level.Fraction;
        var beaten = own.All(p => p.Corrected < level && p.Answers >= LeastAnswers);
        var closest = compared.MaxBy(c => c.P ?? 1)!;
        var tie = figures.Count(f => f.Value == best.Value) > 1;
        var wins = test.MustBeSignificant ? beaten : !tie;
        var because = string.Create(CultureInfo.InvariantCulture, $"{Measure(test.By)} {Value(test.By, best)} in {best.Cell}, {Value(test.By, figures.First(f => f.Cell == closest.Cell))} in {closest.Cell}")
            + (!test.MustBeSignificant ? tie ? ": equal, and the best must lead" : ": the best, as the rule asks"
                : own.Exists(p => p.Answers < LeastAnswers) ? $": fewer than {LeastAnswers} answers, too few to tell"
                : string.Create(CultureInfo.InvariantCulture, $": p = {closest.P:0.####} corrected for {pairs.Count} {(pairs.Count == 1 ? "pair" : "pairs")}, {(beaten ? "below" : "not below")} {level:0.####}"));
        return new TestStanding { Measure = Measure(test.By), Answers = answers, Cells = figures, Best = best.Cell, Wins = wins, Because = because, BestAgainst = compared };

        TestStanding Nobody(string why) => new() { Measure = Measure(test.By), Answers = answers, Cells = figures, Because = why };
    }

    private static TestCell Figure(TestMeasure by, ReportRow row)
    {
        var counted = Counted(by, row);
        var interval = by == TestMeasure.Revenue ? MeanValue.MeanInterval(row.Spending) : counted.Wilson();
        return new TestCell(
            row.Cell!, row.Contacted, counted.Successes, by == TestMeasure.Revenue ? row.RevenuePerContact : ReportRow.Figure(counted.Rate), ReportRow.Figure(interval?.Low), ReportRow.Figure(interval?.High));
    }

    // Of all pairs, not only those of the best: which cell is best was seen in the same figures.
    private static List<Pair> Pairs(TestMeasure by, List<ReportRow> cells)
    {
        List<Pair> pairs = [];
        for (var i = 0; i < cells.Count; i++)
        {
            for (var j = i + 1; j < cells.Count; j++)
            {
                var (one, two) = (cells[i], cells[j]);
                var lift = by == TestMeasure.Revenue ? MeasuredLift.Of(one.Spending, two.Spending) : MeasuredLift.Of(Counted(by, one), Counted(by, two));
                pairs.Add(new Pair(one.Cell!, two.Cell!, lift, Counted(by, one).Successes + Counted(by, two).Successes, null));
            }
        }

        var corrected = Significance.Holm([.. pairs.Select(p => p.Lift?.P)]);
        return [.. pairs.Select((p, i) => p with { Corrected = corrected[i] })];
    }

    /// <summary>The people of a cell who did what counts; for revenue those who bought.</summary>
    private static Proportion Counted(TestMeasure by, ReportRow row) => by switch
    {
        TestMeasure.Click => new Proportion(row.Clicks, row.Contacted),
        TestMeasure.Response => row.Responding,
        _ => row.Converting,
    };

    private static string Value(TestMeasure by, TestCell cell) => by == TestMeasure.Revenue
        ? cell.Value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "0"
        : string.Create(CultureInfo.InvariantCulture, $"{cell.Value * 100:0.00} %");

    private static string Measure(TestMeasure by) => by switch
    {
        TestMeasure.Click => "click_rate",
        TestMeasure.Response => "response_rate",
        TestMeasure.Conversion => "conversion_rate",
        _ => "revenue_per_contact",
    };

    private sealed record Pair(string One, string Two, MeasuredLift? Lift, long Answers, double? Corrected)
    {
        public bool Has(string cell) => One == cell || Two == cell;

        public string Other(string cell) => One == cell ? Two : One;

        public int Sign(string cell) => One == cell ? 1 : -1;
    }
}
