using System.Collections.Concurrent;
using CampaignEngine.Dispatching;
using CampaignEngine.Scheduling;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching;

public sealed class DispatcherTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly DispatchOptions Quick = new()
    {
        PollInterval = TimeSpan.FromMilliseconds(20),
        SuppressionAge = TimeSpan.FromMilliseconds(10),
        ConnectPatience = TimeSpan.FromMilliseconds(100),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Every test has the ledger to itself: a worker takes whatever is due.
    public async ValueTask InitializeAsync() => await database.ExecuteAsync("UPDATE engine.mailing SET state = 'cancelled', completed_at = NULL; DELETE FROM engine.suppression");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task SendsEveryPersonOfTheListOnce()
    {
        var mailing = await new FrozenMailing { Campaign = "once", People = 2500 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel();

        var counts = await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal(2500, counts.Accepted);
        Assert.Equal(2500, channel.Arrived.Distinct().Count());
        Assert.Equal(2500, channel.Arrived.Count);
        Assert.Equal("accepted=2500", await OutcomesAsync(mailing));
        Assert.Equal("completed", await StateAsync(mailing));
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_chunk WHERE mailing_id = {mailing} AND owner IS NOT NULL"));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task ThreeWorkersShareAMailingWithoutSendingAnythingTwice()
    {
        var mailing = await new FrozenMailing { Campaign = "shared", People = 3000, ChunkSize = 100 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel();

        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Worker(channel).RunUntilIdleAsync(Token)));

        Assert.Equal(3000, runs.Sum(r => r.Accepted));
        Assert.Equal(3000, channel.Arrived.Count);
        Assert.Equal(3000, channel.Arrived.Distinct().Count());
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task NeverContactsWhoWasSuppressedAfterTheFreeze()
    {
        var mailing = await new FrozenMailing { Campaign = "suppressed", People = 50, Definition = """{"brand": "leaf"}""" }.FreezeAsync(database.Source, Token);
        await SuppressAsync(7, "global");
        await SuppressAsync(8, "campaign:suppressed");
        await SuppressAsync(9, "brand:leaf");
        await SuppressAsync(10, "campaign:another");
        await SuppressAsync(11, "brand:another");
        var channel = new ScriptedChannel();

        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal("accepted=47 skipped=3", await OutcomesAsync(mailing));
        Assert.DoesNotContain(FrozenMailing.Address(7), channel.Arrived);
        Assert.DoesNotContain(FrozenMailing.Address(8), channel.Arrived);
        Assert.DoesNotContain(FrozenMailing.Address(9), channel.Arrived);
        Assert.Equal("suppressed: unsubscribed", await database.ScalarAsync<string>(
            $"SELECT o.reason FROM engine.send_outcome o JOIN engine.mailing_item i USING (mailing_id, ordinal) WHERE o.mailing_id = {mailing} AND i.address = '{FrozenMailing.Address(7)}'"));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task WithholdsTheTerminatorFromWhoUnsubscribesWhileTheMessageIsOnItsWay()
    {
        var mailing = await new FrozenMailing { Campaign = "in-flight", People = 20 }.FreezeAsync(database.Source, Token);
        var held = new ConcurrentBag<string>();
        var channel = new ScriptedChannel
        {
            Held = async recipient =>
            {
                if (recipient == FrozenMailing.Address(5))
                {
                    held.Add(recipient);
                    await SuppressAsync(5, "global");
                    await LookedAgainAsync();
                }
            },
        };

        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Single(held);
        Assert.Equal("accepted=19 skipped=1", await OutcomesAsync(mailing));
        Assert.DoesNotContain(FrozenMailing.Address(5), channel.Arrived);
    }

    [Fact]
    public async Task APauseStopsMessagesBeforeTheirTerminatorAndResumeSendsThemAll()
    {
        var mailing = await new FrozenMailing { Campaign = "paused", People = 300 }.FreezeAsync(database.Source, Token);
        var pausing = true;
        var channel = new ScriptedChannel
        {
            Held = async _ =>
            {
                if (pausing)
                {
                    await MailingControl.PauseAsync(database.Source, "paused", null, Token);
                    await LookedAgainAsync();
                }
            },
        };

        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Empty(channel.Arrived);
        Assert.Equal("paused", await StateAsync(mailing));
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "paused", Token));
        Assert.Equal(300, balance.Pending);
        await AssertBalancedAsync(mailing);

        pausing = false;
        await MailingControl.ResumeAsync(database.Source, "paused", null, Token);
        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal(300, channel.Arrived.Count);
        Assert.Equal(300, channel.Arrived.Distinct().Count());
        Assert.Equal("completed", await StateAsync(mailing));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task ACancelledDropNeverSendsTheRestAndAccountsForIt()
    {
        var mailing = await new FrozenMailing { Campaign = "cancelled", People = 3000, ChunkSize = 500 }.FreezeAsync(database.Source, Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            Held = async _ =>
            {
                if (Interlocked.Increment(ref sent) == 700)
                {
                    await MailingControl.CancelAsync(database.Source, "cancelled", "announce", Token);
                }
            },
        };

        await Worker(channel).RunUntilIdleAsync(Token);

        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "cancelled", Token));
        Assert.Equal("cancelled", balance.State);
        Assert.InRange(balance.Accepted, 1, 2999);
        Assert.Equal(channel.Arrived.Count, balance.Accepted);
        Assert.Equal(3000, balance.Accepted + balance.Cancelled);
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task ADropThatExpiresIsEndedForThoseItDidNotReach()
    {
        var mailing = await new FrozenMailing { Campaign = "expired", People = 30, ExpiresIn = TimeSpan.FromMinutes(5) }.FreezeAsync(database.Source, Token);
        await Worker(new ScriptedChannel { Answer = r => Answer(r, 3, SendOutcome.Deferred) }).RunUntilIdleAsync(Token);
        Assert.Equal("accepted=29 deferred=1", await OutcomesAsync(mailing));
        await database.ExecuteAsync($"UPDATE engine.mailing SET expires_at = now() - interval '1 second' WHERE mailing_id = {mailing}");

        await Worker(new ScriptedChannel()).RunUntilIdleAsync(Token);

        Assert.Equal("accepted=29 deferred=1 expired=1", await OutcomesAsync(mailing));
        Assert.Equal("completed", await StateAsync(mailing));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task TriesDeferredMessagesAgainWhenTheirTimeHasCome()
    {
        var mailing = await new FrozenMailing { Campaign = "deferred", People = 40 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel { Answer = r => Answer(r, 12, SendOutcome.Deferred, "451 try later, " + r) };
        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal("accepted=39 deferred=1", await OutcomesAsync(mailing));
        Assert.Equal("running", await StateAsync(mailing));
        Assert.Equal("451 try later, the address", await database.ScalarAsync<string>($"SELECT reason FROM engine.send_outcome WHERE mailing_id = {mailing} AND outcome = 'deferred'"));
        Assert.True(await database.ScalarAsync<bool>($"SELECT not_before BETWEEN now() + interval '3 minutes' AND now() + interval '5 minutes' FROM engine.send_retry WHERE mailing_id = {mailing}"));
        await AssertBalancedAsync(mailing);

        await HurryRetriesAsync(mailing);
        channel.Answer = static _ => new SendVerdict(SendOutcome.Accepted, 250, "ok");
        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal("accepted=40 deferred=1", await OutcomesAsync(mailing));
        Assert.Equal(40, channel.Arrived.Distinct().Count());
        Assert.Equal("completed", await StateAsync(mailing));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task AttemptsCutShortOnOurSideAreNotCountedAgainstADeferredMessage()
    {
        var mailing = await new FrozenMailing { Campaign = "cut-short", People = 1 }.FreezeAsync(database.Source, Token);
        Queue<SendOutcome> script = new([
            SendOutcome.NotAttempted, SendOutcome.NotAttempted, SendOutcome.NotAttempted, SendOutcome.Deferred, SendOutcome.NotAttempted, SendOutcome.Deferred, SendOutcome.Deferred]);
        var channel = new ScriptedChannel { Answer = r => Answer(r, 1, script.Dequeue()) };

        for (var run = 0; script.Count > 0 && run < 10; run++)
        {
            await Worker(channel, retry: new RetrySchedule { LastAttempt = 3 }).RunUntilIdleAsync(Token);
            await HurryRetriesAsync(mailing);
        }

        Assert.Equal("deferred=3 expired=1 not_attempted=4", await OutcomesAsync(mailing));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task ListsAMessageWithoutReadableReplyAsADoubtAndNeverSendsItAgain()
    {
        var mailing = await new FrozenMailing { Campaign = "doubt", People = 40 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel { Answer = r => Answer(r, 21, SendOutcome.InDoubt, "the connection was lost") };

        await Worker(channel).RunUntilIdleAsync(Token);
        channel.Answer = static _ => new SendVerdict(SendOutcome.Accepted, 250, "ok");
        await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal(40, channel.Arrived.Count);
        Assert.Equal("completed", await StateAsync(mailing));
        var doubt = Assert.Single(await Doubts.ListAsync(database.Source, "doubt", withDecided: false, Token));
        Assert.Equal((FrozenMailing.Address(21), "the connection was lost"), (doubt.Address, doubt.Evidence));
        var balance = Assert.Single(await MailingBalance.ReadAsync(database.Source, "doubt", Token));
        Assert.Equal((39, 1, 0), (balance.Accepted, balance.InDoubt, balance.Pending));
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task SkipsAPersonWhoseMessageCannotBeRenderedAndSaysWhy()
    {
        var mailing = await new FrozenMailing { Campaign = "broken", People = 10 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel();

        await Worker(channel, new PlainMessages { Broken = { FrozenMailing.Address(4) } }).RunUntilIdleAsync(Token);

        Assert.Equal("accepted=9 skipped=1", await OutcomesAsync(mailing));
        Assert.Equal("render_failed: first_name of customer c4 is null", await database.ScalarAsync<string>(
            $"SELECT reason FROM engine.send_outcome WHERE mailing_id = {mailing} AND outcome = 'skipped'"));
    }

    [Fact]
    public async Task AStoppedWorkerLeavesNoDoubtsAndAnotherOneSendsTheRest()
    {
        var mailing = await new FrozenMailing { Campaign = "drained", People = 2000, ChunkSize = 300 }.FreezeAsync(database.Source, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            Held = async _ =>
            {
                if (Interlocked.Increment(ref sent) == 333)
                {
                    await stop.CancelAsync();
                }
            },
        };

        var first = await Worker(channel).RunAsync(stop.Token);

        Assert.Equal(0, first.InDoubt);
        Assert.Equal(channel.Arrived.Count, first.Accepted);
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_doubt WHERE mailing_id = {mailing}"));
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_chunk WHERE mailing_id = {mailing} AND owner IS NOT NULL"));
        await AssertBalancedAsync(mailing);

        await Worker(channel).RunUntilIdleAsync(Token);
        Assert.Equal(2000, channel.Arrived.Count);
        Assert.Equal(2000, channel.Arrived.Distinct().Count());
        await AssertBalancedAsync(mailing);
    }

    [Fact]
    public async Task WithoutARelayNothingIsGrantedAndTheChunksAreGivenBack()
    {
        var mailing = await new FrozenMailing { Campaign = "no-relay", People = 10 }.FreezeAsync(database.Source, Token);
        var said = new List<string>();

        var counts = await Worker(new ScriptedChannel { Down = "relay mx.example:25 refuses connections" }, say: said.Add).RunOnceAsync(Token);

        Assert.Equal("relay mx.example:25 refuses connections", counts.Problem);
        Assert.Equal(["relay mx.example:25 refuses connections"], said);
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_grant WHERE mailing_id = {mailing}"));
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_chunk WHERE mailing_id = {mailing} AND owner IS NOT NULL"));
    }

    [Fact]
    public async Task WhenTheSendingHoursEndTheRestWaitsForThemAndEverybodyIsSentToOnce()
    {
        // In this zone it is an hour before the quiet hours begin; then the clock is moved into them.
        var clock = new MovedClock();
        var ends = TimeOnly.FromDateTime(DateTime.UtcNow).AddHours(1);
        var quiet = new SendingHours { Quiet = new DayHours(new TimeOnly(ends.Hour, ends.Minute), new TimeOnly(ends.Hour, ends.Minute).AddHours(6)) };
        var mailing = await new FrozenMailing { Campaign = "hours", People = 2000, Hours = quiet.ToJson(), Zone = "Africa/Abidjan" }.FreezeAsync(database.Source, Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            Held = _ =>
            {
                clock.Ahead = Interlocked.Increment(ref sent) >= 300 ? TimeSpan.FromHours(2) : clock.Ahead;
                return Task.CompletedTask;
            },
        };

        await Worker(channel, time: clock).RunUntilIdleAsync(Token);

        Assert.InRange(channel.Arrived.Count, 290, 310);
        Assert.Equal("running", await StateAsync(mailing));
        Assert.True(await database.ScalarAsync<bool>($"SELECT bool_and(closed_until BETWEEN now() + interval '6 hours' AND now() + interval '8 hours') FROM engine.send_chunk WHERE mailing_id = {mailing} AND (next_ordinal <= last_ordinal OR retry_at IS NOT NULL)"));
        await AssertBalancedAsync(mailing);

        // Nobody takes it before; then the clock is back in the open hours.
        Assert.Equal(0, (await Worker(channel, time: clock).RunUntilIdleAsync(Token)).Accepted);
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET closed_until = now() WHERE mailing_id = {mailing}");
        (clock.Ahead, sent) = (TimeSpan.Zero, int.MinValue);
        await Worker(channel, time: clock).RunUntilIdleAsync(Token);

        Assert.Equal(2000, channel.Arrived.Count);
        Assert.Equal(2000, channel.Arrived.Distinct().Count());
        await AssertBalancedAsync(mailing);
    }

    private sealed class MovedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Ahead;
    }

    [Fact]
    public async Task HoldsEverythingOnADatabaseThatWasRestoredUntilItIsAdopted()
    {
        await new FrozenMailing { Campaign = "restored", People = 10 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel();
        await using (var connection = await database.Source.OpenConnectionAsync(Token))
        {
            Assert.Null((await InstallationGuard.CheckAsync(connection, Token)).Problem);
        }

        await database.ExecuteAsync("UPDATE engine.installation SET database_system_id = database_system_id + 1");
        var held = await Worker(channel).RunOnceAsync(Token);
        Assert.Equal(
            "everything is held: this database was copied or restored from another server and may not know what was sent last. "
            + "Compare with the relay's log, then run: campaign db adopt",
            held.Problem);
        Assert.Empty(channel.Arrived);

        await using (var connection = await database.Source.OpenConnectionAsync(Token))
        {
            await InstallationGuard.AdoptAsync(connection, Token);
        }

        Assert.Equal(10, (await Worker(channel).RunOnceAsync(Token)).Accepted);
    }

    [Theory]
    [InlineData(true, "accepted=300 not_attempted=")]
    [InlineData(false, "accepted=300")]
    public async Task SendsNothingThatALostCommitGrantedUntilItIsGrantedAgain(bool committed, string outcomes)
    {
        var mailing = await new FrozenMailing { Campaign = $"cut-{committed}", People = 300 }.FreezeAsync(database.Source, Token);
        await using var cutter = new CommitCutter(database.ConnectionString, _ => committed);
        await using var source = Npgsql.NpgsqlDataSource.Create(cutter.ConnectionString);
        var channel = new ScriptedChannel();
        var said = new List<string>();

        await Worker(channel, say: said.Add, source: source).RunUntilIdleAsync(Token);

        Assert.Equal(1, cutter.Cuts);
        Assert.StartsWith("the answer to a commit was lost", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(300, channel.Arrived.Count);
        Assert.Equal(300, channel.Arrived.Distinct().Count());
        Assert.StartsWith(outcomes, await OutcomesAsync(mailing), StringComparison.Ordinal);
        Assert.Empty(await Doubts.ListAsync(database.Source, $"cut-{committed}", true, Token));
        Assert.Equal("completed", await StateAsync(mailing));
        await AssertBalancedAsync(mailing);
    }

    private Dispatcher Worker(ScriptedChannel channel, PlainMessages? messages = null, Action<string>? say = null, Npgsql.NpgsqlDataSource? source = null, TimeProvider? time = null, RetrySchedule? retry = null) => new(
        source ?? database.Source, channel, messages ?? new PlainMessages(),
        Quick with { RecorderDirectory = Path.Combine(database.WorkspaceDirectory, "flight"), Retry = retry ?? new() },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), time ?? TimeProvider.System)
    {
        Say = say ?? (static _ => { }),
    };

    private static SendVerdict Answer(string recipient, int person, SendOutcome outcome, string text = "later") =>
        recipient == FrozenMailing.Address(person) ? new SendVerdict(outcome, 451, text) : new SendVerdict(SendOutcome.Accepted, 250, "ok");

    // Seen at the server: when a third transaction that looks for suppressed people has begun, the answer of the second is applied.
    // Several messages are held at a time, and each looks: their own queries are left out.
    private async Task LookedAgainAsync()
    {
        var seen = new HashSet<DateTime>();
        while (seen.Count < 3)
        {
            var begun = await database.ScalarAsync<DateTime>(
                "SELECT coalesce(max(xact_start), 'epoch') FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%JOIN engine.suppression%' AND query NOT LIKE '%pg_stat_activity%'");
            if (begun > DateTime.UnixEpoch)
            {
                seen.Add(begun);
            }
        }
    }

    private Task HurryRetriesAsync(int mailing) => database.ExecuteAsync(
        $"UPDATE engine.send_retry SET not_before = now() WHERE mailing_id = {mailing}; UPDATE engine.send_chunk SET retry_at = now() WHERE mailing_id = {mailing} AND retry_at IS NOT NULL");

    private async Task SuppressAsync(int person, string scope)
    {
        await using var command = database.Source.CreateCommand(
            "INSERT INTO engine.suppression (recipient_key, channel, scope, reason, source) VALUES (@key, 'email', @scope, 'unsubscribed', 'test')");
        command.Parameters.AddWithValue("key", FrozenMailing.Key(FrozenMailing.Address(person)));
        command.Parameters.AddWithValue("scope", scope);
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task AssertBalancedAsync(int mailing)
    {
        var report = await LedgerVerification.RunAsync(database.Source, null, Token);
        Assert.Empty(report.Mailings.Single(m => m.Balance.MailingId == mailing).Faults);
    }

    private async Task<string> OutcomesAsync(int mailing) => await database.ScalarAsync<string>(
        $"SELECT coalesce(string_agg(outcome || '=' || n, ' ' ORDER BY outcome), '') FROM (SELECT outcome, count(*) AS n FROM engine.send_outcome WHERE mailing_id = {mailing} GROUP BY outcome) AS o");

    private Task<string> StateAsync(int mailing) => database.ScalarAsync<string>($"SELECT state FROM engine.mailing WHERE mailing_id = {mailing}");
}
