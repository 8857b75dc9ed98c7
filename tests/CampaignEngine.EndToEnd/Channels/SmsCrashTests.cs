using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Channels;

/// <summary>
/// The real program, a real PostgreSQL, real HTTP conversations, real SIGKILL: no SMS arrives twice, and nobody is missing whom verify does not name. The
/// whole matrix (every point, its first five hits) runs with CAMPAIGN_CRASH_MATRIX=full.
/// </summary>
public sealed class SmsCrashTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    // Ten chunks: every crash point is reached five times.
    private const int People = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Points()
    {
        var full = Environment.GetEnvironmentVariable("CAMPAIGN_CRASH_MATRIX") == "full";
        IEnumerable<string> crashes = full
            ? CrashPoint.All.SelectMany(point => Enumerable.Range(1, 5).Select(hit => $"{point}:{hit}"))
            : [$"{CrashPoint.BeforeTerminator}:2", $"{CrashPoint.AfterTerminator}:3", $"{CrashPoint.AfterReply}:1"];
        return [.. crashes];
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task AKilledWorkerSendsNothingTwiceAndLosesNobody(string crash)
    {
        // Every tenth person is told "not now" at first; not the first few, among whom the worker is killed.
        var deferred = new HashSet<string>();
        await using var workspace = new SmsWorkspace(database, new GatewayScript().On(GatewayMoment.Requested, e =>
        {
            lock (deferred)
            {
                return e.Request > 20 && e.To.EndsWith('0') && deferred.Add(e.To) ? GatewayAct.Answer(503, retryAfter: 0) : null;
            }
        }));
        var campaign = crash.Replace(':', '-');
        await workspace.FreezeAsync(campaign, People, Token);

        using (var killed = workspace.Worker(crash))
        {
            Assert.Equal(137, (await killed.FinishAsync(Token)).ExitCode);
        }

        // Who was told "not now" waits, also after what the killed worker's recorder says; here their time comes at once.
        var balance = await BalancedAsync(campaign);
        for (var round = 0; round < 3 && balance.Pending > 0; round++)
        {
            await database.ExecuteAsync("UPDATE engine.send_retry SET not_before = now(); UPDATE engine.send_chunk SET retry_at = now() WHERE retry_at > now()");
            using var next = workspace.Worker();
            var end = await next.FinishAsync(Token);
            Assert.True(end.ExitCode == 0, end.Errors);
            balance = await BalancedAsync(campaign);
        }

        Assert.Empty(workspace.Twice);
        var doubted = (await Doubts.ListAsync(database.Source, campaign, withDecided: false, Token)).Select(d => d.Address).ToHashSet();
        Assert.Equal((0, People), (balance.Pending, balance.Accepted + balance.InDoubt));
        Assert.Equal(People - workspace.Stored.Count, doubted.Except(workspace.Stored.Select(s => s.To)).Count());
        Assert.All(workspace.Stored, m => Assert.StartsWith("Hello Person ", m.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LostRepliesAreDoubtsAndWithAKeyTheyAreNone()
    {
        var script = new GatewayScript()
            .On(GatewayMoment.Accepted, e => e.To.EndsWith("07", StringComparison.Ordinal) ? GatewayAct.Drop : null)
            .On(GatewayMoment.Requested, e => e.To.EndsWith("08", StringComparison.Ordinal) ? GatewayAct.Drop : null);
        await using (var workspace = new SmsWorkspace(database, script))
        {
            await workspace.FreezeAsync("lost-reply", 40, Token);
            using var worker = workspace.Worker();
            Assert.Equal(0, (await worker.FinishAsync(Token)).ExitCode);

            // Number 7 has it, number 8 has not; from here the two cannot be told apart.
            Assert.Equal(39, workspace.Stored.Count);
            Assert.Equal(["+886900000007", "+886900000008"], (await Doubts.ListAsync(database.Source, "lost-reply", false, Token)).Select(d => d.Address).Order());
        }

        var once = new HashSet<string>();
        await using var asking = new SmsWorkspace(
            database,
            new GatewayScript().On(GatewayMoment.Accepted, e =>
            {
                lock (once)
                {
                    return once.Add(e.To) ? GatewayAct.Drop : null;
                }
            }),
            "idempotency: Idempotency-Key");
        await asking.FreezeAsync("asked-again", 20, Token);
        using var again = asking.Worker();
        Assert.Equal(0, (await again.FinishAsync(Token)).ExitCode);

        Assert.Empty(asking.Twice);
        Assert.Equal((20, 0), ((await BalancedAsync("asked-again")).Accepted, (await BalancedAsync("asked-again")).InDoubt));
    }

    private async Task<MailingBalance> BalancedAsync(string campaign)
    {
        var verdict = Assert.Single((await LedgerVerification.RunAsync(database.Source, campaign, Token)).Mailings);
        Assert.Empty(verdict.Faults);
        return verdict.Balance;
    }
}
