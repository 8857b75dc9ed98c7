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
        var sent = new ConcurrentDictionary<string, TimeSpan>();
        var start = Stopwatch.GetTimestamp();
        var channel = new ScriptedChannel
        {
            // Before the last question whether it may still leave: what is delayed behind that says nothing of when it left.
            Held = person =>
            {
                sent[person] = Stopwatch.GetElapsedTime(start);
                return Task.CompletedTask;
            },
        };

        await Task.WhenAll(Worker(channel).RunUntilIdleAsync(Token), Worker(channel).RunUntilIdleAsync(Token));

        var times = sent.Values.Order().ToList();
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
                if (Interlocked.Increment(ref sent) == 501)
                {
                    stop.Cancel();
                }

                return new SendVerdict(SendOutcome.Accepted, 250, "ok");
            },
        };

        await Worker(channel).RunAsync(stop.Token);

        var balances = (await MailingBalance.ReadAsync(database.Source, null, Token)).ToDictionary(b => b.Campaign);
        Assert.Equal((1, 500), (balances["slow"].Accepted, balances["free"].Accepted));
        Assert.Equal(("campaign:slow 3600 s", null), (balances["slow"].LimitedBy, balances["free"].LimitedBy));
        await MailingControl.CancelAsync(database.Source, "slow", null, Token);
    }

    [Fact]
    public async Task ASlowMailboxProviderHoldsBackNobodyElse()
    {
        // 450 people, every third with each of three providers, in chunks of 10; p1 takes one an hour.
        await new FrozenMailing { Campaign = "provider", People = 450, ChunkSize = 10, Providers = 3 }.FreezeAsync(database.Source, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            Answer = _ =>
            {
                if (Interlocked.Increment(ref sent) == 301)
                {
                    stop.Cancel();
                }

                return new SendVerdict(SendOutcome.Accepted, 250, "ok");
            },
        };

        await Worker(channel).RunAsync(stop.Token);

        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "provider", Token));
        Assert.Equal((301, "provider:p1 3600 s"), (balance.Accepted, balance.LimitedBy));
        Assert.Equal(
            1, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_outcome o JOIN engine.send_chunk c ON c.mailing_id = o.mailing_id AND o.ordinal BETWEEN c.first_ordinal AND c.last_ordinal WHERE c.mailing_id = {balance.MailingId} AND c.provider = 'p1' AND o.outcome = 'accepted'"));
        await MailingControl.CancelAsync(database.Source, "provider", null, Token);
    }

    [Fact]
    public async Task TheHigherPriorityGoesFirstThoughItFellDueLater()
    {
        await new FrozenMailing { Campaign = "bulk", People = 300, ChunkSize = 100, DueIn = TimeSpan.FromHours(-1), Priority = 4 }.FreezeAsync(database.Source, Token);
        await new FrozenMailing { Campaign = "urgent", People = 300, ChunkSize = 100, Priority = 9 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel();

        await Worker(channel).RunUntilIdleAsync(Token);

        var ends = await database.ScalarAsync<bool>(
            """
            SELECT max(o.at) FILTER (WHERE m.campaign = 'urgent') < max(o.at) FILTER (WHERE m.campaign = 'bulk')
                   AND min(o.at) FILTER (WHERE m.campaign = 'urgent') <= min(o.at) FILTER (WHERE m.campaign = 'bulk')
            FROM engine.send_outcome o JOIN engine.mailing m USING (mailing_id) WHERE m.campaign IN ('urgent', 'bulk')
            """);
        Assert.True(ends);
    }

    [Fact]
    public void AWarmUpRisesWithTheDaysOfItsZoneAndEnds()
    {
        var taipei = TimeZoneInfo.FindSystemTimeZoneById("Asia/Taipei");
        var limit = new SendLimit("route:r", 4000, TimeSpan.FromDays(1)) { WarmUp = new WarmUp(new DateOnly(2026, 3, 1), [500, 2000, 4000], taipei) };
        int? Most(string utc) => limit.At(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture))?.Most;

        Assert.Equal((500, 500, 2000, 4000, null), (Most("2026-02-20T00:00Z"), Most("2026-03-01T15:59Z"), Most("2026-03-01T16:00Z"), Most("2026-03-03T00:00Z"), Most("2026-03-03T16:00Z")));
    }

    [Fact]
    public void OfTheSameWindowTheLeastHolds()
    {
        var day = TimeSpan.FromDays(1);
        var group = new LimitedGroup(null!, null, [new SendLimit("route:r", 86_400, day), new SendLimit("route:r", 8_640, TimeSpan.FromHours(1)), new SendLimit("route:r", 500, day)]);

        Assert.Equal(
            [new SendLimit("route:r", 500, day), new SendLimit("route:r smoothed", 1, TimeSpan.FromSeconds(10)), new SendLimit("route:r", 8_640, TimeSpan.FromHours(1))],
            group.LimitsAt(DateTimeOffset.UnixEpoch));
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
            LimitsOf = (mailing, provider) => mailing.Campaign switch
            {
                "limited" => [new SendLimit("campaign:limited", 60, TimeSpan.FromSeconds(1))],
                "provider" when provider == "p1" => [new SendLimit("provider:p1", 1, TimeSpan.FromHours(1))],
                "slow" => [new SendLimit("campaign:slow", 1, TimeSpan.FromHours(1))],
                _ => [],
            },
        },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System);
}
