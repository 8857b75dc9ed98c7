using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Comparing;

/// <summary>Two campaigns beside each other: how far the rates of the second lie above those of the first, and what part of it goes with what differs between them.</summary>
public sealed record CampaignComparison
{
    public required string From { get; init; }

    public required string To { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>What stands for the list: the list people came from, or what was asked for.</summary>
    public required string ListBy { get; init; }

    /// <summary>Responses and conversions.</summary>
    public required IReadOnlyList<ComparedRate> Rates { get; init; }
}

/// <summary>One rate of both campaigns, and the parts of its difference, which add up to it exactly.</summary>
public sealed record ComparedRate
{
    /// <summary>responses or conversions.</summary>
    public required string Measure { get; init; }

    public required long FromContacted { get; init; }

    public required long FromCount { get; init; }

    public required decimal FromRate { get; init; }

    public required long ToContacted { get; init; }

    public required long ToCount { get; init; }

    public required decimal ToRate { get; init; }

    /// <summary>Rate of the second minus rate of the first.</summary>
    public required decimal Difference { get; init; }

    public double? DifferenceLow { get; init; }

    public double? DifferenceHigh { get; init; }

    /// <summary>Share of the people (of the campaign where it is larger) in groups of fewer than five alike in all factors: above a tenth or so the parts' intervals are too narrow.</summary>
    public required double Thin { get; init; }

    /// <summary>list, timing, offer, creative, and other: what remains between people of the same list who got the same offer and message at the same time.</summary>
    public required IReadOnlyList<DifferencePart> Parts { get; init; }
}

/// <param name="Part">list, timing, offer, creative or other.</param>
/// <param name="Difference">Its part of the difference of the rates.</param>
/// <param name="InCommon">
/// Share of the people (of the campaign where it is smaller) whose list, offer and so on occurs in the other campaign too. Zero: it changed altogether, and what else changed
/// altogether cannot be told from it; such parts get equal shares. Null for other.
/// </param>
public sealed record DifferencePart(string Part, decimal Difference, double? InCommon)
{
    /// <summary>95 % interval of the part by the delta method; null where a campaign has nobody.</summary>
    public double? Low { get; init; }

    public double? High { get; init; }
}
