using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching;

/// <summary>Who comes when, where not everybody can come at once.</summary>
public sealed class FairnessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly SendVerdict Accepted = new(SendOutcome.Accepted, 250, "ok");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ASmallCampaignIsNotKeptOutByALargeOneOfEqualPriority()
    {
        await new FrozenMailing { Campaign = "large", People = 2000, ChunkSize = 50, DueIn = TimeSpan.FromHours(-1) }.FreezeAsync(database.Source, Token);
        await new FrozenMailing { Campaign = "small", People = 200, ChunkSize = 50 }.FreezeAsync(database.Source, Token);

        await Worker(new ScriptedChannel()).RunUntilIdleAsync(Token);

        // Chunk by chunk in turn: when the small one is done the large one has had as many, and what lanes had in hand.
        Assert.InRange(await OfLargeUntilSmallWasDoneAsync("large", "small"), 50, 800);
    }

    [Fact]
    public async Task CampaignsThatShareALimitShareItEqually()
    {
        await new FrozenMailing { Campaign = "big", People = 600, DueIn = TimeSpan.FromHours(-1) }.FreezeAsync(database.Source, Token);
        await new FrozenMailing { Campaign = "little", People = 60 }.FreezeAsync(database.Source, Token);
        var sent = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var channel = new ScriptedChannel();
        var worker = Worker(channel, new SendLimit("route:shared", 40, TimeSpan.FromSeconds(1)));
        channel.Answer = _ =>
        {
            // Twice what the little one needs, and a second of the limit more.
            if (Interlocked.Increment(ref sent) >= 160)
            {
                stop.Cancel();
            }

            return Accepted;
        };

        await worker.RunAsync(stop.Token);

        var balances = (await MailingBalance.ReadAsync(database.Source, null, Token)).ToDictionary(b => b.Campaign);
        Assert.True(balances["little"].Accepted >= 55, $"{balances["little"].Accepted} of the little one, {balances["big"].Accepted} of the big one");
        await MailingControl.CancelAsync(database.Source, "big", null, Token);
        await MailingControl.CancelAsync(database.Source, "little", null, Token);
    }

    [Fact]
    public async Task AMailingThatIsCutOffInTheMiddleHasReachedEveryProviderAndCellAlike()
    {
        var mailing = await new FrozenMailing { Campaign = "cut", People = 900, ChunkSize = 15, Providers = 3, Cells = 2 }.FreezeAsync(database.Source, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            Answer = _ =>
            {
                if (Interlocked.Increment(ref sent) == 450)
                {
                    stop.Cancel();
                }

                return Accepted;
            },
        };

        await Worker(channel).RunAsync(stop.Token);

        var shares = (await database.ScalarAsync<string[]>(
            $"""
            SELECT array_agg(kind || ' ' || sent ORDER BY kind) FROM (
                SELECT c.provider AS kind, count(o.ordinal) AS sent
                FROM engine.mailing_item i JOIN engine.send_chunk c ON c.mailing_id = i.mailing_id AND i.ordinal BETWEEN c.first_ordinal AND c.last_ordinal
                LEFT JOIN engine.send_outcome o ON o.mailing_id = i.mailing_id AND o.ordinal = i.ordinal AND o.outcome = 'accepted'
                WHERE i.mailing_id = {mailing} GROUP BY c.provider
                UNION ALL
                SELECT i.cell, count(o.ordinal)
                FROM engine.mailing_item i LEFT JOIN engine.send_outcome o ON o.mailing_id = i.mailing_id AND o.ordinal = i.ordinal AND o.outcome = 'accepted'
                WHERE i.mailing_id = {mailing} GROUP BY i.cell) AS s
            """)).Select(s => s.Split(' ')).ToDictionary(s => s[0], s => int.Parse(s[1], System.Globalization.CultureInfo.InvariantCulture));

        // Half of each: 150 of 300 of a provider to within three chunks, 225 of 450 of a cell to within four standard deviations.
        Assert.Equal(["c0", "c1", "p0", "p1", "p2"], shares.Keys);
        Assert.All(shares.Where(s => s.Key[0] == 'p'), s => Assert.True(s.Value is >= 105 and <= 195, string.Join(", ", shares)));
        Assert.All(shares.Where(s => s.Key[0] == 'c'), s => Assert.True(s.Value is >= 183 and <= 267, string.Join(", ", shares)));
        await MailingControl.CancelAsync(database.Source, "cut", null, Token);
    }

    private Task<long> OfLargeUntilSmallWasDoneAsync(string large, string small) => database.ScalarAsync<long>(
        $"""
        SELECT count(*) FROM engine.send_outcome o JOIN engine.mailing m USING (mailing_id)
        WHERE m.campaign = '{large}' AND o.at <= (SELECT max(s.at) FROM engine.send_outcome s JOIN engine.mailing n USING (mailing_id) WHERE n.campaign = '{small}')
        """);

    private Dispatcher Worker(ScriptedChannel channel, SendLimit? limit = null) => new(
        database.Source, channel, new PlainMessages(),
        new DispatchOptions { PollInterval = TimeSpan.FromMilliseconds(20), Lanes = 2, LargestGrant = 8, LimitsOf = (_, _) => limit is null ? [] : [limit] },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System);
}
