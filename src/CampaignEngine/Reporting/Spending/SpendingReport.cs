using CampaignEngine.Database;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Spending;

/// <summary>Revenue a person by cell, with intervals that do not take the mean for normal beside those that do.</summary>
public sealed record SpendingReport
{
    private static readonly string RevenueOfPeople = SqlFile.Load<SpendingReport>("RevenueOfPeople");

    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>How often people were drawn again, and where the draws began: the same figures come out each time.</summary>
    public int Draws => Bootstrap.Draws;

    public int Seed => Bootstrap.Seed;

    public required IReadOnlyList<SpendingRow> Rows { get; init; }

    /// <param name="report">As it may be shown: cells that it adds up are left out.</param>
    /// <param name="snapshot">Its contacts must have been kept.</param>
    internal static async Task<SpendingReport> ReadAsync(ReportSnapshot snapshot, CampaignReport report, CancellationToken cancellationToken)
    {
        var amounts = await snapshot.ReadAsync(RevenueOfPeople, r => (Control: r.GetBoolean(0), Cell: r.GetString(1), Amounts: r.GetFieldValue<double[]>(2)), cancellationToken);
        AmountSample Of(ReportRow row, Func<(bool Control, string Cell, double[] Amounts), bool> mine) => new(row.Control ? row.People : row.Contacted, [.. amounts.Where(mine).SelectMany(a => a.Amounts)]);
        var control = report.Total.Comparison is { } held ? Of(held, a => a.Control) : null;
        List<SpendingRow> rows =
        [
            .. report.Cells.Where(c => c is { Control: false, IsMerged: false, Cell: not null }).Select(c => SpendingRow.Of(c.Cell!, c, Of(c, a => !a.Control && a.Cell == c.Cell), control)),
            SpendingRow.Of("all contacted", report.Total, Of(report.Total, a => !a.Control), control),
        ];
        if (control is not null)
        {
            rows.Add(SpendingRow.Of("control", report.Total.Comparison! with { Comparison = null }, control, null));
        }

        return new SpendingReport { Campaign = report.Campaign, AsOf = report.AsOf, Rows = rows };
    }
}

/// <summary>One cell's revenue a person.</summary>
public sealed record SpendingRow
{
    public required string Cell { get; init; }

    public required long People { get; init; }

    public required long Buyers { get; init; }

    /// <summary>As many equal orders as carry the same weight.</summary>
    public required double EffectiveBuyers { get; init; }

    public double? RevenuePerContact { get; init; }

    public double? RevenuePerContactLow { get; init; }

    public double? RevenuePerContactHigh { get; init; }

    /// <summary>Above the control cell.</summary>
    public double? RevenueLift { get; init; }

    public double? RevenueLiftLow { get; init; }

    public double? RevenueLiftHigh { get; init; }

    /// <summary>The interval of the report, which takes the means for normal (Welch).</summary>
    public double? RevenueLiftWelchLow { get; init; }

    public double? RevenueLiftWelchHigh { get; init; }

    /// <summary>The outer end of both: never misses more often than either.</summary>
    public double? RevenueLiftOuterLow => RevenueLiftLow is { } low && RevenueLiftWelchLow is { } welch ? Math.Min(low, welch) : null;

    public double? RevenueLiftOuterHigh => RevenueLiftHigh is { } high && RevenueLiftWelchHigh is { } welch ? Math.Max(high, welch) : null;

    /// <summary>A few large orders make the revenue, of the cell or of the control cell: each interval by itself misses more often than it says, so take the outer ends.</summary>
    public bool HeavyTails { get; init; }

    internal static SpendingRow Of(string name, ReportRow row, AmountSample sample, AmountSample? control)
    {
        var (own, lift) = (sample.People > 1 ? Bootstrap.Mean(sample) : null, control is null || sample.People < 2 || control.People < 2 ? null : Bootstrap.Difference(sample, control));
        return new SpendingRow
        {
            Cell = name,
            People = sample.People,
            Buyers = sample.Amounts.Count,
            EffectiveBuyers = Math.Round(sample.Effective, 1),
            RevenuePerContact = row.RevenuePerContact,
            RevenuePerContactLow = ReportRow.Figure(own?.Low),
            RevenuePerContactHigh = ReportRow.Figure(own?.High),
            RevenueLift = row.RevenueLift,
            RevenueLiftLow = ReportRow.Figure(lift?.Low),
            RevenueLiftHigh = ReportRow.Figure(lift?.High),
            RevenueLiftWelchLow = row.RevenueLiftLow,
            RevenueLiftWelchHigh = row.RevenueLiftHigh,
            HeavyTails = sample.Effective < Bootstrap.Doubtful || control?.Effective < Bootstrap.Doubtful,
        };
    }
}
