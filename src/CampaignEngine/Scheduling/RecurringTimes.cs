using CampaignEngine.Campaigns;
using Quartz;

namespace CampaignEngine.Scheduling;

/// <summary>
/// The due times of a recurring drop, by the wall clock of its zone: the expression is asked for local times, and each local time becomes one instant. So a
/// time that the clocks skip moves forward by the gap, and one that comes twice counts once, the first time.
/// </summary>
public static class RecurringTimes
{
    // No zone has ever moved its clocks by more than a day.
    private static readonly TimeSpan LargestShift = TimeSpan.FromHours(25);

    /// <summary>Every due time after <paramref name="after"/> up to <paramref name="until"/>, in order, at most <paramref name="most"/> of them.</summary>
    /// <exception cref="FormatException">The expression is none.</exception>
    public static IReadOnlyList<DateTimeOffset> Between(ScheduleDefinition schedule, TimeZoneInfo zone, DateTimeOffset after, DateTimeOffset until, int most)
    {
        var expression = new CronExpression(schedule.Cron ?? throw new ArgumentException("the schedule does not recur", nameof(schedule)), TimeZoneInfo.Utc);
        var days = schedule.Except.ToHashSet();
        var times = new SortedSet<DateTimeOffset>();
        DateTimeOffset? full = null;
        for (var next = expression.GetNextValidTimeAfter(Wall(after, zone) - LargestShift); next is { } wall; next = expression.GetNextValidTimeAfter(wall))
        {
            // Around a change of the clocks instants are not in the order of their local times.
            if (wall > Wall(until, zone) + LargestShift || wall > full || (schedule.Until is { } last && DateOnly.FromDateTime(wall.DateTime) > last))
            {
                break;
            }

            var instant = DropTimes.ToInstant(wall.DateTime, zone);
            if (instant > after && instant <= until && !days.Contains(DateOnly.FromDateTime(wall.DateTime)))
            {
                times.Add(instant);
                full ??= times.Count == most ? wall + LargestShift : null;
            }
        }

        return [.. times.Take(most)];
    }

    /// <summary>True when 'until' leaves the expression no due time at all.</summary>
    internal static bool NeverDue(ScheduleDefinition schedule) =>
        schedule is { Until: { } last, Cron: { } cron } && Cron.Fault(cron) is null
        && Between(schedule, TimeZoneInfo.Utc, new DateTimeOffset(last.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddYears(-1), new DateTimeOffset(last.ToDateTime(TimeOnly.MaxValue), TimeSpan.Zero), 1).Count == 0;

    // The local time written as if it were UTC, which has no gaps.
    private static DateTimeOffset Wall(DateTimeOffset instant, TimeZoneInfo zone) =>
        new(DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(instant, zone).DateTime, DateTimeKind.Unspecified), TimeSpan.Zero);
}
