using CampaignEngine.Campaigns;

namespace CampaignEngine.Scheduling;

/// <summary>
/// Local times to instants, right on the days the clocks change: a local time that does not exist moves forward by the gap, one that
/// exists twice means its first.
/// </summary>
public static class DropTimes
{
    // The zone where every calendar day begins first: a drop timed by the recipient may begin there.
    private static readonly TimeSpan EarliestOffset = TimeSpan.FromHours(14);

    /// <summary>The due time of a one-off drop: the key of its occurrence. For recipient time the first instant anywhere on earth.</summary>
    /// <exception cref="ArgumentException">The schedule is relative or recurring.</exception>
    public static DateTimeOffset DueAt(ScheduleDefinition schedule, TimeZoneInfo engineZone, DateTimeOffset now)
    {
        if (schedule.Now)
        {
            return now.ToUniversalTime();
        }

        if (schedule.At is not { } at)
        {
            throw new ArgumentException("only a one-off schedule has a due time of its own", nameof(schedule));
        }

        return schedule.Zone == "recipient"
            ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Unspecified), EarliestOffset).ToUniversalTime()
            : ToInstant(at, Zone(schedule, engineZone));
    }

    /// <summary>When the message for a person in <paramref name="personZone"/> may leave: its local time, moved into "between" where that is given.</summary>
    public static DateTimeOffset NotBefore(ScheduleDefinition schedule, DateTimeOffset due, TimeZoneInfo engineZone, TimeZoneInfo? personZone)
    {
        var byPerson = schedule.Zone == "recipient";
        var zone = byPerson ? personZone ?? engineZone : Zone(schedule, engineZone);
        var start = byPerson && schedule.At is { } at ? ToInstant(at, zone) : due;
        return schedule.Between is { } hours ? IntoHours(start, zone, hours.From, hours.To) : start;
    }

    /// <summary>The first instant at or after <paramref name="time"/> whose local time lies in [from, to); hours may cross midnight.</summary>
    public static DateTimeOffset IntoHours(DateTimeOffset time, TimeZoneInfo zone, TimeOnly from, TimeOnly to)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone).DateTime;
        if (IsWithin(TimeOnly.FromDateTime(local), from, to))
        {
            return time.ToUniversalTime();
        }

        var opening = local.Date + from.ToTimeSpan();
        if (opening < local)
        {
            opening = opening.AddDays(1);
        }

        var instant = ToInstant(opening, zone);
        return instant < time ? time.ToUniversalTime() : instant;
    }

    /// <summary>True when the local time lies in [from, to); equal ends mean the whole day.</summary>
    public static bool IsWithin(TimeOnly local, TimeOnly from, TimeOnly to) =>
        from == to || (from < to ? local >= from && local < to : local >= from || local < to);

    /// <summary>A local time of a zone as an instant in UTC.</summary>
    public static DateTimeOffset ToInstant(DateTime local, TimeZoneInfo zone)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local))
        {
            var before = zone.GetUtcOffset(local.AddDays(-1));
            return new DateTimeOffset(local, before).ToUniversalTime();
        }
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private static TimeZoneInfo Zone(ScheduleDefinition schedule, TimeZoneInfo engineZone) =>
        schedule.Zone is null or "recipient" ? engineZone : TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone);
}
