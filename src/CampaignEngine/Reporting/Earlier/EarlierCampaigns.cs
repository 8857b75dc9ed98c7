using System.Text.Json.Serialization;

namespace CampaignEngine.Reporting.Earlier;

/// <summary>A campaign beside the earlier ones that are like it.</summary>
public sealed record EarlierCampaigns
{
    /// <summary>What makes them comparable: kind, series (the same name but for the numbers at its end) or channel.</summary>
    public required string ComparedBy { get; init; }

    /// <summary>The kind, the name without numbers, or the channels.</summary>
    public required string Value { get; init; }

    /// <summary>The most recent ones that were over, the latest first; twelve at most.</summary>
    public required IReadOnlyList<ClosedCampaign> Campaigns { get; init; }

    /// <summary>Earlier campaigns, of any kind, that were too large to be counted while somebody waits for a report; 'campaign serve' or --recount counts them, and one that is like this campaign joins it then.</summary>
    public int NotCountedYet { get; init; }

    public required IReadOnlyList<EarlierMeasure> Measures { get; init; }
}

/// <summary>One figure of the campaign, of the earlier ones, and where one more campaign like them is to be expected.</summary>
public sealed record EarlierMeasure
{
    /// <summary>response_rate, conversion_rate, cost_per_response, cost_per_order, revenue_per_contact or roi.</summary>
    public required string Measure { get; init; }

    public double? Value { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>Earlier campaigns that have this figure in the same terms.</summary>
    public required int Campaigns { get; init; }

    /// <summary>Mean of their figures, each campaign counting once, and its interval; of a single campaign that campaign's own.</summary>
    public double? Earlier { get; init; }

    public double? EarlierLow { get; init; }

    public double? EarlierHigh { get; init; }

    /// <summary>Where 19 of 20 campaigns like the earlier ones would lie; null with fewer than three.</summary>
    public double? ExpectedLow { get; init; }

    public double? ExpectedHigh { get; init; }

    /// <summary>Whether the campaign lies where it was to be expected; null where nothing is known of that.</summary>
    public EarlierVerdict? Verdict => Value is not { } value || ExpectedLow is not { } low || ExpectedHigh is not { } high ? null
        : value > high ? EarlierVerdict.Above : value < low ? EarlierVerdict.Below : EarlierVerdict.Usual;
}

/// <summary>A campaign's figure beside those of earlier ones.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EarlierVerdict>))]
public enum EarlierVerdict
{
    /// <summary>Inside the interval in which one more campaign was to be expected.</summary>
    [JsonStringEnumMemberName("usual")]
    Usual,

    [JsonStringEnumMemberName("above")]
    Above,

    [JsonStringEnumMemberName("below")]
    Below,
}
