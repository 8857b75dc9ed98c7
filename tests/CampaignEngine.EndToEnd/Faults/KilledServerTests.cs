using System.Globalization;
using System.Runtime.Versioning;
using CampaignEngine.EndToEnd.Database;
using CampaignEngine.EndToEnd.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>SIGKILL for one process of PostgreSQL, or for the whole server, while a command is in the middle of its work.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KilledServerTests : IDisposable
{
    private const string Header = "customer_no,first_name,email,country\n";

    // Where the worker was caught decides the sentence: between ticks, inside one, or at its commit.
    private static readonly string[] Lost = ["the database was lost", "the answer to a commit was lost", "the database cannot be reached"];
    private readonly TempDirectory _folder = new("ks");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ImportPlanAndLaunchEndInOneLineKeepNothingAndWorkAgain()
    {
        await using var shop = await Shop.OpenAsync(_folder["s"]);
        var file = shop.Write("c.csv", Header + string.Concat(Enumerable.Range(1, 500).Select(n => $"C{n},Ann,ann{n}@example.com,TW\n")));

        var import = await KilledAsync(shop, wholeServer: false, "crm.customers", "import", file, "--map", "imports/customers.yaml");
        Shop.AssertOneLine(import, "the database connection was lost", "nothing was imported", "run the import again");
        await ReadyAgainAsync(shop);
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM crm.customers"));
        Assert.Equal(0, (await shop.RunAsync("import", file, "--map", "imports/customers.yaml")).ExitCode);
        Assert.Equal(500, await shop.ScalarAsync<long>("SELECT count(*) FROM crm.customers"));
        await shop.ExecuteAsync("UPDATE crm.customers SET email_consent = 'granted'");

        Shop.AssertOneLine(await KilledAsync(shop, wholeServer: true, "engine.list", "plan", Shop.Campaign), "run the command again");
        await ReadyAgainAsync(shop);
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.list"));
        var hash = await shop.PlanAsync();

        Shop.AssertOneLine(await KilledAsync(shop, wholeServer: false, "engine.mailing", "launch", Shop.Campaign, "--plan", hash), "run the command again");
        await ReadyAgainAsync(shop);
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.mailing"));
        Assert.Equal(0, (await shop.RunAsync("launch", Shop.Campaign, "--plan", hash)).ExitCode);
        Assert.Equal(500, await shop.ScalarAsync<int>("SELECT frozen_count FROM engine.mailing"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AWorkerOutlivesItsServerAndSendsTheRestOnce(bool wholeServer)
    {
        const int People = 400;
        var reached = new TaskCompletionSource();
        var killed = new TaskCompletionSource();
        var count = 0;
        await using var sink = new Sink(new ReceiverScript().On(ReceiverMoment.Mail, _ =>
        {
            if (Interlocked.Increment(ref count) == 60)
            {
                reached.TrySetResult();
                killed.Task.Wait(TimeSpan.FromSeconds(60), Cancel);
            }

            return null;
        }));
        await using var shop = await Shop.OpenAsync(_folder["w"], sink.Port);
        await shop.FillAsync(People);
        Assert.Equal(0, (await shop.RunAsync("launch", Shop.Campaign, "--plan", await shop.PlanAsync())).ExitCode);

        using var worker = shop.Start("worker", "--until-idle", "--output", "json");
        var ending = worker.FinishAsync(Cancel);
        await Task.WhenAny(reached.Task, ending);
        Assert.True(reached.Task.IsCompleted, "the worker ended before it had sent 60 messages");
        Kill(shop, wholeServer, await BackendAsync(shop));
        killed.SetResult();
        var result = await ending;

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.True(Lost.Any(sentence => result.Errors.Contains(sentence, StringComparison.Ordinal)), result.Errors);
        Assert.Equal(wholeServer, result.Errors.Contains("the private database had crashed and runs again", StringComparison.Ordinal));
        await shop.SendDelayedAsync();
        Assert.Empty(sink.Twice);
        Assert.Equal(People, sink.Stored.Count);
        await shop.AssertSentAsync(People);
    }

    [Fact]
    public async Task AWorkerWhoseCommitsAreCutAgainAndAgainSendsEverybodyOnce()
    {
        const int People = 300;
        const int Cuts = 6;
        await using var sink = new Sink();
        await using var shop = await Shop.OpenAsync(_folder["c"], sink.Port);
        await shop.FillAsync(People);
        await shop.LaunchAsync();

        // In turn the server has the COMMIT and only its answer is lost, or it never comes.
        await using var cutter = new CommitCutter(shop.Connection, cut => cut % 2 == 1, Cuts);
        using var worker = shop.StartWith(cutter.ConnectionString, "worker", "--until-idle");
        var result = await worker.FinishAsync(Cancel);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("the answer to a commit was lost", result.Errors, StringComparison.Ordinal);
        Assert.InRange(cutter.Cuts, 2, Cuts);
        await shop.SendDelayedAsync();
        Assert.Empty(sink.Twice);
        Assert.Equal(People, sink.Stored.Count);
        await shop.AssertSentAsync(People);
    }

    // The command is caught in the middle: a lock on a table that it has to write holds it.
    private static async Task<CampaignResult> KilledAsync(Shop shop, bool wholeServer, string table, params string[] arguments)
    {
        await using var holder = await shop.ConnectAsync();
        await using var transaction = await holder.BeginTransactionAsync(Cancel);
        await using (var take = new NpgsqlCommand($"LOCK TABLE {table} IN EXCLUSIVE MODE", holder, transaction))
        {
            await take.ExecuteNonQueryAsync(Cancel);
        }

        using var command = shop.Start(arguments);
        var ending = command.FinishAsync(Cancel);
        int? waiting = null;
        await using (var watcher = await shop.ConnectAsync())
        await using (var find = new NpgsqlCommand("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'campaign'", watcher))
        {
            await Eventually.IsTrueAsync(async () => ending.IsCompleted || (waiting = (int?)await find.ExecuteScalarAsync(Cancel)) is not null, Cancel);
        }

        Assert.True(waiting is not null, "the command should wait for the lock");
        Kill(shop, wholeServer, waiting.Value);
        return await ending;
    }

    private static async Task<int> BackendAsync(Shop shop) => await shop.ScalarAsync<int>(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'campaign' ORDER BY query LIKE '%send_%' DESC, backend_start LIMIT 1");

    private static void Kill(Shop shop, bool wholeServer, int backend) => Processes.Kill(wholeServer ? shop.ServerProcess() : backend);

    private static async Task ReadyAgainAsync(Shop shop)
    {
        var result = await shop.RunAsync("db", "start");
        Assert.True(result.ExitCode == 0, result.Errors);
    }
}
