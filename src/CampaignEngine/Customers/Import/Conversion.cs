using System.Collections;
using System.Globalization;
using CampaignEngine.Authoring;

namespace CampaignEngine.Customers.Import;

/// <summary>Texts and expression results → typed values, by the rules a map states.</summary>
internal static class Conversion
{
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool truth => truth ? "true" : "false",
        DateTime time => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static string Quoted(string text) => $"'{Shown.Text(text)}'";

    public static bool TryNumber(string text, SourceFormat format, out decimal number)
    {
        if (format.Thousands is { } groups && text.Contains(groups, StringComparison.Ordinal))
        {
            if (!GroupsOfThree(text, groups, format.Decimal))
            {
                number = 0;
                return false;
            }

            text = text.Replace(groups.ToString(), "", StringComparison.Ordinal);
        }

        if (format.Decimal == ',')
        {
            if (text.Contains('.', StringComparison.Ordinal))
            {
                number = 0;
                return false;
            }

            text = text.Replace(',', '.');
        }

        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
    }

    public static decimal? Number(object value, SourceFormat format) => value switch
    {
        decimal number => number,
        int number => number,
        long number => number,
        double number when double.IsFinite(number) && Math.Abs(number) < 7.9e27 => (decimal)number,
        string text when TryNumber(text, format, out var number) => number,
        _ => null,
    };

    public static bool? Truth(object value, SourceFormat format) => value switch
    {
        bool truth => truth,
        string text when format.Yes.Contains(text, StringComparer.OrdinalIgnoreCase) => true,
        string text when format.No.Contains(text, StringComparer.OrdinalIgnoreCase) => false,
        _ => null,
    };

    /// <summary>Whether a record describes a row: everything but nothing, an empty text, false and zero.</summary>
    public static bool Holds(object? value) => value switch
    {
        null or "" or false or "false" => false,
        int number => number != 0,
        long number => number != 0,
        decimal number => number != 0,
        double number => number != 0,
        _ => true,
    };

    public static DateOnly? Date(object value, SourceFormat format) => value switch
    {
        DateTime time => DateOnly.FromDateTime(time),
        string text when LocalTime(text, format) is { } found => DateOnly.FromDateTime(found.Local),
        _ => null,
    };

    public static DateTimeOffset? Time(object value, SourceFormat format) => value switch
    {
        DateTime { Kind: DateTimeKind.Utc } time => new DateTimeOffset(time),
        DateTime time => Instant(time, format.Zone),
        string text when LocalTime(text, format) is { } found => found.Offset is { } offset ? Within(found.Local, offset) : Instant(found.Local, format.Zone),
        _ => null,
    };

    public static IReadOnlyList<string> Texts(object value) => value is IEnumerable items and not string
        ? items.Cast<object?>().Select(Text).Where(t => t.Length > 0).ToList()
        : Text(value).Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// The instant of a local time. A time that the clocks skip in spring is taken with the offset before the change (02:30 becomes 03:30);
    /// one that they repeat in autumn is the first of the two.
    /// </summary>
    public static DateTimeOffset? Instant(DateTime local, TimeZoneInfo zone)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsAmbiguousTime(local))
        {
            return Within(local, zone.GetAmbiguousTimeOffsets(local).Max());
        }

        // For a skipped time the framework's offset is the standard one, but where a zone moved its standard time it is the later one.
        var offset = zone.IsInvalidTime(local) ? zone.GetUtcOffset(local.AddHours(-3)) : zone.GetUtcOffset(local);
        return Within(local, offset);
    }

    private static DateTimeOffset? Within(DateTime local, TimeSpan offset)
    {
        var ticks = local.Ticks - offset.Ticks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
    }

    private static (DateTime Local, TimeSpan? Offset)? LocalTime(string text, SourceFormat format)
    {
        foreach (var written in format.Dates)
        {
            if (!written.AsSpan().ContainsAny('K', 'z'))
            {
                if (DateTime.TryParseExact(text, written, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
                {
                    return (local, null);
                }
            }
            else if (DateTimeOffset.TryParseExact(text, written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                // K also matches nothing: then the text is a local time after all.
                var stated = text[^1] == 'Z' || text.AsSpan(Math.Max(0, text.Length - 6)).ContainsAny('+', '-');
                return (time.DateTime, stated ? time.Offset : null);
            }
        }

        return null;
    }

    private static bool GroupsOfThree(string text, char groups, char point)
    {
        var whole = text.AsSpan();
        var end = whole.IndexOf(point);
        whole = (end < 0 ? whole : whole[..end]).TrimStart("+-");
        var first = whole.IndexOf(groups);
        if (first is < 1 or > 3 || (end >= 0 && text.AsSpan(end).Contains(groups)))
        {
            return false;
        }

        for (var at = first; at < whole.Length; at += 4)
        {
            if (whole[at] != groups || whole.Length - at < 4 || whole.Slice(at + 1, 3).Contains(groups))
            {
                return false;
            }
        }

        return true;
    }
}
