using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine.Reporting;

/// <summary>What to report on.</summary>
public sealed record ReportRequest
{
    public required string Campaign { get; init; }

    /// <summary>The author's or the source's word for campaigns of this sort; null: none is stated.</summary>
    public string? Kind { get; init; }

    /// <summary>The campaign's response rule: window, counted reactions, attribution.</summary>
    public required ResponseDefinition Response { get; init; }

    public required CustomerModel Model { get; init; }

    /// <summary>The rows that are conversions: response.conversion, bound to the model; null: none are measured.</summary>
    public BoundRelation? Conversion { get; init; }

    /// <summary>What the goods of a conversion cost, where the model says so for its table.</summary>
    public BoundExpression? Cost { get; init; }

    /// <summary>Coupon codes that many people have.</summary>
    public IReadOnlyList<SharedCoupon> Coupons { get; init; } = [];

    /// <summary>How revenue in several currencies is added; null: amounts are taken as they are.</summary>
    public MoneyRates? MoneyRates { get; init; }

    /// <summary>Which part of the list each cell should have, the control cell among them; empty where it is not known.</summary>
    public IReadOnlyList<CellShare> Shares { get; init; } = [];

    /// <summary>In the currency of the campaign; null: none is stated.</summary>
    public decimal? Budget { get; init; }

    public Goal? Goal { get; init; }

    /// <summary>The campaign's cells were tried on a part of the people first.</summary>
    public TestDefinition? Test { get; init; }

    /// <summary>Zone in which days begin: engine.yaml's.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>What happened or became known later is left out.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The campaign is one of another system, brought in by 'campaign import-history': its own window counts, and all its responses.</summary>
    public bool Imported { get; init; }

    /// <summary>Currency of an imported campaign.</summary>
    public string? Currency { get; init; }

    /// <summary>Connections that count a large mailing together.</summary>
    internal int Parts { get; init; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>Items of a mailing that are worth a connection of their own.</summary>
    internal int ItemsPerPart { get; init; } = 50_000;

    /// <summary>How long a reaction counts, for people.</summary>
    public string Window { get => field ?? Response.Window.ToString(); init; }
}

/// <param name="Cell">Null: the campaign has no cells.</param>
/// <param name="Share">Part of the people who were selected.</param>
public sealed record CellShare(string? Cell, bool Control, double Share);
