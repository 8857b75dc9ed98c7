using CampaignEngine.Authoring;
using Quartz;

namespace CampaignEngine.Campaigns;

/// <summary>Checks the cron expressions of recurring drops with the scheduler's own reader.</summary>
internal static class Cron
{
    // Any instant serves: the rhythm of an expression does not depend on it, except for years in the past.
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string? Fault(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 5)
        {
            // Quartz wants exactly one of the two day fields to be '?'.
            var (dayOfMonth, dayOfWeek) = words[2] == "*" ? ("?", DayNames(words[4])) : (words[2], "?");
            return $"'{Shown.Text(text)}' has five fields, and Quartz expressions start with the second; write for example '0 {words[0]} {words[1]} {dayOfMonth} {words[3]} {dayOfWeek}'";
        }

        CronExpression expression;
        try
        {
            expression = new CronExpression(text, TimeZoneInfo.Utc);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException or OverflowException or IndexOutOfRangeException)
        {
            return $"'{Shown.Text(text)}' is not a Quartz cron expression ({fault.Message.TrimEnd('.')}); write second, minute, hour, day of month, month, day of week, for example '0 0 9 ? * MON'";
        }

        if (expression.GetNextValidTimeAfter(Start) is not { } first)
        {
            return $"'{Shown.Text(text)}' never falls due; check the day, month and year";
        }

        return expression.GetNextValidTimeAfter(first) is { } second && second - first < TimeSpan.FromMinutes(1)
            ? $"'{Shown.Text(text)}' falls due more than once a minute; write a fixed second, for example '0 0 9 ? * MON'"
            : null;
    }

    // Unix counts from Sunday = 0, Quartz from Sunday = 1: names mean the same to both.
    private static string DayNames(string field) =>
        string.Concat(field.Select(c => c is >= '0' and <= '7' ? Days[c - '0'] : c.ToString()));

    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
}
