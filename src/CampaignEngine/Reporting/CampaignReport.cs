using CampaignEngine.Reporting.Coupons;
using CampaignEngine.Reporting.Earlier;
using CampaignEngine.Reporting.Winners;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting;

/// <summary>
/// The report of one campaign, as of one moment. The same moment gives the same figures for ever, as long as the customer database does not change its past.
/// Written out as it is: the names, in snake_case, are a promise to scripts, and docs/reports.md gives every formula.
/// </summary>
public sealed record CampaignReport
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>A campaign of another system, brought in by 'campaign import-history'.</summary>
    public bool Imported { get; init; }

    /// <summary>How long a reaction counts: the response rule as written; of an imported campaign its last day or its days.</summary>
    public required string Window { get; init; }

    public string? Conversion { get; init; }

    public required string Attribution { get; init; }

    /// <summary>Currency of the cost; null when no drop states a price. Revenue is in the base currency of engine.yaml.</summary>
    public string? Currency { get; init; }

    /// <summary>Conversions in currencies without a rate (engine.yaml: rates); their amounts are in no other figure.</summary>
    public IReadOnlyList<ForeignRevenue> ForeignRevenue { get; init; } = [];

    /// <summary>What it cost and brought.</summary>
    public required CampaignMoney Money { get; init; }

    /// <summary>The campaign's goals and what came of them; empty without any.</summary>
    public IReadOnlyList<GoalResult> Goals { get; init; } = [];

    /// <summary>The campaign beside earlier ones like it; null where there are none that are over, and in reports that are made for something else.</summary>
    public EarlierCampaigns? Earlier { get; init; }

    /// <summary>What came back with the coupon codes that many people have; empty without any.</summary>
    public IReadOnlyList<CouponFigures> Coupons { get; init; } = [];

    /// <summary>Whether the cells have the sizes their shares ask for; null where no shares are known or too few people are in a cell.</summary>
    public SampleRatio? SampleRatio { get; init; }

    /// <summary>The test of the cells by the campaign's rule, on the tested people alone; null without one.</summary>
    public TestResult? Test { get; init; }

    /// <summary>Drops that were still being sent when the report was made: its figures will change. Empty for a report as of an earlier time.</summary>
    public IReadOnlyList<RunningDrop> Running { get; init; } = [];

    /// <summary>One row per cell and drop, the control cell among them.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }

    /// <summary>Per drop over all contacted cells.</summary>
    public required IReadOnlyList<ReportRow> Drops { get; init; }

    /// <summary>Per cell over all drops, the control cell among them.</summary>
    public required IReadOnlyList<ReportRow> Cells { get; init; }

    /// <summary>Over the contacted cells and all drops.</summary>
    public required ReportRow Total { get; init; }
}

/// <param name="State">running or paused.</param>
/// <param name="Pending">People without an outcome so far.</param>
public sealed record RunningDrop(string Drop, string State, long Frozen, long Pending);
