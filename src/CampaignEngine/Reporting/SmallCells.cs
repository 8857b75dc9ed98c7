using CampaignEngine.Reporting.Breakdowns;
using CampaignEngine.Reporting.Rows;

namespace CampaignEngine.Reporting;

/// <summary>
/// Keeps groups of few people from being shown by themselves. Small groups are added up to one row, together with the next smallest until the row is large enough and
/// holds at least two, so that nothing can be found by subtraction from a total, and the rows still add up.
/// </summary>
/// <param name="smallest">So many people a group must have at least; 1 shows all.</param>
internal sealed class SmallCells(int smallest)
{
    public bool Off => smallest <= 1;

    /// <summary>Whether so few people may not be reported at all.</summary>
    public bool Refuses(ReportRow total) => !Off && total.People > 0 && total.People < smallest;

    /// <summary>The report without small groups; for drops with few people there are no figures by drop, for a small control cell no comparison.</summary>
    public CampaignReport Hide(CampaignReport report)
    {
        if (Off)
        {
            return report;
        }

        if (report.Total.Comparison is { } control && IsSmall(control))
        {
            ReportRow Alone(ReportRow row) => row with { Comparison = null };
            report = report with
            {
                Rows = [.. report.Rows.Where(r => !r.Control).Select(Alone)],
                Cells = ReportRow.Corrected([.. report.Cells.Where(r => !r.Control).Select(Alone)]),
                Drops = [.. report.Drops.Select(Alone)],
                Total = Alone(report.Total),
                Money = report.Money with { IncrementalRoi = null, IncrementalMargin = null, IncrementalMarginLow = null, IncrementalMarginHigh = null },
                SampleRatio = null,
            };
        }

        if (report.Drops.Any(IsSmall))
        {
            report = report with { Rows = [], Drops = [] };
        }

        // A code of a small cell tells of that cell; with it the others would, by subtraction.
        report = report.Coupons.Any(c => c.Cell is not null) && report.Cells.Any(c => !c.Control && IsSmall(c)) ? report with { Coupons = [.. report.Coupons.Where(c => c.Cell is null)] } : report;
        var hidden = Chosen(report.Rows.Concat(report.Cells).Where(r => !r.Control));
        return hidden.Count == 0 ? report : report with
        {
            Rows = [.. report.Rows.Where(r => !r.Control).GroupBy(r => r.Drop).SelectMany(drop => Merged([.. drop], hidden)), .. report.Rows.Where(r => r.Control)],
            Cells = ReportRow.Corrected([.. Merged([.. report.Cells.Where(r => !r.Control)], hidden), .. report.Cells.Where(r => r.Control)]),
            SampleRatio = null,
        };
    }

    public Breakdown Hide(Breakdown breakdown)
    {
        if (Off)
        {
            return breakdown;
        }

        var hidden = Chosen(breakdown.Rows);
        if (hidden.Count == 0)
        {
            return breakdown;
        }

        var merged = Merged([.. breakdown.Rows.Where(r => !r.Control)], hidden);
        var control = Merged([.. breakdown.Rows.Where(r => r.Control)], hidden);
        // With few people held out in all, even the row of them all is small.
        control = control.Any(IsSmall) ? [] : control;
        return breakdown with { Rows = [.. merged.Select(r => r with { Comparison = control.FirstOrDefault(c => c.Cell == r.Cell) }), .. control] };
    }

    /// <summary>Hours without those in which few people were contacted; where that is one, the next smallest goes too.</summary>
    public IReadOnlyDictionary<(int Day, int Hour), (long Contacted, long Responses)> Hide(IReadOnlyDictionary<(int Day, int Hour), (long Contacted, long Responses)> hours)
    {
        var small = hours.Count(h => h.Value.Contacted < smallest);
        return Off || small == 0 ? hours : hours.OrderBy(h => h.Value.Contacted).Skip(Math.Max(2, small)).ToDictionary();
    }

    /// <summary>Whether the rows behind a figure are those of a group that reports do not show by itself.</summary>
    /// <param name="shown">The report as it is shown.</param>
    /// <param name="breakdown">The groups as they are shown, where the question asks for one.</param>
    /// <param name="hours">People contacted by hour, where the question asks for an hour of contact.</param>
    public bool Hides(RowsQuery query, CampaignReport shown, Breakdown? breakdown, IReadOnlyDictionary<(int Day, int Hour), (long Contacted, long Responses)> hours)
    {
        if (Off)
        {
            return false;
        }

        // Clicks by link, day and hour are of everybody contacted.
        var hour = query.Hour is { } asked && query.Measure != "click_events" ? asked : null;
        return (query.Control && !shown.Cells.Any(c => c.Control))
            || (query.Cell is not null && !shown.Cells.Any(c => !c.Control && c.Cell == query.Cell))
            || (query.Drop is not null && shown.Drops.All(d => d.Drop != query.Drop))
            || (query.By is not null && (breakdown is null || !breakdown.Rows.Any(r => r.Control == query.Control && (r.Cell ?? "") == query.Value)))
            || (hour is not null && !Hide(hours).Keys.Any(h => hour == FormattableString.Invariant($"{h.Day} {h.Hour}")));
    }

    /// <summary>Whether so few people, of whom something is said one by one, may not be shown.</summary>
    public bool Hides(int people) => !Off && people > 0 && people < smallest;

    /// <summary>Mailbox providers with so few people go into others, with as many more as it takes for that row to be large enough and to hold at least two.</summary>
    /// <param name="people">Of each, in the order of the rows.</param>
    /// <param name="most">So many by name at most.</param>
    /// <returns>How many of them are shown by name.</returns>
    public int Named(IReadOnlyList<long> people, int most)
    {
        var named = Math.Min(most, people.Count);
        if (Off)
        {
            return named;
        }

        named = Math.Min(named, people.TakeWhile(p => p >= smallest).Count());
        while (named > 0 && named < people.Count && (people.Count - named < 2 || people.Skip(named).Sum() < smallest))
        {
            named--;
        }

        return named;
    }

    private bool IsSmall(ReportRow row) => row.People < smallest;

    /// <summary>The cells that are shown as one: those with a small row in any line, and as many more as it takes.</summary>
    private List<string> Chosen(IEnumerable<ReportRow> rows)
    {
        // In each line (a drop, all drops; contacted people, control cell) the row that is made must be large enough.
        var lines = rows.GroupBy(r => (r.Drop, r.Control)).Select(line => line.GroupBy(r => r.Cell ?? "").ToDictionary(g => g.Key, g => g.Sum(r => r.People), StringComparer.Ordinal)).ToList();
        var cells = lines.SelectMany(l => l.Keys).Distinct(StringComparer.Ordinal).OrderBy(cell => lines.Min(l => l.GetValueOrDefault(cell, long.MaxValue))).ThenBy(cell => cell, StringComparer.Ordinal).ToList();
        var chosen = cells.Where(cell => lines.Exists(l => l.TryGetValue(cell, out var people) && people < smallest)).ToList();
        foreach (var next in chosen.Count == 0 ? [] : cells.Except(chosen).ToList())
        {
            if (chosen.Count > 1 && lines.TrueForAll(l => chosen.Sum(cell => l.GetValueOrDefault(cell)) is var people && (people == 0 || people >= smallest)))
            {
                break;
            }

            chosen.Add(next);
        }

        return chosen;
    }

    private static ReportRow[] Merged(IReadOnlyList<ReportRow> rows, List<string> hidden)
    {
        ReportRow[] small = [.. rows.Where(r => hidden.Contains(r.Cell ?? ""))];
        return small.Length == 0 ? [.. rows] : [.. rows.Except(small), ReportRow.Merged($"({hidden.Count} small groups)", small)];
    }
}
