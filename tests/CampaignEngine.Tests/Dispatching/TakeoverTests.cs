using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching;

/// <summary>Workers that vanish: their grants become doubts, late facts resolve them, decisions lead to further attempts.</summary>
public sealed class TakeoverTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ListsTheGrantsOfALostWorkerAndSendsOnlyTheRest()
    {
        var mailing = await AbandonedMailingAsync("lost");
        var channel = new ScriptedChannel();

        await Worker(channel).RunUntilIdleAsync(Token);

        // 1 to 10 were accepted, 11 to 20 granted without an end, 21 to 100 never granted.
        Assert.Equal(80, channel.Arrived.Count);
        Assert.Equal(Enumerable.Range(11, 10), (await Doubts.ListAsync(database.Source, "lost", false, Token)).Select(d => d.Ordinal));
        Assert.All(await Doubts.ListAsync(database.Source, "lost", false, Token), d => Assert.Equal("worker lost: gone", d.Evidence));
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "lost", Token));
        Assert.Equal((90, 10, 0, "completed"), (balance.Accepted, balance.InDoubt, balance.Pending, balance.State));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task ALateFactOfTheLostWorkerResolvesItsDoubt()
    {
        var mailing = await AbandonedMailingAsync("late");
        await Worker(new ScriptedChannel()).RunUntilIdleAsync(Token);

        await database.ExecuteAsync($"INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) VALUES ({mailing}, 11, 1, 'accepted', now()), ({mailing}, 12, 1, 'rejected', now())");

        Assert.Equal(Enumerable.Range(13, 8), (await Doubts.ListAsync(database.Source, "late", false, Token)).Select(d => d.Ordinal));
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "late", Token));
        Assert.Equal((91, 1, 8), (balance.Accepted, balance.Rejected, balance.InDoubt));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task AnOperatorDecidesDoubts()
    {
        var mailing = await AbandonedMailingAsync("decided");
        await Worker(new ScriptedChannel()).RunUntilIdleAsync(Token);
        await DecideAsync(11, DoubtDecision.Sent);
        await DecideAsync(12, DoubtDecision.NotSent);
        var resend = Assert.Single(await DecideAsync(13, DoubtDecision.Resend));
        Assert.Empty(await DecideAsync(13, DoubtDecision.Sent));

        var channel = new ScriptedChannel();
        await Worker(channel).RunUntilIdleAsync(Token);

        // Not sent: at once. Resend: not before 15 minutes. Sent: never.
        Assert.Equal([await AddressAsync(mailing, 12)], channel.Arrived);
        Assert.NotNull(resend.NotBefore);
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "decided", Token));
        Assert.Equal((92, 7, 1, "running"), (balance.Accepted, balance.InDoubt, balance.Pending, balance.State));
        await AssertBalancedAsync(mailing);

        await MailingControl.CancelAsync(database.Source, "decided", null, Token);
        await AssertBalancedAsync(mailing);
        Assert.Equal(1, Assert.Single(await MailingBalance.ReadAsync(database.Source, "decided", Token)).Cancelled);
    }

    [Fact]
    public async Task AChunkWithARunningLeaseIsLeftToItsOwner()
    {
        await AbandonedMailingAsync("leased", leaseSeconds: 3600);
        var channel = new ScriptedChannel();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(TimeSpan.FromMilliseconds(500));

        await Worker(channel).RunAsync(stop.Token);

        Assert.Empty(channel.Arrived);
        Assert.Empty(await Doubts.ListAsync(database.Source, "leased", true, Token));
        await MailingControl.CancelAsync(database.Source, "leased", null, Token);
        await database.ExecuteAsync("UPDATE engine.send_chunk SET lease_until = now() WHERE owner = 'gone'");
    }

    [Fact]
    public async Task AProcessOfThisMachineThatIsGoneIsTakenOverAtOnce()
    {
        using var process = System.Diagnostics.Process.Start("true");
        var mine = WorkerIdentity.Of("x").Split('/');
        var owner = $"{mine[0]}/{process.Id}/1/x";
        await process.WaitForExitAsync(Token);
        Assert.True(WorkerIdentity.IsKnownGone(owner));
        Assert.False(WorkerIdentity.IsKnownGone(WorkerIdentity.Of("y")));
        Assert.False(WorkerIdentity.IsKnownGone("other-machine/1/1/x"));

        var mailing = await AbandonedMailingAsync("gone", leaseSeconds: 3600);
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET owner = '{owner}' WHERE mailing_id = {mailing}");
        var channel = new ScriptedChannel();

        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal(80, channel.Arrived.Count);
        await AssertBalancedAsync(mailing);
    }

    private Dispatcher Worker(ScriptedChannel channel) => new(
        database.Source, channel, new PlainMessages(), new DispatchOptions { PollInterval = TimeSpan.FromMilliseconds(20) },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System);

    // A hundred people in one chunk: a worker 'gone' had items 1 to 20 and reported 1 to 10.
    private async Task<int> AbandonedMailingAsync(string campaign, int leaseSeconds = -1)
    {
        var mailing = await new FrozenMailing { Campaign = campaign }.FreezeAsync(database.Source, Token);
        await database.ExecuteAsync(
            $"""
            UPDATE engine.send_chunk SET epoch = 1, owner = 'gone', lease_until = now() + interval '{leaseSeconds} seconds', next_ordinal = 21 WHERE mailing_id = {mailing};
            INSERT INTO engine.send_grant (mailing_id, attempt, ordinals, chunk_no, epoch, owner, deadline) VALUES ({mailing}, 1, '[1,21)', 1, 1, 'gone', now());
            INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) SELECT {mailing}, n, 1, 'accepted', now() FROM generate_series(1, 10) n
            """);
        return mailing;
    }

    private Task<IReadOnlyList<DecidedDoubt>> DecideAsync(int item, DoubtDecision decision) =>
        Doubts.DecideAsync(database.Source, "decided", null, item, decision, "ann", "the relay's log", Token);

    private Task<string> AddressAsync(int mailing, int ordinal) =>
        database.ScalarAsync<string>($"SELECT address FROM engine.mailing_item WHERE mailing_id = {mailing} AND ordinal = {ordinal}");

    private async Task AssertBalancedAsync(int mailing)
    {
        var report = await LedgerVerification.RunAsync(database.Source, null, Token);
        Assert.Empty(report.Mailings.Single(m => m.Balance.MailingId == mailing).Faults);
    }
}
