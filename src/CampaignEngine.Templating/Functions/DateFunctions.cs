using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

internal static class DateFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("date.now", "-> date", a => a.Run.Now()),
        new("date.utc_now", "-> date", a => a.Run.Environment.Clock.GetUtcNow().UtcDateTime),
        new("date.add_days", "date:date days:double -> date", a => Add(a, (d, n) => d.AddDays(n))),
        new("date.add_months", "date:date months:int -> date", a => Shift(a, (d, n) => d.AddMonths(n))),
        new("date.add_years", "date:date years:int -> date", a => Shift(a, (d, n) => d.AddYears(n))),
        new("date.add_hours", "date:date hours:double -> date", a => Add(a, (d, n) => d.AddHours(n))),
        new("date.add_minutes", "date:date minutes:double -> date", a => Add(a, (d, n) => d.AddMinutes(n))),
        new("date.add_seconds", "date:date seconds:double -> date", a => Add(a, (d, n) => d.AddSeconds(n))),
        new("date.add_milliseconds", "date:date millis:double -> date", a => Add(a, (d, n) => d.AddMilliseconds(n))),
        new("date.parse", "text:text pattern:text? culture:text? -> date", Parse),
        new("date.parse_to_string", "text:text output_pattern:text? output_culture:text? input_pattern:text? input_culture:text? -> text", ParseToString),
        new("date.to_string", "datetime:date pattern:text? culture:text? -> text", a => a[0] is DateTime date ? ToText(a, date, 1, 2) : null),
    ];

    private static object? Add(Arguments a, Func<DateTime, double, DateTime> add) => Safely(a, date => add(date, a.Double(1)));

    private static object? Shift(Arguments a, Func<DateTime, int, DateTime> add) => Safely(a, date => add(date, a.Int(1)));

    private static object? Safely(Arguments a, Func<DateTime, DateTime> add)
    {
        try
        {
            return a[0] is DateTime date ? add(date) : throw new RenderFault("there is no date to add to: it is null; give a default with ??");
        }
        catch (ArgumentOutOfRangeException failure)
        {
            // Beside dates out of range .NET also refuses far too many months or years by themselves.
            throw new RenderFault("the date lies outside the years 1 to 9999", argument: failure.ParamName is "months" or "years" ? 1 : -1);
        }
    }

    private static object? Parse(Arguments a)
    {
        if (string.IsNullOrEmpty(a.TextOrNull(0)))
        {
            return null;
        }

        return Dates.Parse(a.Text(0), a.TextOrNull(1), a.Culture(2), a.Run.Zone)
            ?? throw new RenderFault($"`{a.Text(0)}` is not a date" + (a[1] is null ? string.Empty : $" of the pattern {a[1]}"), argument: 0);
    }

    private static object? ParseToString(Arguments a)
    {
        if (string.IsNullOrEmpty(a.TextOrNull(0)))
        {
            return null;
        }

        var date = Dates.Parse(a.Text(0), a.TextOrNull(3), a.Culture(4), a.Run.Zone) ?? throw new RenderFault($"`{a.Text(0)}` is not a date", argument: 0);
        return a.TextOrNull(1) is { } pattern && !pattern.Contains('%', StringComparison.Ordinal)
            ? Formats.Apply(date, pattern, a.Culture(2), a.Run)
            : ToText(a, date, 1, 2);
    }

    private static string ToText(Arguments a, DateTime date, int pattern, int culture)
    {
        var format = a.TextOrNull(pattern) ?? a.Run.DefaultDateFormat;
        a.Run.CheckText(format.Length, null);
        var text = Dates.Format(date, format == "%g" ? "%g " + a.Run.DefaultDateFormat : format, a.Culture(culture), a.Run.Zone);
        a.Run.CheckText(text.Length, null);
        return text;
    }
}

internal static class TimespanFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("timespan.zero", "-> span", _ => TimeSpan.Zero),
        new("timespan.from_days", "days:double -> span", a => From(a, TimeSpan.FromDays)),
        new("timespan.from_hours", "hours:double -> span", a => From(a, TimeSpan.FromHours)),
        new("timespan.from_minutes", "minutes:double -> span", a => From(a, TimeSpan.FromMinutes)),
        new("timespan.from_seconds", "seconds:double -> span", a => From(a, TimeSpan.FromSeconds)),
        new("timespan.from_milliseconds", "millis:double -> span", a => From(a, TimeSpan.FromMilliseconds)),
        new("timespan.parse", "text:text -> span", Parse),
    ];

    private static object From(Arguments a, Func<double, TimeSpan> from)
    {
        try
        {
            return from(a.Double(0));
        }
        catch (Exception failure) when (failure is OverflowException or ArgumentException)
        {
            throw new RenderFault("the timespan is too long, or no number");
        }
    }

    private static object Parse(Arguments a) => TimeSpan.TryParse(a.Text(0), a.Run.Culture, out var span)
        ? span
        : throw new RenderFault($"`{a.Text(0)}` is not a timespan; one looks like 1.12:30:00");
}

/// <summary>The object <c>date</c>: its <c>format</c> can be set, for the running rendering only.</summary>
internal sealed class DateGroup : ScriptMap;
