using System.Globalization;
using System.Text.RegularExpressions;

namespace CampaignEngine.Authoring;

/// <summary>Reads typed values as authors write them. Each method returns null and the value, or the fault together with its fix.</summary>
public static partial class Quantity
{
    public static readonly IReadOnlyList<string> Units = ["second", "minute", "hour", "day", "week", "month", "year"];

    public static string? TryMoney(string? text, out Money value)
    {
        value = default;
        var match = MoneyText().Match(text ?? "");
        if (!match.Success)
        {
            return Bare(text) ? $"'{Shown.Text(text!)}' has no currency; write for example '{text!.Trim()} USD'"
                : $"'{Shown.Text(text ?? "")}' is not an amount of money; write a number and a currency code, for example '1200 USD'";
        }

        var code = match.Groups["code"].Value.ToUpperInvariant();
        if (!Currencies.Contains(code))
        {
            return $"'{match.Groups["code"].Value}' is not an ISO 4217 currency code{Suggestion.For(code, Currencies.All)}";
        }

        if (!decimal.TryParse(match.Groups["amount"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            return $"'{Shown.Text(match.Groups["amount"].Value)}' is too large an amount";
        }

        value = new Money(amount, code);
        return null;
    }

    public static string? TryPercentage(string? text, out Percentage value)
    {
        value = default;
        var match = PercentageText().Match(text ?? "");
        if (!match.Success)
        {
            return Bare(text) ? $"'{Shown.Text(text!)}' has no unit; write '{text!.Trim()}%' for a share of 100"
                : $"'{Shown.Text(text ?? "")}' is not a percentage; write for example '10%'";
        }

        if (!decimal.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 100)
        {
            return $"'{Shown.Text(text!)}' is more than 100%";
        }

        value = new Percentage(number / 100);
        return null;
    }

    public static string? TryDuration(string? text, out CalendarDuration value)
    {
        value = default;
        var match = DurationText().Match(text ?? "");
        if (!match.Success)
        {
            return Bare(text) ? $"'{Shown.Text(text!)}' has no unit; write for example '{text!.Trim()} days'"
                : $"'{Shown.Text(text ?? "")}' is not a duration; write a whole number and a unit, for example '14 days'";
        }

        var unit = match.Groups["unit"].Value;
        var index = Units.ToList().FindIndex(u => unit == u || unit == u + "s");
        if (index < 0)
        {
            return $"'{Shown.Text(unit)}' is not a unit of time{Suggestion.For(unit, Units.Select(u => u + "s"))}; units are seconds, minutes, hours, days, weeks, months and years";
        }

        // 100,000 of the shortest useful unit is a month and of the longest beyond any calendar: the bound keeps date arithmetic in range.
        if (!int.TryParse(match.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || TooLong(count, (DurationUnit)index))
        {
            return $"'{Shown.Text(text!)}' is too long; at most 100 years are possible";
        }

        value = new CalendarDuration(count, (DurationUnit)index);
        return null;
    }

    /// <summary>Hours of the day as in "10:00-20:00"; the second may be earlier, and then lies on the next day.</summary>
    public static string? TryHours(string? text, out (TimeOnly From, TimeOnly To) value)
    {
        value = default;
        var parts = (text ?? "").Split('-', StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !TryTime(parts[0], out var from) || !TryTime(parts[1], out var to))
        {
            return $"'{Shown.Text(text ?? "")}' is not a span of hours; write for example '10:00-20:00'";
        }

        if (from == to)
        {
            return $"'{Shown.Text(text!)}' starts and ends at the same time; leave it out to allow any hour";
        }

        value = (from, to);
        return null;
    }

    /// <summary>A local date and time without a zone: "2026-03-10 09:00".</summary>
    public static string? TryLocalTime(string? text, out DateTime value)
    {
        string[] forms = ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];
        if (DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out value))
        {
            return null;
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? $"'{text}' has no time of day; write for example '{text} 09:00'"
            : $"'{Shown.Text(text ?? "")}' is not a local date and time; write for example '2026-03-10 09:00', and the zone in 'zone'";
    }

    private static bool TryTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    private static bool TooLong(int count, DurationUnit unit) => unit switch
    {
        DurationUnit.Year => count > 100,
        DurationUnit.Month => count > 1_200,
        DurationUnit.Week => count > 5_200,
        DurationUnit.Day => count > 36_500,
        DurationUnit.Hour => count > 876_000,
        DurationUnit.Minute => count > 52_560_000,
        _ => false,
    };

    private static bool Bare(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"^\s*(?<amount>[0-9]{1,15}(\.[0-9]{1,4})?)\s*(?<code>[A-Za-z]{3})\s*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex MoneyText();

    [GeneratedRegex(@"^\s*(?<number>[0-9]{1,9}(\.[0-9]{1,9})?)\s*%\s*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex PercentageText();

    [GeneratedRegex(@"^\s*(?<count>[0-9]{1,12})\s*(?<unit>[A-Za-z]+)\s*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex DurationText();
}
