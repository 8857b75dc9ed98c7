using System.Globalization;

namespace CampaignEngine.Authoring;

/// <summary>An amount of money. Currency is an ISO 4217 code, as in "1200 USD".</summary>
public readonly record struct Money(decimal Amount, string Currency)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Amount:0.00##} {Currency}");
}

/// <summary>A share of a whole; 10% is the fraction 0.10.</summary>
public readonly record struct Percentage(decimal Fraction)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Fraction * 100:0.####}%");
}

/// <summary>Units of a calendar duration. Month and year follow the calendar: 1 month after 31 January is the last day of February.</summary>
public enum DurationUnit
{
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// <summary>A length of time as authors write it: "14 days", "1 year", "30 minutes".</summary>
public readonly record struct CalendarDuration(int Count, DurationUnit Unit)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count} {Unit.ToString().ToLowerInvariant()}{(Count == 1 ? "" : "s")}");

    public DateTimeOffset After(DateTimeOffset time) => Shift(time, Count);

    public DateTimeOffset Before(DateTimeOffset time) => Shift(time, -Count);

    private DateTimeOffset Shift(DateTimeOffset time, int count) => Unit switch
    {
        DurationUnit.Second => time.AddSeconds(count),
        DurationUnit.Minute => time.AddMinutes(count),
        DurationUnit.Hour => time.AddHours(count),
        DurationUnit.Day => time.AddDays(count),
        DurationUnit.Week => time.AddDays(7 * (double)count),
        DurationUnit.Month => time.AddMonths(count),
        _ => time.AddYears(count),
    };
}
