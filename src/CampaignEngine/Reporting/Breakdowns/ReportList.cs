namespace CampaignEngine.Reporting.Breakdowns;

/// <summary>Rows about one campaign, as they are written out.</summary>
/// <param name="By">What each row is about: day, link, step.</param>
public sealed record ReportList<T>(string Campaign, DateTimeOffset AsOf, string By, IReadOnlyList<T> Rows);

/// <summary>What happened for the first time to so many people on a day of the zone of reports; a person counts once in a column, so columns add up to the report's total.</summary>
public sealed record DayFigures
{
    /// <summary>Null: the time is not known.</summary>
    public DateOnly? Day { get; init; }

    public bool Control { get; init; }

    public long Contacted { get; init; }

    public long Opens { get; init; }

    public long Clicks { get; init; }

    public long Responses { get; init; }

    public long Conversions { get; init; }

    /// <summary>Credited conversions of the day, not people.</summary>
    public long Orders { get; init; }

    public decimal Revenue { get; init; }
}

/// <summary>A link of a drop. A person who followed two links stands in both.</summary>
public sealed record LinkFigures
{
    public required string Drop { get; init; }

    public required string Link { get; init; }

    /// <summary>People who followed it.</summary>
    public required long Clicks { get; init; }

    /// <summary>With machines.</summary>
    public required long ClicksRaw { get; init; }

    /// <summary>Of the people contacted by the drop.</summary>
    public double? ClickRate { get; init; }

    public double? ClickRateLow { get; init; }

    public double? ClickRateHigh { get; init; }
}
