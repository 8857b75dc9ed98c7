using System.Text.Json.Serialization;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting;

/// <summary>
/// The figures of one cell and drop, or of a total, as they are written out. Counts are people unless they say otherwise, and a person counts once in a
/// row. Rates are of the contacted; in the control cell, which is never contacted, of its people. Null where nothing can be computed.
/// </summary>
public sealed record ReportRow
{
    /// <summary>Cell; "control" for the control cell; null in rows over all cells and in campaigns without cells.</summary>
    public string? Cell { get; init; }

    /// <summary>Drop; null in rows over all drops.</summary>
    public string? Drop { get; init; }

    /// <summary>The people held out: selected, recorded, never contacted.</summary>
    public bool Control { get; init; }

    /// <summary>Frozen in the list, seeds left out.</summary>
    public long People { get; init; }

    /// <summary>People to whom a message was accepted, or in doubt and since proved.</summary>
    public long Contacted { get; init; }

    /// <summary>People whose message can be neither proved nor refuted; in no rate.</summary>
    public long InDoubt { get; init; }

    /// <summary>Messages accepted.</summary>
    public long Messages { get; init; }

    /// <summary>Messages that were sent again although the one before may have arrived.</summary>
    public long PossibleDuplicates { get; init; }

    /// <summary>Contacted people with at least one message that did not come back.</summary>
    public long Delivered { get; init; }

    public long Bounced { get; init; }

    /// <summary>People with at least one counted reaction inside the window.</summary>
    public long Responses { get; init; }

    public double? ResponseRate => Figure(Responding.Rate);

    public double? ResponseRateLow => Figure(Responding.Wilson()?.Low);

    public double? ResponseRateHigh => Figure(Responding.Wilson()?.High);

    /// <summary>People with at least one credited conversion inside the window.</summary>
    public long Conversions { get; init; }

    public double? ConversionRate => Figure(Converting.Rate);

    public double? ConversionRateLow => Figure(Converting.Wilson()?.Low);

    public double? ConversionRateHigh => Figure(Converting.Wilson()?.High);

    /// <summary>Credited conversions: orders, redemptions.</summary>
    public long Orders { get; init; }

    /// <summary>Sum over the credited conversions.</summary>
    public decimal Revenue { get; init; }

    public double? RevenuePerContact => Figure(Spending.Mean);

    /// <summary>Revenue less the cost of goods, by the model's cost or response.margin; null where neither is stated, and in rows by groups.</summary>
    public decimal? Margin { get; init; }

    /// <summary>Messages times their unit cost; 0 where no price is stated, and then nothing is said of the cost of a response.</summary>
    public decimal Cost { get; init; }

    public decimal? CostPerResponse => Responses == 0 || Cost == 0 ? null : decimal.Round(Cost / Responses, 4);

    public decimal? CostPerConversion => Conversions == 0 || Cost == 0 ? null : decimal.Round(Cost / Conversions, 4);

    public long Opens { get; init; }

    /// <summary>Everything that fetched the pixel, machines too.</summary>
    public long OpensRaw { get; init; }

    public long Clicks { get; init; }

    public long ClicksRaw { get; init; }

    public long Replies { get; init; }

    public long Unsubscribes { get; init; }

    public long Complaints { get; init; }

    /// <summary>Response rate minus that of the control cell; null where reactions of the control cell cannot be seen.</summary>
    public double? ResponseLift => Figure(ResponseMeasured?.Absolute);

    public double? ResponseLiftLow => Figure(ResponseMeasured?.Interval?.Low);

    public double? ResponseLiftHigh => Figure(ResponseMeasured?.Interval?.High);

    public double? ResponseLiftRelative => Figure(ResponseMeasured?.Relative);

    public double? ResponseLiftRelativeLow => Figure(ResponseMeasured?.RelativeInterval?.Low);

    public double? ResponseLiftRelativeHigh => Figure(ResponseMeasured?.RelativeInterval?.High);

    public double? ResponseZ => Figure(ResponseMeasured?.Z);

    public double? ResponseP => ResponseMeasured?.P;

    /// <summary>p corrected for the number of cells of the campaign; only in the rows of cells.</summary>
    public double? ResponsePHolm { get; init; }

    /// <summary>Newcombe's interval of the lift; and the one that may be looked at every day.</summary>
    public double? ResponseLiftScoreLow => Figure(ResponseMeasured?.Score?.Low);

    public double? ResponseLiftScoreHigh => Figure(ResponseMeasured?.Score?.High);

    public double? ResponseLiftAnytimeLow => Figure(ResponseMeasured?.AnyTime?.Low);

    public double? ResponseLiftAnytimeHigh => Figure(ResponseMeasured?.AnyTime?.High);

    /// <summary>Lift times people contacted: responses that would not have been without the campaign.</summary>
    public double? IncrementalResponses => Amount(ResponseMeasured?.Absolute * Contacted);

    public double? IncrementalResponsesLow => Amount(ResponseMeasured?.Interval?.Low * Contacted);

    public double? IncrementalResponsesHigh => Amount(ResponseMeasured?.Interval?.High * Contacted);

    /// <summary>Conversion rate minus that of the control cell, and the interval of the difference.</summary>
    public double? ConversionLift => Figure(ConversionMeasured?.Absolute);

    public double? ConversionLiftLow => Figure(ConversionMeasured?.Interval?.Low);

    public double? ConversionLiftHigh => Figure(ConversionMeasured?.Interval?.High);

    public double? ConversionLiftRelative => Figure(ConversionMeasured?.Relative);

    public double? ConversionLiftRelativeLow => Figure(ConversionMeasured?.RelativeInterval?.Low);

    public double? ConversionLiftRelativeHigh => Figure(ConversionMeasured?.RelativeInterval?.High);

    public double? ConversionZ => Figure(ConversionMeasured?.Z);

    public double? ConversionP => ConversionMeasured?.P;

    public double? ConversionPHolm { get; init; }

    public double? ConversionLiftScoreLow => Figure(ConversionMeasured?.Score?.Low);

    public double? ConversionLiftScoreHigh => Figure(ConversionMeasured?.Score?.High);

    public double? ConversionLiftAnytimeLow => Figure(ConversionMeasured?.AnyTime?.Low);

    public double? ConversionLiftAnytimeHigh => Figure(ConversionMeasured?.AnyTime?.High);

    public double? IncrementalConversions => Amount(ConversionMeasured?.Absolute * Contacted);

    public double? IncrementalConversionsLow => Amount(ConversionMeasured?.Interval?.Low * Contacted);

    public double? IncrementalConversionsHigh => Amount(ConversionMeasured?.Interval?.High * Contacted);

    /// <summary>Revenue per person minus that of the control cell, and the interval of the difference.</summary>
    public double? RevenueLift => Figure(RevenueMeasured?.Absolute);

    public double? RevenueLiftLow => Figure(RevenueMeasured?.Interval?.Low);

    public double? RevenueLiftHigh => Figure(RevenueMeasured?.Interval?.High);

    public double? RevenueLiftRelative => Figure(RevenueMeasured?.Relative);

    public double? RevenueLiftRelativeLow => Figure(RevenueMeasured?.RelativeInterval?.Low);

    public double? RevenueLiftRelativeHigh => Figure(RevenueMeasured?.RelativeInterval?.High);

    public double? RevenueZ => Figure(RevenueMeasured?.Z);

    public double? RevenueP => RevenueMeasured?.P;

    public double? RevenuePHolm { get; init; }

    public double? IncrementalRevenue => Amount(RevenueMeasured?.Absolute * Contacted);

    public double? IncrementalRevenueLow => Amount(RevenueMeasured?.Interval?.Low * Contacted);

    public double? IncrementalRevenueHigh => Amount(RevenueMeasured?.Interval?.High * Contacted);

    /// <summary>The same campaign's control cell, to compare with; null without one, and in its own row.</summary>
    [JsonIgnore]
    public ReportRow? Comparison { get; init; }

    /// <summary>
    /// Of a control row: every counted reaction was looked for among its people too, so that responses can be compared. That holds for imported history and
    /// where only conversions count; nobody clicks a message that was never sent.
    /// </summary>
    [JsonIgnore]
    public bool ResponsesSeen { get; init; }

    /// <summary>So many responses, and so many conversions, of so many people.</summary>
    [JsonIgnore]
    public Proportion Responding => new(Responses, Base);

    [JsonIgnore]
    public Proportion Converting => new(Conversions, Base);

    /// <summary>Revenue per person, over all people, those without revenue too.</summary>
    [JsonIgnore]
    public MeanValue Spending => new(Base, Revenue, RevenueSquares);

    /// <summary>Margin per person.</summary>
    [JsonIgnore]
    public MeanValue? Earning => Margin is { } margin ? new(Base, margin, MarginSquares) : null;

    [JsonIgnore]
    public MeasuredLift? MarginMeasured => Earning is { } own && Comparison?.Earning is { } control ? MeasuredLift.Of(own, control) : null;

    /// <summary>The three comparisons with the control cell.</summary>
    [JsonIgnore]
    public MeasuredLift? ResponseMeasured => Comparison is { ResponsesSeen: true } control ? MeasuredLift.Of(Responding, control.Responding) : null;

    [JsonIgnore]
    public MeasuredLift? ConversionMeasured => Comparison is { } control ? MeasuredLift.Of(Converting, control.Converting) : null;

    [JsonIgnore]
    public MeasuredLift? RevenueMeasured => Comparison is { } control ? MeasuredLift.Of(Spending, control.Spending) : null;

    /// <summary>A few large orders make the revenue, here or in the control cell: its intervals, which take means for normal, miss more often than they say.</summary>
    [JsonIgnore]
    public bool HasHeavyTails => RevenueMeasured is not null && (IsHeavy(this) || IsHeavy(Comparison!));

    /// <summary>Several small groups that are shown as one.</summary>
    [JsonIgnore]
    public bool IsMerged { get; init; }

    /// <summary>Sum over people of their squared revenue.</summary>
    internal decimal RevenueSquares { get; init; }

    /// <summary>Sum over people of their squared margin.</summary>
    internal decimal MarginSquares { get; init; }

    /// <summary>Rows of cells with p values corrected for their number.</summary>
    internal static ReportRow[] Corrected(IReadOnlyList<ReportRow> cells)
    {
        var response = Significance.Holm([.. cells.Select(c => c.ResponseP)]);
        var conversion = Significance.Holm([.. cells.Select(c => c.ConversionP)]);
        var revenue = Significance.Holm([.. cells.Select(c => c.RevenueP)]);
        return [.. cells.Select((cell, i) => cell with { ResponsePHolm = response[i], ConversionPHolm = conversion[i], RevenuePHolm = revenue[i] })];
    }

    /// <summary>Several groups of different people as one row.</summary>
    internal static ReportRow Merged(string cell, IReadOnlyList<ReportRow> groups) =>
        Sum(groups) with { Cell = cell, IsMerged = true, ResponsePHolm = null, ConversionPHolm = null, RevenuePHolm = null };

    /// <summary>The row of all people of several rows that have nobody in common.</summary>
    internal static ReportRow Sum(IReadOnlyList<ReportRow> groups) => groups[0] with
    {
        People = groups.Sum(g => g.People),
        Contacted = groups.Sum(g => g.Contacted),
        InDoubt = groups.Sum(g => g.InDoubt),
        Messages = groups.Sum(g => g.Messages),
        PossibleDuplicates = groups.Sum(g => g.PossibleDuplicates),
        Delivered = groups.Sum(g => g.Delivered),
        Bounced = groups.Sum(g => g.Bounced),
        Responses = groups.Sum(g => g.Responses),
        Conversions = groups.Sum(g => g.Conversions),
        Orders = groups.Sum(g => g.Orders),
        Revenue = groups.Sum(g => g.Revenue),
        RevenueSquares = groups.Sum(g => g.RevenueSquares),
        Margin = groups.Any(g => g.Margin is null) ? null : groups.Sum(g => g.Margin),
        MarginSquares = groups.Sum(g => g.MarginSquares),
        Cost = groups.Sum(g => g.Cost),
        Opens = groups.Sum(g => g.Opens),
        OpensRaw = groups.Sum(g => g.OpensRaw),
        Clicks = groups.Sum(g => g.Clicks),
        ClicksRaw = groups.Sum(g => g.ClicksRaw),
        Replies = groups.Sum(g => g.Replies),
        Unsubscribes = groups.Sum(g => g.Unsubscribes),
        Complaints = groups.Sum(g => g.Complaints),
    };

    // What is printed is right to its last digit: the noise of binary arithmetic lies behind the tenth decimal of rates and the sixth of amounts.
    internal static double? Figure(double? value) => value is { } figure ? Math.Round(figure, 10) : null;

    private static bool IsHeavy(ReportRow row) => row.RevenueSquares > 0 && (double)row.Revenue * (double)row.Revenue < Bootstrap.Doubtful * (double)row.RevenueSquares;

    internal static double? Amount(double? value) => value is { } amount ? Math.Round(amount, 6) : null;

    private long Base => Control ? People : Contacted;
}
