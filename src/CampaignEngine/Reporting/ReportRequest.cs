using CampaignEngine.Campaigns;

namespace CampaignEngine.Reporting;

/// <summary>What to report on.</summary>
public sealed record ReportRequest
{
    public required string Campaign { get; init; }

    /// <summary>The campaign's response rule: window, counted reactions, attribution.</summary>
    public required ResponseDefinition Response { get; init; }

    /// <summary>The rows that are conversions, bound from the response rule; null: none are measured.</summary>
    public ConversionRows? Conversion { get; init; }

    /// <summary>What happened or became known later is left out.</summary>
    public required DateTimeOffset AsOf { get; init; }
}
