using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CampaignEngine.Rendering.Wording;

/// <summary>A date as a language writes it.</summary>
internal static partial class DateText
{
    /// <summary>5 March 2026, Thursday 5 March 2026, 05/03/2026, 5 March, March 2026, 09:30.</summary>
    public static readonly IReadOnlyList<string> Styles = ["long", "full", "short", "day", "month", "time"];

    private static readonly ConcurrentDictionary<string, string> LongPatterns = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no such style.</exception>
    public static string Of(DateTime date, string style, CultureInfo culture) => date.ToString(
        Pattern(style, culture) ?? throw new ArgumentException($"there is no style {style}; known are {string.Join(", ", Styles)}"), culture);

    /// <summary>The same as UTF-8, without a string; false when the room is too small.</summary>
    /// <param name="style">One of <see cref="Styles"/>.</param>
    public static bool TryWrite(DateTime date, string style, CultureInfo culture, Span<byte> room, out int written) =>
        date.TryFormat(room, out written, Pattern(style, culture), culture);

    /// <summary>The style that a text in UTF-8 names; null when there is none.</summary>
    public static string? StyleOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Styles.Count; i++)
        {
            if (Ascii.Equals(name, Styles[i]))
            {
                return Styles[i];
            }
        }

        return null;
    }

    private static string? Pattern(string style, CultureInfo culture) => style switch
    {
        "long" => LongPatterns.TryGetValue(culture.Name, out var known) ? known : LongPatterns.GetOrAdd(culture.Name, WithoutDayOfWeek(culture.DateTimeFormat.LongDatePattern)),
        "full" => culture.DateTimeFormat.LongDatePattern,
        "short" => culture.DateTimeFormat.ShortDatePattern,
        "day" => culture.DateTimeFormat.MonthDayPattern,
        "month" => culture.DateTimeFormat.YearMonthPattern,
        "time" => culture.DateTimeFormat.ShortTimePattern,
        _ => null,
    };

    private static string WithoutDayOfWeek(string pattern)
    {
        var rest = DayOfWeek().Replace(pattern, " ").Trim(' ', ',', '،', '.');
        return rest.Contains('y', StringComparison.Ordinal) ? rest : pattern;
    }

    [GeneratedRegex(@"[\s,،(]*dddd('[^']*'|[\p{L}-[yMd]])*[\s,،)]*")]
    private static partial Regex DayOfWeek();
}
