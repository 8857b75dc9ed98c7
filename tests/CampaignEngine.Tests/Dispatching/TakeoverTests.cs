using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Recording;
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

    [Fact]
    public async Task WithNeverMissDoubtsAreSentAgainAfterTheCoolingOffAndCounted()
    {
        var mailing = await AbandonedMailingAsync("never-miss", delivery: "never-miss");
        var channel = new ScriptedChannel();

        await Worker(channel).RunUntilIdleAsync(Token);

        // Decided at once, sent not before 15 minutes: a late answer may still come, as that for 11 does.
        var waiting = Assert.Single(await MailingBalance.ReadAsync(database.Source, "never-miss", Token));
        Assert.Equal((90, 0, 10, 0), (waiting.Accepted, waiting.InDoubt, waiting.Waiting, waiting.PossibleDuplicates));
        Assert.True(await database.ScalarAsync<bool>($"SELECT bool_and(not_before > now() + interval '14 minutes') FROM engine.send_retry WHERE mailing_id = {mailing}"));
        await database.ExecuteAsync(
            $"""
            INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) VALUES ({mailing}, 11, 1, 'accepted', now()), ({mailing}, 12, 1, 'not_attempted', now());
            ALTER TABLE engine.send_doubt DISABLE TRIGGER USER;
            UPDATE engine.send_doubt SET since = now() - interval '15 minutes' WHERE mailing_id = {mailing};
            ALTER TABLE engine.send_doubt ENABLE TRIGGER USER;
            UPDATE engine.send_retry SET not_before = now() WHERE mailing_id = {mailing};
            UPDATE engine.send_chunk SET retry_at = now() WHERE mailing_id = {mailing}
            """);

        await Worker(channel).RunUntilIdleAsync(Token);

        // 11 had it, 12 had it not; of 13 to 20 nobody knows.
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "never-miss", Token));
        Assert.Equal((100, 0, 0, 8, "completed"), (balance.Accepted, balance.InDoubt, balance.Pending, balance.PossibleDuplicates, balance.State));
        Assert.Equal(89, channel.Arrived.Count);
        Assert.Equal("policy never-miss", (await Doubts.ListAsync(database.Source, "never-miss", true, Token))[0].DecidedBy);
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task TheRecorderOfALostWorkerLeavesInDoubtOnlyWhatWasOnTheWire()
    {
        var mailing = await AbandonedMailingAsync("recorded", leaseSeconds: 3600);
        await LeaveRecorderAsync(mailing, await InstallationAsync());
        var channel = new ScriptedChannel();
        var said = new List<string>();

        await Worker(channel, said.Add).RunUntilIdleAsync(Token);

        // 11 was on the wire, 12 accepted, 13 rejected, 14 deferred; 15 to 20 had not left and are sent now.
        var doubt = Assert.Single(await Doubts.ListAsync(database.Source, "recorded", false, Token));
        Assert.Equal((11, $"worker lost between terminator and reply: {Gone}"), (doubt.Ordinal, doubt.Evidence));
        Assert.Equal(86, channel.Arrived.Count);
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "recorded", Token));
        Assert.Equal((97, 1, 1, 1), (balance.Accepted, balance.Rejected, balance.InDoubt, balance.Waiting));
        Assert.Equal([$"worker {Gone} was lost with 10 messages in hand; by its flight recorder 6 had not left, 3 had their answer, 1 are in doubt"], said);
        Assert.Empty(Directory.GetFiles(Folder));
        await AssertBalancedAsync(mailing);
        await MailingControl.CancelAsync(database.Source, "recorded", null, Token);
    }

    [Fact]
    public async Task TheRecorderOfAnotherDatabaseIsBelievedInNothingAndKept()
    {
        var mailing = await AbandonedMailingAsync("foreign", leaseSeconds: 3600);
        await LeaveRecorderAsync(mailing, new Guid("00000000-0000-0000-0000-000000000009"));

        await Worker(new ScriptedChannel()).RunUntilIdleAsync(Token);

        Assert.Equal(10, (await Doubts.ListAsync(database.Source, "foreign", false, Token)).Count);
        File.Delete(Assert.Single(Directory.GetFiles(Folder)));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task ARecorderThatIsFoundAfterTheLeaseResolvesTheDoubtsWhoseAnswersItHolds()
    {
        var mailing = await AbandonedMailingAsync("found-late");
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET owner = '{Gone}' WHERE mailing_id = {mailing}");
        await new Dispatcher(
            database.Source, new ScriptedChannel(), new PlainMessages(), new DispatchOptions(), "elsewhere", new CrashPoint(null), TimeProvider.System).RunUntilIdleAsync(Token);
        Assert.Equal(10, (await Doubts.ListAsync(database.Source, "found-late", false, Token)).Count);

        await LeaveRecorderAsync(mailing, await InstallationAsync(), owned: false);
        var channel = new ScriptedChannel();
        await Worker(channel).RunUntilIdleAsync(Token);

        // What never left is in doubt now and stays there: its absence is no proof any more. The deferred one waits.
        Assert.Equal([11, 15, 16, 17, 18, 19, 20], (await Doubts.ListAsync(database.Source, "found-late", false, Token)).Select(d => d.Ordinal));
        Assert.Empty(channel.Arrived);
        await AssertBalancedAsync(mailing);
        await MailingControl.CancelAsync(database.Source, "found-late", null, Token);
    }

    private string Folder => Path.Combine(database.WorkspaceDirectory, "flight");

    private static string Gone { get; } = string.Join('/', [WorkerIdentity.Of("a").Split('/')[0], "1", "0", "a"]);

    private async Task<Guid> InstallationAsync()
    {
        await using var connection = await database.Source.OpenConnectionAsync(Token);
        return (await InstallationGuard.CheckAsync(connection, Token)).InstallationId!.Value;
    }

    private async Task LeaveRecorderAsync(int mailing, Guid installation, bool owned = true)
    {
        if (owned)
        {
            await database.ExecuteAsync($"UPDATE engine.send_chunk SET owner = '{Gone}' WHERE mailing_id = {mailing}");
        }

        // Grants cannot be edited; the one of this worker is made as it would have been.
        await database.ExecuteAsync(
            $"ALTER TABLE engine.send_grant DISABLE TRIGGER USER; UPDATE engine.send_grant SET owner = '{Gone}' WHERE mailing_id = {mailing} AND owner = 'gone'; ALTER TABLE engine.send_grant ENABLE TRIGGER USER");
        using var recorder = FlightRecorder.Create(Path.Combine(Folder, "a.flight"), Gone, 20, out _)!;
        recorder.Bind(installation);
        recorder.Mark(recorder.Reserve(), mailing, Item(11));
        recorder.Conclude(recorder.Reserve(), mailing, Item(12), new SendVerdict(SendOutcome.Accepted, 250, "ok"), DateTimeOffset.UtcNow);
        recorder.Conclude(recorder.Reserve(), mailing, Item(13), new SendVerdict(SendOutcome.Rejected, 550, "no"), DateTimeOffset.UtcNow);
        recorder.Conclude(recorder.Reserve(), mailing, Item(14), new SendVerdict(SendOutcome.Deferred, 451, "later"), DateTimeOffset.UtcNow);

        static SendItem Item(int ordinal) => new() { Ordinal = ordinal, Attempt = 1, CustomerKey = "", RecipientKey = [], Address = "" };
    }

    private Dispatcher Worker(ScriptedChannel channel, Action<string>? say = null) => new(
        database.Source, channel, new PlainMessages(), new DispatchOptions { PollInterval = TimeSpan.FromMilliseconds(20), RecorderDirectory = Folder },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System)
    {
        Say = say ?? (static _ => { }),
    };

    // A hundred people in one chunk: a worker 'gone' had items 1 to 20 and reported 1 to 10.
    private async Task<int> AbandonedMailingAsync(string campaign, int leaseSeconds = -1, string delivery = "never-twice")
    {
        var mailing = await new FrozenMailing { Campaign = campaign, Delivery = delivery }.FreezeAsync(database.Source, Token);
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
