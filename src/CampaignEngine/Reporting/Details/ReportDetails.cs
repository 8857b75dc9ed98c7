using CampaignEngine.Planning;
using CampaignEngine.Reporting.Breakdowns;

namespace CampaignEngine.Reporting.Details;

/// <summary>What the page of a report shows beside the report's own rows, counted from the same contacts.</summary>
public sealed record ReportDetails
{
    public string? Title { get; init; }

    /// <summary>Zone of reports; local times are in it.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Of the plan whose list was frozen; null for imported campaigns.</summary>
    public PlanDocument? Plan { get; init; }

    /// <summary>When each drop began, in the zone of reports.</summary>
    public IReadOnlyList<(DateTime At, string Drop)> Starts { get; init; } = [];

    /// <summary>First responses and first conversions by the hour, oldest first.</summary>
    public IReadOnlyList<CurveStep> Curve { get; init; } = [];

    /// <summary>Clicks by people, by weekday (0 is Monday) and hour.</summary>
    public IReadOnlyDictionary<(int Day, int Hour), long> Clicks { get; init; } = new Dictionary<(int, int), long>();

    /// <summary>People contacted and responses, by weekday and hour of the first contact.</summary>
    public IReadOnlyDictionary<(int Day, int Hour), (long Contacted, long Responses)> SendHours { get; init; } = new Dictionary<(int, int), (long, long)>();

    public IReadOnlyList<LinkClicks> Links { get; init; } = [];

    /// <summary>The words of each drop's message, in reading order.</summary>
    public IReadOnlyList<MessageOutline> Messages { get; init; } = [];

    /// <summary>By the list people came from; null where the model names no such field.</summary>
    public Breakdown? Lists { get; init; }
}

/// <param name="At">Local time, a full hour.</param>
public sealed record CurveStep(bool Control, DateTime At, long Responses, long Conversions);

/// <param name="Clicks">People who followed it.</param>
/// <param name="ClicksRaw">With machines.</param>
public sealed record LinkClicks(string Drop, string Url, long Clicks, long ClicksRaw);
