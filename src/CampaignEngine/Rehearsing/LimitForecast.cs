using System.Globalization;
using CampaignEngine.Dispatching;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Rehearsing;

/// <summary>How long a drop takes at least under the limits and sending hours in force, whatever the machine.</summary>
/// <param name="Time">From the first message that may leave to the last; zero without limits.</param>
/// <param name="Because">The limit that binds, with its people; null when none does.</param>
public readonly record struct LimitForecast(TimeSpan Time, string? Because)
{
    // A drop that would take longer is a mistake in the limits; nobody needs the exact year.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>Of all limits the one that takes longest.</summary>
    /// <param name="people">How many messages are under each limit; a limit of everybody has all of them.</param>
    /// <param name="hours">When messages may leave.</param>
    /// <param name="sending">What the machine itself needs, as measured: hours that are too short bind even without limits.</param>
    public static LimitForecast Of(IEnumerable<(SendLimit Limit, long People)> people, SendingHours hours, TimeZoneInfo zone, DateTimeOffset start, TimeSpan sending)
    {
        var begin = hours.NextOpening(start, zone) ?? start;
        var longest = new LimitForecast(TimeSpan.Zero, null);
        if (Open(sending, hours, zone, begin) is var machine && machine > sending)
        {
            longest = new LimitForecast(machine, "the sending hours");
        }

        foreach (var (limit, count) in people)
        {
            var clock = TimeFor(limit, count, begin);

            // Windows of a day go on while nobody may be written to; shorter ones are used only when somebody may.
            var time = limit.Window < TimeSpan.FromDays(1) ? Open(clock, hours, zone, begin) : clock;
            if (time > longest.Time)
            {
                var closed = time > clock ? ", within the sending hours" : "";
                longest = new LimitForecast(time, string.Create(CultureInfo.InvariantCulture, $"{Words(limit)}, {count:N0} messages{closed}"));
            }
        }

        return longest;
    }

    // Any window of its length holds at most so many, and long windows are spread: inside one the pace is a quarter above the even one at most.
    private static TimeSpan TimeFor(SendLimit limit, long messages, DateTimeOffset begin)
    {
        var spread = limit.Window > TimeSpan.FromSeconds(10);
        var (left, time) = (messages, TimeSpan.Zero);
        while (left > 0 && time < Longest)
        {
            // A warm-up rises within a window: the number of its end bounds it from above.
            if (limit.At(begin + time + (limit.WarmUp is null ? TimeSpan.Zero : limit.Window)) is not { } now)
            {
                return time;
            }

            if (left <= now.Most)
            {
                return time + (spread ? limit.Window * ((left - 1) / (1.25 * now.Most)) : TimeSpan.Zero);
            }

            var windows = limit.WarmUp is null ? (left - 1) / now.Most : 1;
            left -= windows * now.Most;
            time += limit.Window * Math.Min(windows, Longest / limit.Window);
        }

        return time;
    }

    // The clock time that so much open time takes.
    private static TimeSpan Open(TimeSpan needed, SendingHours hours, TimeZoneInfo zone, DateTimeOffset begin)
    {
        if (hours.IsAlways)
        {
            return needed;
        }

        var at = begin;
        while (at - begin < Longest)
        {
            if (hours.NextOpening(at, zone) is not { } opens || hours.NextClosing(opens, zone) is not { } closes || needed <= closes - opens)
            {
                return (hours.NextOpening(at, zone) ?? at) + needed - begin;
            }

            needed -= closes - opens;
            at = closes;
        }

        return Longest;
    }

    private static string Words(SendLimit limit)
    {
        var subject = limit.Subject.Replace(':', ' ');
        return limit.WarmUp is not null ? $"the warm-up of {subject}"
            : string.Create(CultureInfo.InvariantCulture, $"the limit of {subject}, {limit.Most:N0} per {(limit.Window.TotalSeconds switch { 1 => "second", 60 => "minute", 3600 => "hour", _ => "day" })}");
    }
}
