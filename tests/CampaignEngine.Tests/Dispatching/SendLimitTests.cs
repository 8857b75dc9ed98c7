using System.Collections.Concurrent;
using System.Diagnostics;
using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching;

/// <summary>Limits that several workers keep together.</summary>
public sealed class SendLimitTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoWorkersNeverSendMoreThanTheLimitInAnyWindow()
    {
        await new FrozenMailing { Campaign = "limited", People = 240, ChunkSize = 40 }.FreezeAsync(database.Source, Token);
        var sent = new ConcurrentBag<TimeSpan>();
        var start = Stopwatch.GetTimestamp();
        var channel = new ScriptedChannel
        {
            Answer = _ =>
            {
                sent.Add(Stopwatch.GetElapsedTime(start));
                return new SendVerdict(SendOutcome.Accepted, 250, "ok");
            },
        };

        await Task.WhenAll(Worker(channel).RunUntilIdleAsync(Token), Worker(channel).RunUntilIdleAsync(Token));

        var times = sent.Order().ToList();
        Assert.Equal(240, channel.Arrived.Distinct().Count());
        Assert.Equal(240, times.Count);
        for (var i = 60; i < times.Count; i++)
        {
            Assert.True(times[i] - times[i - 60] > TimeSpan.FromSeconds(1), $"61 messages from {times[i - 60]} to {times[i]}");
        }

        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "limited", Token));
        Assert.Equal(("completed", 240), (balance.State, balance.Accepted));
        Assert.Equal("campaign:limited 1 s", await database.ScalarAsync<string>($"SELECT bucket FROM engine.limit_binding WHERE mailing_id = {balance.MailingId}"));
    }

    [Fact]
    public async Task AMailingThatIsHeldBackLeavesTheLanesToOthers()
    {
        await new FrozenMailing { Campaign = "slow", People = 50, DueIn = TimeSpan.FromSeconds(-60) }.FreezeAsync(database.Source, Token);
        await new FrozenMailing { Campaign = "free", People = 500 }.FreezeAsync(database.Source, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            Answer = _ =>
            {
                if (Interlocked.Increment(ref sent) == 503)
                {
                    stop.Cancel();
                }

                return new SendVerdict(SendOutcome.Accepted, 250, "ok");
            },
        };

        await Worker(channel).RunAsync(stop.Token);

        var balances = (await MailingBalance.ReadAsync(database.Source, null, Token)).ToDictionary(b => b.Campaign);
        Assert.Equal((3, 500), (balances["slow"].Accepted, balances["free"].Accepted));
        Assert.Equal(("campaign:slow 3600 s", null), (balances["slow"].LimitedBy, balances["free"].LimitedBy));
        await MailingControl.CancelAsync(database.Source, "slow", null, Token);
    }

    [Fact]
    public void AnHoursAmountIsSpreadOverTheHour() => Assert.Equal(
        [new SendLimit("route:r", 36_000, TimeSpan.FromHours(1)), new SendLimit("route:r smoothed", 125, TimeSpan.FromSeconds(10)), new SendLimit("route:r", 5, TimeSpan.FromSeconds(1))],
        SendLimit.Smoothed([new SendLimit("route:r", 36_000, TimeSpan.FromHours(1)), new SendLimit("route:r", 5, TimeSpan.FromSeconds(1))]));

    private Dispatcher Worker(ScriptedChannel channel) => new(
        database.Source,
        channel,
        new PlainMessages(),
        new DispatchOptions
        {
            PollInterval = TimeSpan.FromMilliseconds(20),
            LimitsOf = mailing => mailing.Campaign switch
            {
                "limited" => [new SendLimit("campaign:limited", 60, TimeSpan.FromSeconds(1))],
                "slow" => [new SendLimit("campaign:slow", 3, TimeSpan.FromHours(1))],
                _ => [],
            },
        },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System);
}
