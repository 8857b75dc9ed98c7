using CampaignEngine.Authoring;

namespace CampaignEngine.Tests.Authoring;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1200 USD", "1200.00 USD")]
    [InlineData("0.035 EUR", "0.035 EUR")]
    [InlineData("15twd", "15.00 TWD")]
    public void ReadsMoney(string text, string expected)
    {
        Assert.Null(Quantity.TryMoney(text, out var money));
        Assert.Equal(expected, money.ToString());
    }

    [Theory]
    [InlineData("1200", "'1200' has no currency; write for example '1200 USD'")]
    [InlineData("1200 USB", "'USB' is not an ISO 4217 currency code; did you mean 'USD'?")]
    [InlineData("-5 USD", "'-5 USD' is not an amount of money; write a number and a currency code, for example '1200 USD'")]
    [InlineData("1,200 USD", "'1,200 USD' is not an amount of money; write a number and a currency code, for example '1200 USD'")]
    [InlineData("1200 USD\nBcc: x", "'1200 USD\\u000ABcc: x' is not an amount of money; write a number and a currency code, for example '1200 USD'")]
    public void RefusesWhatIsNoMoney(string text, string expected) => Assert.Equal(expected, Quantity.TryMoney(text, out _));

    [Theory]
    [InlineData("10", "'10' has no unit; write '10%' for a share of 100")]
    [InlineData("101%", "'101%' is more than 100%")]
    [InlineData("ten", "'ten' is not a percentage; write for example '10%'")]
    public void RefusesWhatIsNoPercentage(string text, string expected) => Assert.Equal(expected, Quantity.TryPercentage(text, out _));

    [Theory]
    [InlineData("14", "'14' has no unit; write for example '14 days'")]
    [InlineData("14 dyas", "'dyas' is not a unit of time; did you mean 'days'?; units are seconds, minutes, hours, days, weeks, months and years")]
    [InlineData("999999999999 days", "'999999999999 days' is too long; at most 100 years are possible")]
    [InlineData("-1 day", "'-1 day' is not a duration; write a whole number and a unit, for example '14 days'")]
    public void RefusesWhatIsNoDuration(string text, string expected) => Assert.Equal(expected, Quantity.TryDuration(text, out _));

    [Fact]
    public void ReadsDurationsHoursAndLocalTimes()
    {
        Assert.Null(Quantity.TryDuration("1 month", out var month));
        Assert.Null(Quantity.TryHours("9:00-20:30", out var hours));
        Assert.Null(Quantity.TryLocalTime("2026-03-10 09:00", out var at));
        Assert.Equal(new CalendarDuration(1, DurationUnit.Month), month);
        Assert.Equal((new TimeOnly(9, 0), new TimeOnly(20, 30)), hours);
        Assert.Equal(new DateTime(2026, 3, 10, 9, 0, 0), at);
    }

    [Theory]
    [InlineData("2026-03-10", "'2026-03-10' has no time of day; write for example '2026-03-10 09:00'")]
    [InlineData("2026-02-30 09:00", "'2026-02-30 09:00' is not a local date and time; write for example '2026-03-10 09:00', and the zone in 'zone'")]
    public void RefusesWhatIsNoLocalTime(string text, string expected) => Assert.Equal(expected, Quantity.TryLocalTime(text, out _));

    [Theory]
    [InlineData("lastorder", "last_order_at")]
    [InlineData("coutnry", "country")]
    [InlineData("zzz", null)]
    public void SuggestsTheNearestWord(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Closest(word, ["last_order_at", "country", "customer_no"]));
}
