using System.Globalization;
using CampaignEngine.Campaigns;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Tests.Scheduling;

public sealed class RecurringTimesTests
{
    [Theory]
    [InlineData("Europe/Berlin", "0 30 2 ? * *", "2026-03-28", "2026-03-31", "2026-03-28T01:30Z 2026-03-29T01:30Z 2026-03-30T00:30Z")] // the gap: 02:30 is 03:30
    [InlineData("Europe/Berlin", "0 30 2 ? * *", "2026-10-24", "2026-10-27", "2026-10-24T00:30Z 2026-10-25T00:30Z 2026-10-26T01:30Z")] // comes twice: the first
    [InlineData("America/New_York", "0 15 2 ? * *", "2026-03-07", "2026-03-10", "2026-03-07T07:15Z 2026-03-08T07:15Z 2026-03-09T06:15Z")]
    [InlineData("America/New_York", "0 30 1 ? * *", "2026-10-31", "2026-11-03", "2026-10-31T05:30Z 2026-11-01T05:30Z 2026-11-02T06:30Z")]
    [InlineData("Australia/Lord_Howe", "0 15 2 ? * *", "2026-10-03", "2026-10-06", "2026-10-02T15:45Z 2026-10-03T15:45Z 2026-10-04T15:15Z")] // half an hour is skipped
    [InlineData("Australia/Lord_Howe", "0 45 1 ? * *", "2026-04-04", "2026-04-07", "2026-04-03T14:45Z 2026-04-04T14:45Z 2026-04-05T15:15Z")]
    public void EachLocalTimeComesOnceOnTheDaysTheClocksChange(string zone, string cron, string from, string to, string expected) =>
        Assert.Equal(expected, Text(Times(zone, new ScheduleDefinition { Place = default, Cron = cron }, from, to)));

    [Fact]
    public void NothingIsMissedOrDoubledHoweverOftenOneLooks()
    {
        foreach (var name in (string[])["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            var schedule = new ScheduleDefinition { Place = default, Cron = "0 0/30 * ? * *" };
            var (from, to) = (new DateTimeOffset(2026, 1, 1, 0, 7, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 7, 0, TimeSpan.Zero));
            var whole = RecurringTimes.Between(schedule, zone, from, to, int.MaxValue);
            var pieces = new List<DateTimeOffset>();
            for (var at = from; at < to; at += TimeSpan.FromHours(31))
            {
                pieces.AddRange(RecurringTimes.Between(schedule, zone, at, at + TimeSpan.FromHours(31) < to ? at + TimeSpan.FromHours(31) : to, 1000));
            }

            Assert.Equal(whole, pieces);
            Assert.Equal(whole.Distinct().Count(), whole.Count);
            Assert.Equal(whole.Take(100), RecurringTimes.Between(schedule, zone, from, to, 100));
            Assert.InRange(whole.Count, (365 * 48) - 4, 365 * 48);
        }
    }

    [Fact]
    public void RecurringEndsWithItsLastDayAndLeavesOutWhatIsExcepted()
    {
        var schedule = new ScheduleDefinition { Place = default, Cron = "0 0 9 ? * *", Until = new DateOnly(2026, 12, 27), Except = [new DateOnly(2026, 12, 25), new DateOnly(2026, 12, 26)] };

        Assert.Equal("2026-12-24T08:00Z 2026-12-27T08:00Z", Text(Times("Europe/Berlin", schedule, "2026-12-24", "2027-12-31")));
    }

    private static IReadOnlyList<DateTimeOffset> Times(string zone, ScheduleDefinition schedule, string from, string to)
    {
        var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        return RecurringTimes.Between(schedule, info, Midnight(from), Midnight(to), 1000);

        DateTimeOffset Midnight(string day) => DropTimes.ToInstant(DateTime.Parse(day, CultureInfo.InvariantCulture), info);
    }

    private static string Text(IEnumerable<DateTimeOffset> times) => string.Join(' ', times.Select(t => t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)));
}
