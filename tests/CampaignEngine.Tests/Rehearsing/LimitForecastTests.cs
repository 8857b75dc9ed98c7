using CampaignEngine.Dispatching;
using CampaignEngine.Rehearsing;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Tests.Rehearsing;

public sealed class LimitForecastTests
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    private static readonly SendingHours Always = new();

    [Theory]
    [InlineData(100, 1, 1_000, 9)]
    [InlineData(100, 1, 100, 0)]
    [InlineData(100, 1, 101, 1)]
    [InlineData(20_000, 3600, 20_001, 3600)]
    [InlineData(20_000, 3600, 50_000, 2 * 3600 + 1440)]
    [InlineData(1_000, 86_400, 5_000, 4 * 86_400 + 69_120)]
    public void NoWindowHoldsMoreThanItsLimitAndLongOnesAreSpread(int most, int window, long messages, double seconds)
    {
        var forecast = Of(new SendLimit("route:relay", most, TimeSpan.FromSeconds(window)), messages, Always);

        // The last message of a spread window leaves a little before its end.
        Assert.InRange(forecast.Time.TotalSeconds, seconds - (window / 1.25 / most) - 0.001, seconds + 0.001);
    }

    [Fact]
    public void TheLimitThatTakesLongestIsNamed()
    {
        var forecast = LimitForecast.Of(
            [(new SendLimit("route:relay", 100, TimeSpan.FromSeconds(1)), 10_000), (new SendLimit("provider:gmail", 1000, TimeSpan.FromHours(1)), 4_000)],
            Always, TimeZoneInfo.Utc, Nine, TimeSpan.FromSeconds(3));

        Assert.Equal("the limit of provider gmail, 1,000 per hour, 4,000 messages", forecast.Because);
        Assert.InRange(forecast.Time, TimeSpan.FromHours(3.7), TimeSpan.FromHours(3.8));
    }

    [Fact]
    public void AWarmUpGrowsFromDayToDayAndThenEnds()
    {
        var warmUp = new SendLimit("route:relay", 2500, TimeSpan.FromDays(1)) { WarmUp = new WarmUp(new DateOnly(2026, 3, 10), [500, 1000, 2500], TimeZoneInfo.Utc) };

        var short_ = Of(warmUp, 900, Always);
        var long_ = Of(warmUp, 4_000, Always);

        Assert.True(short_.Time < TimeSpan.FromDays(1));
        Assert.InRange(long_.Time, TimeSpan.FromDays(1), TimeSpan.FromDays(3));
        Assert.Equal("the warm-up of route relay, 4,000 messages", long_.Because);
    }

    [Fact]
    public void ClosedHoursCountForLimitsThatNeedOpenOnes()
    {
        var hours = new SendingHours { Between = new DayHours(new TimeOnly(9, 0), new TimeOnly(12, 0)), BetweenZone = "UTC" };

        // 10 a second for 4 hours: three today, one tomorrow.
        var forecast = Of(new SendLimit("route:relay", 10, TimeSpan.FromSeconds(1)), (4 * 36_000) + 1, hours);

        Assert.Equal(TimeSpan.FromHours(25), forecast.Time);
        Assert.Equal("the limit of route relay, 10 per second, 144,001 messages, within the sending hours", forecast.Because);
    }

    [Fact]
    public void HoursThatAreTooShortForThisMachineBindByThemselves()
    {
        var hours = new SendingHours { Between = new DayHours(new TimeOnly(9, 0), new TimeOnly(10, 0)), BetweenZone = "UTC" };

        var forecast = LimitForecast.Of([], hours, TimeZoneInfo.Utc, Nine, TimeSpan.FromHours(1.5));

        Assert.Equal((TimeSpan.FromHours(24.5), "the sending hours"), (forecast.Time, forecast.Because));
    }

    [Fact]
    public void WithoutLimitsNothingBinds() => Assert.Equal(new LimitForecast(TimeSpan.Zero, null), LimitForecast.Of([], Always, TimeZoneInfo.Utc, Nine, TimeSpan.FromSeconds(5)));

    private static LimitForecast Of(SendLimit limit, long messages, SendingHours hours) => LimitForecast.Of([(limit, messages)], hours, TimeZoneInfo.Utc, Nine, TimeSpan.FromSeconds(1));
}
