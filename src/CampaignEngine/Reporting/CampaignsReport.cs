namespace CampaignEngine.Reporting;

/// <summary>All campaigns beside each other; snake_case names, a promise to scripts.</summary>
public sealed record CampaignsReport
{
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>In the order in which they began.</summary>
    public required IReadOnlyList<CampaignLine> Campaigns { get; init; }

    /// <summary>The imported ones as one; null without any.</summary>
    public PastTotal? ImportedTotal { get; init; }
}

/// <summary>One campaign: the totals of its report.</summary>
public sealed record CampaignLine
{
    public required string Campaign { get; init; }

    public string? Title { get; init; }

    /// <summary>The source's own grouping of an imported campaign.</summary>
    public string? Kind { get; init; }

    public required string Channel { get; init; }

    public required bool Imported { get; init; }

    public DateTimeOffset? StartsAt { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Of the contacted; the counts and rates of <see cref="CampaignReport.Total"/>.</summary>
    public required long Contacted { get; init; }

    /// <summary>People held out.</summary>
    public required long Control { get; init; }

    public required long Responses { get; init; }

    public double? ResponseRate { get; init; }

    public double? ResponseRateLow { get; init; }

    public double? ResponseRateHigh { get; init; }

    public required long Conversions { get; init; }

    public double? ConversionRate { get; init; }

    public required long Orders { get; init; }

    public required decimal Revenue { get; init; }

    public required decimal Cost { get; init; }

    public double? ConversionLift { get; init; }

    public double? IncrementalConversions { get; init; }
}

/// <summary>Several imported campaigns as one: somebody in several is one person, an order that several claim is one order.</summary>
public sealed record PastTotal
{
    public required long People { get; init; }

    /// <summary>Contacts, not people.</summary>
    public required long Contacts { get; init; }

    public required long Responses { get; init; }

    public required long Conversions { get; init; }

    public required long Orders { get; init; }

    public required decimal Revenue { get; init; }
}
