using System.Text.Json;
using System.Text.Json.Serialization;

namespace CampaignEngine.Scheduling;

/// <summary>Hours of the day, local; the second may be earlier and then lies on the next day.</summary>
/// <param name="From">First minute.</param>
/// <param name="To">First minute after.</param>
public readonly record struct DayHours(TimeOnly From, TimeOnly To);

/// <summary>
/// When messages of a drop may leave, by the clock on the wall of whoever gets them: inside the drop's hours, outside the quiet ones, not on a holiday.
/// Asked with an instant and a zone, so it is right on the days clocks change: an hour that happens twice is twice open or twice quiet.
/// </summary>
public sealed record SendingHours
{
    // Longer than any holidays people keep; a calendar that closes every day never opens.
    private const int LongestSearch = 400 * 24 * 60;
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Nothing leaves outside; null: any hour.</summary>
    public DayHours? Between { get; init; }

    /// <summary>IANA zone that <see cref="Between"/> is in; null: the person's.</summary>
    public string? BetweenZone { get; init; }

    /// <summary>Nothing leaves inside; null: no quiet hours.</summary>
    public DayHours? Quiet { get; init; }

    /// <summary>Days on which nothing leaves.</summary>
    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>Also the hours that law or networks set in the recipient's country (<see cref="LegalHours"/>).</summary>
    public bool Legal { get; init; }

    /// <summary>The hours of one country's law; null: none are known, or nobody asked for them.</summary>
    [JsonIgnore]
    public LegalHours? Law { get; init; }

    [JsonIgnore]
    public bool IsAlways => Between is null && Quiet is null && Holidays.Count == 0 && Law is null;

    /// <summary>Whether people of different zones may have different hours.</summary>
    [JsonIgnore]
    public bool AskForZones => !IsAlways || Legal;

    /// <summary>The same for people of a country (ISO 3166; null: of none in particular).</summary>
    public SendingHours In(string? country) => Legal && country is not null && LegalHours.Of(country) is { } law ? this with { Law = law } : this;

    public static SendingHours? FromJson(string? json) => json is null ? null : JsonSerializer.Deserialize<SendingHours>(json, Json);

    /// <summary>Null when messages may leave at any time.</summary>
    public string? ToJson() => IsAlways && !Legal ? null : JsonSerializer.Serialize(this, Json);

    public bool IsOpen(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone).DateTime;
        var clock = TimeOnly.FromDateTime(local);
        var between = BetweenZone is null || Between is null
            ? clock
            : TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(BetweenZone)).DateTime);
        return (Between is not { } hours || DropTimes.IsWithin(between, hours.From, hours.To))
            && (Quiet is not { } quiet || !DropTimes.IsWithin(clock, quiet.From, quiet.To))
            && !Holidays.Contains(DateOnly.FromDateTime(local))
            && (Law is not { } law || (clock >= law.From && clock < law.To && (law.Sundays || local.DayOfWeek != DayOfWeek.Sunday)));
    }

    /// <summary>The first instant at or after <paramref name="time"/> when messages may leave; null when there is none within a year.</summary>
    public DateTimeOffset? NextOpening(DateTimeOffset time, TimeZoneInfo zone) => Next(time, zone, open: true);

    /// <summary>The first instant at or after <paramref name="time"/> when none may leave; null when that does not come within a year.</summary>
    public DateTimeOffset? NextClosing(DateTimeOffset time, TimeZoneInfo zone) => Next(time, zone, open: false);

    // Minute by minute: everything here changes on whole minutes, clocks too, and a day has only 1,440 of them.
    private DateTimeOffset? Next(DateTimeOffset time, TimeZoneInfo zone, bool open)
    {
        if (IsAlways || IsOpen(time, zone) == open)
        {
            return !IsAlways || open ? time.ToUniversalTime() : null;
        }

        var minute = new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        for (var step = 1; step <= LongestSearch; step++)
        {
            if (IsOpen(minute.AddMinutes(step), zone) == open)
            {
                return minute.AddMinutes(step);
            }
        }

        return null;
    }
}
