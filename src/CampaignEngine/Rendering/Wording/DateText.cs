using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CampaignEngine.Rendering.Wording;

/// <summary>A date as a language writes it.</summary>
internal static partial class DateText
{
    /// <summary>5 March 2026, Thursday 5 March 2026, 05/03/2026, 5 March, March 2026, 09:30.</summary>
    public static readonly IReadOnlyList<string> Styles = ["long", "full", "short", "day", "month", "time"];

    private static readonly ConcurrentDictionary<string, string> LongPatterns = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no such style.</exception>
    public static string Of(DateTime date, string style, CultureInfo culture)
    {
        var formats = culture.DateTimeFormat;
        return date.ToString(
            style switch
            {
                "long" => LongPatterns.GetOrAdd(culture.Name, _ => WithoutDayOfWeek(formats.LongDatePattern)),
                "full" => formats.LongDatePattern,
                "short" => formats.ShortDatePattern,
                "day" => formats.MonthDayPattern,
                "month" => formats.YearMonthPattern,
                "time" => formats.ShortTimePattern,
                _ => throw new ArgumentException($"there is no style {style}; known are {string.Join(", ", Styles)}"),
            },
            culture);
    }

    private static string WithoutDayOfWeek(string pattern)
    {
        var rest = DayOfWeek().Replace(pattern, " ").Trim(' ', ',', '،', '.');
        return rest.Contains('y', StringComparison.Ordinal) ? rest : pattern;
    }

    [GeneratedRegex(@"[\s,،(]*dddd('[^']*'|[\p{L}-[yMd]])*[\s,،)]*")]
    private static partial Regex DayOfWeek();
}
