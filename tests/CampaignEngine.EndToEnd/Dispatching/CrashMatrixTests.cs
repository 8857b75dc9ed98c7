using System.Diagnostics;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Dispatching;

/// <summary>
/// Real worker processes, a real PostgreSQL, real SMTP conversations, real SIGKILL. At the sink no Message-ID comes twice, and nobody is
/// missing whom verify does not name. The whole matrix (every point, its first five hits) runs with CAMPAIGN_CRASH_MATRIX=full.
/// </summary>
public sealed class CrashMatrixTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const int People = 240;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<Process> _workers = [];

    private string Recorders => Path.Combine(database.WorkspaceDirectory, "flight");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, bool> Points()
    {
        var full = Environment.GetEnvironmentVariable("CAMPAIGN_CRASH_MATRIX") == "full";
        var data = new TheoryData<string, int, bool>();
        foreach (var (point, index) in CrashPoint.All.Select((p, i) => (p, i)))
        {
            for (var hit = 1; hit <= 5; hit++)
            {
                if (full || hit == 1 + (index % 3))
                {
                    data.Add(point, hit, true);
                }

                if (full || (hit == 1 && point is CrashPoint.AfterTickCommit or CrashPoint.AfterTerminator))
                {
                    data.Add(point, hit, false);
                }
            }
        }

        return data;
    }

    // A worker that a failed test leaves behind (perhaps stopped) would take the next test's mailing.
    public void Dispose() => _workers.ForEach(worker =>
    {
        if (!worker.HasExited)
        {
            worker.Kill();
        }

        worker.Dispose();
    });

    [Theory]
    [MemberData(nameof(Points))]
    public async Task AKilledWorkerSendsNothingTwiceAndLosesNobody(string point, int hit, bool recorder)
    {
        var campaign = $"{point}-{hit}-{recorder}";
        await new FrozenMailing { Campaign = campaign, People = People, ChunkSize = 80 }.FreezeAsync(database.Source, Token);

        // Every tenth person is told "not now" at first.
        var deferred = new HashSet<string>();
        var script = new ReceiverScript().On(ReceiverMoment.Recipient, e => e.Argument.EndsWith("0@example.com", StringComparison.Ordinal) && Add(deferred, e.Argument)
            ? ReceiverAct.Answer(451, "4.7.1", "greylisted")
            : null);
        await using var sink = new Sink(script);
        var worker = new WorkerChild { Database = database.ConnectionString, Port = sink.Port, Recorders = recorder ? Recorders : null };

        var killed = Started(worker.Start($"{point}:{hit}"));
        Assert.Equal(137, await EndAsync(killed));
        var next = Started(worker.Start());
        Assert.Equal(0, await EndAsync(next));

        Assert.Empty(sink.Twice);
        var balance = await AssertBalancedAsync(campaign);
        var arrived = sink.Stored.Select(s => s.Recipient).ToHashSet();
        var accepted = await PeopleAsync(campaign, "JOIN engine.send_outcome o USING (mailing_id, ordinal) WHERE o.outcome = 'accepted' AND");
        var doubted = (await Doubts.ListAsync(database.Source, campaign, withDecided: false, Token)).Select(d => d.Address).ToHashSet();
        Assert.Equal(0, balance.Pending);
        Assert.Equal(People, balance.Accepted + balance.InDoubt);
        Assert.Empty(accepted.Except(arrived));
        Assert.Empty(arrived.Except(accepted).Except(doubted));

        // Lanes × two packets bound what one kill leaves open; with the recorder each lane's one message between terminator and reply.
        Assert.InRange(doubted.Count, 0, recorder ? worker.Lanes : worker.Lanes * 2 * worker.LargestGrant);
        if (recorder)
        {
            Assert.Empty(Directory.GetFiles(Recorders));
        }
    }

    [Fact]
    public async Task AReplyThatIsLostAfterTheMessageWasTakenIsADoubtAndNotASecondCopy()
    {
        await new FrozenMailing { Campaign = "lost-reply", People = 60 }.FreezeAsync(database.Source, Token);
        await using var sink = new Sink(new ReceiverScript()
            .On(ReceiverMoment.Stored, e => e.Argument.StartsWith("person7@", StringComparison.Ordinal) ? ReceiverAct.Drop : null)
            .On(ReceiverMoment.MessageEnd, e => e.Argument.StartsWith("person8@", StringComparison.Ordinal) ? ReceiverAct.Drop : null)
            .On(ReceiverMoment.Stored, e => e.Argument.StartsWith("person9@", StringComparison.Ordinal) ? new ReceiverAct { Raw = "what?\r\n"u8.ToArray(), Close = true } : null));

        var worker = Started(new WorkerChild { Database = database.ConnectionString, Port = sink.Port }.Start());
        Assert.Equal(0, await EndAsync(worker));

        // Person 7 and 9 have it, person 8 does not; from here the three cannot be told apart.
        Assert.Empty(sink.Twice);
        Assert.Equal(59, sink.Stored.Count);
        Assert.Equal(
            ["person7@example.com", "person8@example.com", "person9@example.com"],
            (await Doubts.ListAsync(database.Source, "lost-reply", false, Token)).Select(d => d.Address).Order());
        Assert.Equal(57, (await AssertBalancedAsync("lost-reply")).Accepted);
    }

    [Fact]
    public async Task AConnectionLostBeforeTheTerminatorIsFollowedByAnotherAttempt()
    {
        await new FrozenMailing { Campaign = "lost-early", People = 60 }.FreezeAsync(database.Source, Token);
        await using var sink = new Sink(new ReceiverScript()
            .Once(ReceiverMoment.Data, ReceiverAct.Drop)
            .Once(ReceiverMoment.Mail, ReceiverAct.Drop)
            .Once(ReceiverMoment.Recipient, ReceiverAct.Answer(421, "4.3.2", "shutting down"))
            .Once(ReceiverMoment.Connected, ReceiverAct.Drop));

        var worker = Started(new WorkerChild { Database = database.ConnectionString, Port = sink.Port }.Start());
        Assert.Equal(0, await EndAsync(worker));
        var again = Started(new WorkerChild { Database = database.ConnectionString, Port = sink.Port }.Start());
        Assert.Equal(0, await EndAsync(again));

        Assert.Empty(sink.Twice);
        Assert.Empty((await Doubts.ListAsync(database.Source, "lost-early", false, Token)).Select(d => $"{d.Address}: {d.Evidence}"));
        Assert.Equal(60, sink.Stored.Count);
        Assert.Equal((60, 0), ((await AssertBalancedAsync("lost-early")).Accepted, (await AssertBalancedAsync("lost-early")).InDoubt));
    }

    [Fact]
    public async Task AFrozenWorkerThatWakesUpAfterItsLeaseSendsNothingTwice()
    {
        await new FrozenMailing { Campaign = "zombie", People = People, ChunkSize = 80 }.FreezeAsync(database.Source, Token);
        var frozen = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var count = 0;
        await using var sink = new Sink(new ReceiverScript().On(ReceiverMoment.Mail, _ =>
        {
            // The thirtieth message finds its sender stopped in the middle of the conversation.
            if (Interlocked.Increment(ref count) == 30)
            {
                frozen.TrySetResult();
                go.Task.Wait(Patience, Token);
            }

            return null;
        }));
        var worker = new WorkerChild { Database = database.ConnectionString, Port = sink.Port, LeaseSeconds = 1, GrantSeconds = 0.9, Recorders = Recorders };

        var zombie = Started(worker.Start());
        await frozen.Task.WaitAsync(Patience, Token);
        await Signal.SendAsync(zombie.Id, "STOP", Token);
        go.SetResult();
        var other = Started(worker.Start());
        Assert.Equal(0, await EndAsync(other));

        // Its recorder is not believed as long as it may wake up.
        var during = await AssertBalancedAsync("zombie");
        Assert.InRange(during.InDoubt, 1, worker.Lanes * 2 * worker.LargestGrant);

        await Signal.SendAsync(zombie.Id, "CONT", Token);
        Assert.Equal(0, await EndAsync(zombie));

        // What it had in hand is resolved by its own late facts: sent, or given back and sent once.
        Assert.Empty(sink.Twice);
        var balance = await AssertBalancedAsync("zombie");
        Assert.Equal((People, 0, 0), (balance.Accepted, balance.InDoubt, balance.Pending));
        Assert.Equal(People, sink.Stored.Count);
    }

    private static bool Add(HashSet<string> set, string element)
    {
        lock (set)
        {
            return set.Add(element);
        }
    }

    private static async Task<int> EndAsync(Process process)
    {
        var said = process.StandardError.ReadToEndAsync(Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"the worker did not end; it said: {await said}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"worker {process.Id} ended with {process.ExitCode}: {await said}");
        return process.ExitCode;
    }

    private Process Started(Process worker)
    {
        _workers.Add(worker);
        return worker;
    }

    private async Task<HashSet<string>> PeopleAsync(string campaign, string condition)
    {
        var people = new HashSet<string>();
        await using var command = database.Source.CreateCommand(
            $"SELECT i.address FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id) {condition} m.campaign = '{campaign}'");
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            people.Add(reader.GetString(0));
        }

        return people;
    }

    private async Task<MailingBalance> AssertBalancedAsync(string campaign)
    {
        var verdict = Assert.Single((await LedgerVerification.RunAsync(database.Source, campaign, Token)).Mailings);
        Assert.Empty(verdict.Faults);
        return verdict.Balance;
    }
}
