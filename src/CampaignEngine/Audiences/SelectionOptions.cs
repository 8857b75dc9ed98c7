using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;

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
    /// With <see cref="CampaignScope"/>: the campaign's <c>response.conversion</c> bound to the people, when conversions count as a response. Then
    /// <c>responded</c> without <c>by</c> also holds for who converted within <see cref="ConversionWindow"/> of a contact of the campaign.
    /// </summary>
    public BoundRelation? Conversion { get; init; }

    /// <summary>The campaign's <c>response.window</c>.</summary>
    public CalendarDuration ConversionWindow { get; init; } = new(14, DurationUnit.Day);

    /// <summary>
    /// Answer aggregates that engine.purchase_summary holds from there. Right only when the summary was refreshed before the statement runs;
    /// rfm.* reads it in any case.
    /// </summary>
    public bool UsePurchaseSummary { get; init; } = true;
}
