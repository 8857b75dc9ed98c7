using CampaignEngine.Operating;

namespace CampaignEngine.Tests.Operating;

public sealed class ChunkStatesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly ChunkStates Running = new() { DueAt = Now.AddHours(-1), ReadAt = Now };

    [Fact]
    public void TheSentenceNamesWhatHoldsAMailing()
    {
        Assert.Null((Running with { State = "completed" }).Hold("held", null, null, false, Berlin));
        Assert.Equal("paused; 'campaign resume' goes on", (Running with { State = "paused" }).Hold("restored", null, null, false, Berlin));
        Assert.Equal("restored", (Running with { Held = 1 }).Hold("restored", null, null, true, Berlin));
        Assert.Equal("expired; a worker closes it", (Running with { ExpiresAt = Now, Free = 1 }).Hold(null, null, null, false, Berlin));
        Assert.Equal("due 2026-03-10 10:00:00 +01:00", (Running with { DueAt = Now.AddHours(1), Free = 1 }).Hold(null, null, null, false, Berlin));
        Assert.Equal("its worker is silent; another takes over what it had", (Running with { Silent = 2 }).Hold(null, null, null, false, Berlin));
        Assert.Equal("keeps to a sending limit: route:relay 3600 s", (Running with { Free = 1 }).Hold(null, null, "route:relay 3600 s", false, Berlin));
        Assert.Equal("keeps to a sending limit: route:relay 3600 s", (Running with { Held = 1 }).Hold(null, null, "route:relay 3600 s", true, Berlin));
        Assert.Null((Running with { Held = 1, Silent = 1 }).Hold(null, null, null, true, Berlin));
        Assert.Equal("a worker holds it and nothing has ended lately; see what the worker says", (Running with { Held = 1 }).Hold(null, null, null, false, Berlin));
        Assert.Equal("no worker has taken it; is one running ('campaign worker' or 'campaign serve')?", (Running with { Free = 1, RetryAt = Now.AddHours(1) }).Hold(null, null, null, false, Berlin));
        Assert.Equal("waits for the hours it may leave in: 2026-03-10 12:00:00 +01:00", (Running with { OpensAt = Now.AddHours(3), RetryAt = Now.AddHours(4) }).Hold(null, null, null, false, Berlin));
        Assert.Equal("deferred messages are tried again from 2026-03-10 09:05:00 +01:00 on", (Running with { OpensAt = Now.AddHours(3), RetryAt = Now.AddMinutes(5) }).Hold(null, null, null, false, Berlin));
        Assert.Null(Running.Hold(null, null, null, false, Berlin));
    }

    [Fact]
    public void TheRateForgetsWhatLiesBeforeItsWindow()
    {
        var rate = new MovingRate(TimeSpan.FromSeconds(10));
        rate.Add(Now, 0, 0);
        Assert.Equal((null, null), (rate.Accepted, rate.Left(5)));

        rate.Add(Now.AddSeconds(10), 1000, 2000);
        Assert.Equal((100.0, TimeSpan.FromSeconds(26)), (rate.Accepted, rate.Left(5001)));

        rate.Add(Now.AddSeconds(20), 1000, 2000);
        Assert.Equal((0.0, null), (rate.Accepted, rate.Left(1)));
        Assert.Equal(TimeSpan.Zero, rate.Left(0));
    }
}
