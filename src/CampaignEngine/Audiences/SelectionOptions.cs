namespace CampaignEngine.Audiences;

/// <summary>What a selection is compiled for.</summary>
public sealed record SelectionOptions
{
    /// <summary>The instant that <c>now</c>, <c>today</c> and <c>within</c> mean. The same instant and data give the same selection.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Zone in which days begin: engine.yaml's.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Campaign that facts without <c>by</c> mean, in a drop's <c>only:</c>; null: any campaign.</summary>
    public string? CampaignScope { get; init; }

    /// <summary>
    /// Answer aggregates that engine.purchase_summary holds from there. Right only when the summary was refreshed before the statement runs;
    /// rfm.* reads it in any case.
    /// </summary>
    public bool UsePurchaseSummary { get; init; } = true;
}
