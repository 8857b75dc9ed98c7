using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Tests.Scheduling;

public sealed class DropTimesTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly TimeZoneInfo Taipei = TimeZoneInfo.FindSystemTimeZoneById("Asia/Taipei");

    [Fact]
    public void ALocalTimeThatDoesNotExistMovesForwardByTheGap() =>
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), DropTimes.ToInstant(new DateTime(2026, 3, 29, 2, 30, 0), Berlin));

    [Fact]
    public void ALocalTimeThatExistsTwiceMeansItsFirst() =>
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero), DropTimes.ToInstant(new DateTime(2026, 10, 25, 2, 30, 0), Berlin));

    [Fact]
    public void RecipientTimeIsEachPersonsOwnAndFallsDueWhereTheDayBeginsFirst()
    {
        var schedule = new ScheduleDefinition { Place = default, At = new DateTime(2026, 3, 10, 9, 0, 0), Zone = "recipient" };
        DateTimeOffset due = DropTimes.DueAt(schedule, Berlin, DateTimeOffset.UnixEpoch);
        Assert.Equal(new DateTimeOffset(2026, 3, 9, 19, 0, 0, TimeSpan.Zero), due);
        Assert.Equal(new DateTimeOffset(2026, 3, 10, 1, 0, 0, TimeSpan.Zero), DropTimes.NotBefore(schedule, due, Berlin, Taipei));
        Assert.Equal(new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero), DropTimes.NotBefore(schedule, due, Berlin, null));
    }

    [Theory]
    [InlineData("2026-03-10T05:00:00Z", "2026-03-10T09:00:00Z")] // 06:00 in Berlin waits for 10:00
    [InlineData("2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z")]
    [InlineData("2026-03-10T19:00:00Z", "2026-03-11T09:00:00Z")] // 20:00 is past the end
    [InlineData("2026-03-28T22:00:00Z", "2026-03-29T08:00:00Z")] // the clocks go forward that night
    public void MessagesWaitForTheHoursTheyMayLeaveIn(string time, string expected)
    {
        var schedule = new ScheduleDefinition { Place = default, After = "announce", Delay = new CalendarDuration(3, DurationUnit.Day), Between = (new TimeOnly(10, 0), new TimeOnly(20, 0)) };
        DateTimeOffset due = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), DropTimes.NotBefore(schedule, due, Berlin, null));
    }

    [Fact]
    public void NobodyIsContactedOutsideTheHoursInAnyZoneOverTwoYears()
    {
        var from = new TimeOnly(8, 0);
        var to = new TimeOnly(21, 0);
        foreach (TimeZoneInfo zone in TimeZoneInfo.GetSystemTimeZones())
        {
            for (var time = new DateTimeOffset(2025, 1, 1, 0, 20, 0, TimeSpan.Zero); time.Year < 2027; time = time.AddHours(17))
            {
                DateTimeOffset moved = DropTimes.IntoHours(time, zone, from, to);
                Assert.True(moved >= time && moved - time < TimeSpan.FromHours(25), $"{zone.Id} {time}");
                Assert.True(DropTimes.IsWithin(TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(moved, zone).DateTime), from, to), $"{zone.Id} {time} -> {moved}");
            }
        }
    }
}
