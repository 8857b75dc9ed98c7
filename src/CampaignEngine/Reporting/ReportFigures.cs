using CampaignEngine.Reporting.Statistics;

namespace CampaignEngine.Reporting;

/// <summary>
/// One row of a report as it is written out: flat, every rate with its 95 % interval. The names, in snake_case, are a promise to scripts; docs/reports.md
/// gives every formula. Null where nothing can be computed.
/// </summary>
public sealed record ReportFigures
{
    public string? Cell { get; init; }

    public string? Drop { get; init; }

    public bool Control { get; init; }

    public long People { get; init; }

    public long Contacted { get; init; }

    public long InDoubt { get; init; }

    public long Messages { get; init; }

    public long PossibleDuplicates { get; init; }

    public long Delivered { get; init; }

    public long Bounced { get; init; }

    public long Responses { get; init; }

    public double? ResponseRate { get; init; }

    public double? ResponseRateLow { get; init; }

    public double? ResponseRateHigh { get; init; }

    public long Conversions { get; init; }

    public double? ConversionRate { get; init; }

    public double? ConversionRateLow { get; init; }

    public double? ConversionRateHigh { get; init; }

    public long Orders { get; init; }

    public decimal Revenue { get; init; }

    public double? RevenuePerContact { get; init; }

    public decimal Cost { get; init; }

    public decimal? CostPerResponse { get; init; }

    public decimal? CostPerConversion { get; init; }

    public long Opens { get; init; }

    public long OpensRaw { get; init; }

    public long Clicks { get; init; }

    public long ClicksRaw { get; init; }

    public long Replies { get; init; }

    public long Unsubscribes { get; init; }

    public long Complaints { get; init; }

    /// <summary>Conversion rate minus that of the control cell, and the interval of the difference.</summary>
    public double? ConversionLift { get; init; }

    public double? ConversionLiftLow { get; init; }

    public double? ConversionLiftHigh { get; init; }

    public double? ConversionLiftRelative { get; init; }

    public double? ConversionZ { get; init; }

    /// <summary>Lift times people contacted: conversions that would not have been without the campaign.</summary>
    public double? IncrementalConversions { get; init; }

    /// <summary>Revenue per person minus that of the control cell, and the interval of the difference.</summary>
    public double? RevenueLift { get; init; }

    public double? RevenueLiftLow { get; init; }

    public double? RevenueLiftHigh { get; init; }

    public double? IncrementalRevenue { get; init; }

    public static ReportFigures Of(ReportRow row)
    {
        var (response, conversion) = (row.ResponseRate.Wilson(), row.ConversionRate.Wilson());
        var figures = new ReportFigures
        {
            Cell = row.Cell,
            Drop = row.Drop,
            Control = row.Control,
            People = row.People,
            Contacted = row.Contacted,
            InDoubt = row.InDoubt,
            Messages = row.Messages,
            PossibleDuplicates = row.PossibleDuplicates,
            Delivered = row.Delivered,
            Bounced = row.Bounced,
            Responses = row.Responses,
            ResponseRate = row.ResponseRate.Rate,
            ResponseRateLow = response?.Low,
            ResponseRateHigh = response?.High,
            Conversions = row.Conversions,
            ConversionRate = row.ConversionRate.Rate,
            ConversionRateLow = conversion?.Low,
            ConversionRateHigh = conversion?.High,
            Orders = row.Orders,
            Revenue = row.Revenue,
            RevenuePerContact = row.RevenuePerContact.Mean,
            Cost = row.Cost,
            CostPerResponse = row.Responses == 0 ? null : decimal.Round(row.Cost / row.Responses, 4),
            CostPerConversion = row.Conversions == 0 ? null : decimal.Round(row.Cost / row.Conversions, 4),
            Opens = row.Opens,
            OpensRaw = row.OpensRaw,
            Clicks = row.Clicks,
            ClicksRaw = row.ClicksRaw,
            Replies = row.Replies,
            Unsubscribes = row.Unsubscribes,
            Complaints = row.Complaints,
        };
        return row.Comparison is { } control ? figures.Against(row, control) : figures;
    }

    private ReportFigures Against(ReportRow row, ReportRow control)
    {
        var lift = Lift.Wald(row.ConversionRate, control.ConversionRate);
        var revenue = MeanValue.DifferenceInterval(row.RevenuePerContact, control.RevenuePerContact);
        var perPerson = MeanValue.Difference(row.RevenuePerContact, control.RevenuePerContact);
        var absolute = Lift.Absolute(row.ConversionRate, control.ConversionRate);
        return this with
        {
            ConversionLift = absolute,
            ConversionLiftLow = lift?.Low,
            ConversionLiftHigh = lift?.High,
            ConversionLiftRelative = Lift.Relative(row.ConversionRate, control.ConversionRate),
            ConversionZ = Lift.Z(row.ConversionRate, control.ConversionRate),
            IncrementalConversions = absolute * row.Contacted,
            RevenueLift = perPerson,
            RevenueLiftLow = revenue?.Low,
            RevenueLiftHigh = revenue?.High,
            IncrementalRevenue = perPerson * row.Contacted,
        };
    }
}
