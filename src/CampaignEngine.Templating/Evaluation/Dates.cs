using System.Globalization;
using System.Text;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>Dates of the language: their members, the <c>%</c> formats, and reading them from text.</summary>
internal static class Dates
{
    public const string DefaultFormat = "%d %b %Y";

    public static object? Member(DateTime date, string name) => name switch
    {
        "year" => date.Year,
        "month" => date.Month,
        "day" => date.Day,
        "day_of_year" => date.DayOfYear,
        "day_of_week" => date.DayOfWeek.ToString(),
        "hour" => date.Hour,
        "minute" => date.Minute,
        "second" => date.Second,
        "millisecond" => date.Millisecond,
        "date" => date.Date,
        "time_of_day" => date.TimeOfDay,
        "ticks" => date.Ticks,
        _ => null,
    };

    public static object? Member(TimeSpan span, string name) => name switch
    {
        "days" => span.Days,
        "hours" => span.Hours,
        "minutes" => span.Minutes,
        "seconds" => span.Seconds,
        "milliseconds" => span.Milliseconds,
        "ticks" => span.Ticks,
        "total_days" => span.TotalDays,
        "total_hours" => span.TotalHours,
        "total_minutes" => span.TotalMinutes,
        "total_seconds" => span.TotalSeconds,
        "total_milliseconds" => span.TotalMilliseconds,
        _ => null,
    };

    /// <summary>Formats a date by <c>%</c> codes; <c>%g</c> switches to the invariant culture.</summary>
    public static string Format(DateTime date, string? format, CultureInfo culture, TimeZoneInfo zone)
    {
        format ??= DefaultFormat;
        if (format == "%g")
        {
            return Format(date, DefaultFormat, CultureInfo.InvariantCulture, zone);
        }

        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            i++;
            if (format[i] == 'g')
            {
                culture = CultureInfo.InvariantCulture;
                continue;
            }

            Append(text, format[i], date, culture, zone);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, char code, DateTime date, CultureInfo culture, TimeZoneInfo zone)
    {
        string Sub(string format) => Format(date, format, culture, zone);
        string Net(string format) => date.ToString(format, culture);
        var hour12 = date.Hour % 12 == 0 ? 12 : date.Hour % 12;
        text.Append(code switch
        {
            'a' => Net("ddd"),
            'A' => Net("dddd"),
            'b' or 'h' => Net("MMM"),
            'B' => Net("MMMM"),
            // One format, not its parts: beside a day some languages write the month in another case.
            'c' => Net("ddd MMM dd HH:mm:ss yyyy"),
            'C' => Two(date.Year / 100),
            'd' => Two(date.Day),
            'D' => Sub("%m/%d/%y"),
            'e' => Blank(date.Day),
            'F' => Sub("%Y-%m-%d"),
            'H' => Two(date.Hour),
            'I' => Two(hour12),
            'j' => date.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'k' => Blank(date.Hour),
            'l' => Blank(hour12),
            'L' => date.Millisecond.ToString("000", CultureInfo.InvariantCulture),
            'm' => Two(date.Month),
            'M' => Two(date.Minute),
            'n' => "\n",
            'N' => (date.Ticks % TimeSpan.TicksPerSecond * 100).ToString("000000000", CultureInfo.InvariantCulture),
            'p' => Net("tt"),
            'P' => culture.TextInfo.ToLower(Net("tt")),
            'r' => Sub("%I:%M:%S %p"),
            'R' => Sub("%H:%M"),
            's' => new DateTimeOffset(DateTime.SpecifyKind(date, DateTimeKind.Unspecified), zone.GetUtcOffset(date)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Two(date.Second),
            't' => "\t",
            'T' => Sub("%H:%M:%S"),
            'u' => (date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'U' => Two(culture.Calendar.GetWeekOfYear(date, culture.DateTimeFormat.CalendarWeekRule, DayOfWeek.Sunday)),
            'v' => $"{Blank(date.Day)}-{date.ToString("MMM", CultureInfo.InvariantCulture).ToUpperInvariant()}-{date.Year:0000}",
            'V' => Two(ISOWeek.GetWeekOfYear(date)),
            'W' => Two(culture.Calendar.GetWeekOfYear(date, culture.DateTimeFormat.CalendarWeekRule, DayOfWeek.Monday)),
            'w' => ((int)date.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'x' => Net("d"),
            'X' => Net("T"),
            'y' => Two(date.Year % 100),
            'Y' => date.Year.ToString("0000", CultureInfo.InvariantCulture),
            'Z' => OffsetText(zone.GetUtcOffset(date)),
            '%' => "%",
            _ => "%" + code,
        });
    }

    private static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    private static string Blank(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(2);

    private static string OffsetText(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    /// <summary>A date from text, by a pattern of <c>%</c> codes, by a .NET format where it has none, or by what the culture reads; null when it is not a date.</summary>
    public static DateTime? Parse(string text, string? pattern, CultureInfo culture, TimeZoneInfo zone)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (pattern is not null)
        {
            try
            {
                return DateTime.TryParseExact(text, pattern.Contains('%', StringComparison.Ordinal) ? NetPattern(pattern) : pattern, culture, DateTimeStyles.AllowWhiteSpaces, out var exact) ? exact : null;
            }
            catch (FormatException)
            {
                // Even trying throws when the pattern itself is none.
                throw new RenderFault($"`{pattern}` is no pattern to read a date by; one looks like %Y-%m-%d");
            }
        }

        if (!DateTimeOffset.TryParse(text, culture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal, out var time))
        {
            return null;
        }

        // A text without an offset is a local date as written; one with an offset is a point in time.
        return DateTime.TryParse(text, culture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.RoundtripKind, out var written) && written.Kind == DateTimeKind.Unspecified
            ? written
            : TimeZoneInfo.ConvertTime(time, zone).DateTime;
    }

    private static string NetPattern(string pattern)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 >= pattern.Length)
            {
                text.Append('\'').Append(pattern[i] is '\'' or '\\' ? "\\" + pattern[i] : pattern[i].ToString()).Append('\'');
                continue;
            }

            text.Append(pattern[++i] switch
            {
                'a' => "ddd",
                'A' => "dddd",
                'b' or 'h' => "MMM",
                'B' => "MMMM",
                'c' => "ddd MMM d HH:mm:ss yyyy",
                'd' => "dd",
                'D' => "MM/dd/yy",
                'e' => "%d",
                'F' => "yyyy-MM-dd",
                'H' => "HH",
                'I' => "hh",
                'k' => "%H",
                'l' => "%h",
                'L' => "fff",
                'm' => "MM",
                'M' => "mm",
                'N' => "fffffff",
                'p' or 'P' => "tt",
                'r' => "hh:mm:ss tt",
                'R' => "HH:mm",
                'S' => "ss",
                'T' => "HH:mm:ss",
                'y' => "yy",
                'Y' => "yyyy",
                'Z' => "zzz",
                '%' => "'%'",
                var other => throw new RenderFault($"the code %{other} cannot be used to read a date", argument: 1),
            });
        }

        return text.ToString();
    }
}
