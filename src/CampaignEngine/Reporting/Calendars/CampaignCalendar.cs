namespace CampaignEngine.Reporting.Calendars;

/// <summary>Everything that left, or will leave, in a month, and what came of the campaigns it belongs to.</summary>
public sealed record CampaignCalendar
{
    /// <summary>As 2026-03.</summary>
    public required string Month { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    public required IReadOnlyList<CalendarEntry> Drops { get; init; }

    /// <summary>The campaigns of those drops that have a report, with the totals of their whole life, not only of the month.</summary>
    public required IReadOnlyList<CampaignLine> Campaigns { get; init; }

    /// <summary>People contacted in the month by any campaign; those that an import could not tell from each other are not among them.</summary>
    public required long People { get; init; }

    public required long Contacts { get; init; }

    /// <summary>Contacts of the person who had most.</summary>
    public required long MostContacts { get; init; }
}

/// <param name="Day">In the zone of reports: of the first accepted message, else the day on which it falls due.</param>
/// <param name="State">due, held, skipped, cancelled (not sent); running, paused, completed; imported.</param>
/// <param name="People">On the frozen list, seeds among them.</param>
/// <param name="Messages">Accepted so far.</param>
public sealed record CalendarEntry(DateOnly Day, string Campaign, string Drop, string Channel, string State, long People, long Messages);
