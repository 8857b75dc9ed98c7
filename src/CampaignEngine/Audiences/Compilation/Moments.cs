using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>Turns dates, times and durations into instants, with days as they begin in the workspace's zone.</summary>
internal sealed class Moments(DateTimeOffset now, TimeZoneInfo zone)
{
    /// <summary>IANA name of the zone.</summary>
    public string Zone { get; } = zone.HasIanaId || !TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var iana) ? zone.Id : iana;

    public DateTime Now => Utc(now.UtcDateTime);

    public DateOnly Today => DayOf(now.UtcDateTime);

    public DateOnly DayOf(DateTime utc) => DateOnly.FromDateTime(Local(utc));

    public DateTime StartOf(DateOnly day) => ToUtc(day.ToDateTime(TimeOnly.MinValue));

    /// <summary>Instant of a literal: a DateTimeOffset, or a local DateTime.</summary>
    public DateTime Instant(object literal) => literal is DateTimeOffset instant ? Utc(instant.UtcDateTime) : ToUtc((DateTime)literal);

    /// <summary>Days and longer follow the calendar of the zone; hours and shorter are exact.</summary>
    public DateTime Shift(DateTime instant, CalendarDuration duration, bool back)
    {
        var exact = duration.Unit < DurationUnit.Day;
        var start = new DateTimeOffset(exact ? Utc(instant) : DateTime.SpecifyKind(Local(instant), DateTimeKind.Utc));
        var moved = (back ? duration.Before(start) : duration.After(start)).DateTime;
        return exact ? Utc(moved) : ToUtc(DateTime.SpecifyKind(moved, DateTimeKind.Unspecified));
    }

    public DateOnly Shift(DateOnly day, CalendarDuration duration, bool back)
    {
        var start = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return DateOnly.FromDateTime((back ? duration.Before(start) : duration.After(start)).DateTime);
    }

    /// <summary>The value of a date or time expression that depends on no row; null when it does, or leaves the calendar.</summary>
    public object? Constant(BoundNode node)
    {
        try
        {
            return node switch
            {
                BoundLiteral { Kind: ValueKind.Date } literal => literal.Value,
                BoundLiteral { Kind: ValueKind.Time } literal => Instant(literal.Value),
                BoundNow { Kind: ValueKind.Date } => Today,
                BoundNow => Now,
                BoundShift shift => Constant(shift.Operand) switch
                {
                    DateOnly day when shift.Kind == ValueKind.Date => Shift(day, shift.Duration, shift.Back),
                    DateOnly day => Shift(StartOf(day), shift.Duration, shift.Back),
                    DateTime time => Shift(time, shift.Duration, shift.Back),
                    _ => null,
                },
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            // Beyond the year 9999 or before the year 1: the database's calendar is wider and computes it.
            return null;
        }
    }

    private DateTime Local(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(Utc(utc), zone);

    private DateTime ToUtc(DateTime local)
    {
        // An hour that a change to summer time skips is read as the hour after it.
        var real = zone.IsInvalidTime(local) ? local.AddHours(1) : local;
        return TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(real, DateTimeKind.Unspecified), zone);
    }

    private static DateTime Utc(DateTime value) => DateTime.SpecifyKind(value, DateTimeKind.Utc);
}
