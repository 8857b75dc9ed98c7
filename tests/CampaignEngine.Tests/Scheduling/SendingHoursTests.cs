using System.Globalization;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Tests.Scheduling;

public sealed class SendingHoursTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly SendingHours Night = new() { Quiet = new DayHours(new TimeOnly(21, 0), new TimeOnly(8, 0)) };

    [Theory]
    [InlineData("2026-03-10T07:00:00Z", "2026-03-10T07:00:00Z", "2026-03-10T20:00:00Z")]
    [InlineData("2026-03-10T20:00:00Z", "2026-03-11T07:00:00Z", "2026-03-10T20:00:00Z")]
    [InlineData("2026-03-28T20:30:00Z", "2026-03-29T06:00:00Z", "2026-03-28T20:30:00Z")] // the clocks go forward that night
    [InlineData("2026-10-24T20:30:00Z", "2026-10-25T07:00:00Z", "2026-10-24T20:30:00Z")] // and back
    public void QuietHoursAreKeptByTheClockOnThePersonsWall(string time, string opening, string closing)
    {
        Assert.Equal(At(opening), Night.NextOpening(At(time), Berlin));
        Assert.Equal(At(closing), Night.NextClosing(At(time), Berlin));
    }

    [Fact]
    public void AnHourThatHappensTwiceIsQuietTwice()
    {
        // In Berlin it is 02:30 at 00:30 and at 01:30 UTC that night, and 02:00 comes back after it.
        var hours = new SendingHours { Quiet = new DayHours(new TimeOnly(2, 30), new TimeOnly(2, 45)) };
        var first = hours.NextClosing(At("2026-10-25T00:00:00Z"), Berlin)!.Value;
        Assert.Equal(At("2026-10-25T00:30:00Z"), first);
        var open = hours.NextOpening(first, Berlin)!.Value;
        Assert.Equal(At("2026-10-25T00:45:00Z"), open);
        Assert.Equal(At("2026-10-25T01:30:00Z"), hours.NextClosing(open, Berlin));
    }

    [Fact]
    public void HolidaysAreThePersonsOwnDay()
    {
        var hours = Night with { Holidays = [new DateOnly(2026, 12, 25), new DateOnly(2026, 12, 26)] };
        Assert.Equal(At("2026-12-27T07:00:00Z"), hours.NextOpening(At("2026-12-24T23:30:00Z"), Berlin));
        Assert.Equal(At("2026-12-26T22:00:00Z"), hours.NextOpening(At("2026-12-24T22:00:00Z"), TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland"))!.Value.AddHours(3));
    }

    [Fact]
    public void TheDropsHoursInAZoneOfTheirOwnAndTheQuietHoursInThePersonsBothHold()
    {
        var hours = Night with { Between = new DayHours(new TimeOnly(10, 0), new TimeOnly(20, 0)), BetweenZone = "America/New_York" };
        Assert.Equal(At("2026-01-10T15:00:00Z"), hours.NextOpening(At("2026-01-10T12:00:00Z"), Berlin));
        Assert.Equal(At("2026-01-10T20:00:00Z"), hours.NextClosing(At("2026-01-10T15:00:00Z"), Berlin));
    }

    [Theory]
    [InlineData("FR", "2026-03-07T21:30:00Z", "2026-03-09T07:00:00Z")] // Saturday night in Paris: Sunday is closed, too
    [InlineData("US", "2026-03-07T21:30:00Z", "2026-03-08T07:00:00Z")] // eight o'clock by the wall, whatever the zone
    [InlineData("TW", "2026-03-07T21:30:00Z", "2026-03-07T21:30:00Z")]
    [InlineData(null, "2026-03-07T21:30:00Z", "2026-03-07T21:30:00Z")]
    public void TheLawOfTheCountryHoldsWhereItIsAskedFor(string? country, string time, string opening)
    {
        var hours = new SendingHours { Legal = true };
        Assert.Equal(At(opening), hours.In(country).NextOpening(At(time), Berlin));
        Assert.Equal(At(time), new SendingHours().In(country).NextOpening(At(time), Berlin));
        Assert.Equal(hours, SendingHours.FromJson(hours.ToJson())! with { Holidays = hours.Holidays });
    }

    [Fact]
    public void HoursThatNeverOpenAreSaidToNeverOpen()
    {
        var hours = Night with { Between = new DayHours(new TimeOnly(22, 0), new TimeOnly(7, 0)) };
        Assert.Null(hours.NextOpening(At("2026-01-10T12:00:00Z"), Berlin));
        Assert.Null(new SendingHours().NextClosing(At("2026-01-10T12:00:00Z"), Berlin));
        Assert.Equal(At("2026-01-10T12:00:00Z"), new SendingHours().NextOpening(At("2026-01-10T12:00:00Z"), Berlin));
    }

    [Fact]
    public void TravelsAsJson()
    {
        var hours = Night with { Between = new DayHours(new TimeOnly(10, 0), new TimeOnly(20, 30)), BetweenZone = "Asia/Taipei", Holidays = [new DateOnly(2026, 12, 25)] };
        var read = SendingHours.FromJson(hours.ToJson())!;
        Assert.Equal(hours.ToJson(), read.ToJson());
        Assert.Equal((hours.Between, hours.Quiet, hours.BetweenZone), (read.Between, read.Quiet, read.BetweenZone));
        Assert.Null(new SendingHours().ToJson());
    }

    /// <summary>
    /// A worker as the dispatcher has it, on a clock that is turned by hand: takes a zone's chunk when it is open, sends until its hours end, gives it back until they
    /// come again. Every zone over two years, each day around a change of the clocks and every fifth other one; zones that have kept the same time stand for each other.
    /// </summary>
    [Theory]
    [InlineData("21:00", "08:00")]
    [InlineData("01:30", "02:15")]
    public void NothingIsSentInQuietHoursInAnyZoneOverTwoYearsAndEverybodyIsSentToOnce(string from, string to)
    {
        var quiet = new DayHours(TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(to, CultureInfo.InvariantCulture));
        var hours = new SendingHours { Quiet = quiet };
        var (start, end) = (At("2025-01-01T00:00:00Z"), At("2027-01-01T00:00:00Z"));
        var kinds = TimeZoneInfo.GetSystemTimeZones().GroupBy(z => string.Concat(Hourly(start, end).Select(t => $"{z.GetUtcOffset(t).TotalMinutes};")).GetHashCode(StringComparison.Ordinal)).ToList();
        Assert.True(kinds.Sum(k => k.Count()) > 400);
        foreach (var zone in kinds.Select(k => k.First()))
        {
            var sent = new List<DateTimeOffset>();
            for (var now = start; now < end;)
            {
                // Closed: the chunk waits. Open: one window's messages leave, some seconds apart, up to the gate.
                now = hours.NextOpening(now, zone)!.Value;
                var closes = hours.NextClosing(now, zone)!.Value;
                for (; now < closes; now = now.AddSeconds(1777))
                {
                    sent.Add(now);
                }

                now = zone.GetUtcOffset(now) == zone.GetUtcOffset(now.AddHours(48)) && zone.GetUtcOffset(now) == zone.GetUtcOffset(now.AddHours(-24)) ? now.AddDays(5) : now;
            }

            Assert.Equal(sent.Count, sent.Distinct().Count());
            Assert.Equal(sent.Order(), sent);
            Assert.InRange(sent.Count, 3_000, 40_000);
            foreach (var instant in sent)
            {
                // By hand, not by the code that is tested: minutes since local midnight.
                var minute = (instant.UtcDateTime + zone.GetUtcOffset(instant)).TimeOfDay.TotalMinutes;
                var (a, b) = (quiet.From.ToTimeSpan().TotalMinutes, quiet.To.ToTimeSpan().TotalMinutes);
                Assert.False(a < b ? minute >= a && minute < b : minute >= a || minute < b, $"{zone.Id} {instant:O}");
            }
        }
    }

    private static IEnumerable<DateTimeOffset> Hourly(DateTimeOffset start, DateTimeOffset end)
    {
        for (var time = start; time < end; time = time.AddHours(1))
        {
            yield return time;
        }
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
