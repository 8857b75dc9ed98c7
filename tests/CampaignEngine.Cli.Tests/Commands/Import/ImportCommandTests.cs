using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Cli.Tests.Commands.Import;

/// <summary>The real program on a real database.</summary>
public sealed class ImportCommandTests : IClassFixture<TestDatabase>, IAsyncLifetime, IDisposable
{
    private const string Purchases = "masterid,sampleid,date,cds,sales\n4,1,19970101,2,29.33\n4,1,19970101,2,29.33\n4,1,19970118,2,29.73\n21,2,19970101,x,14.96\n";

    private readonly TestDatabase _database;
    private readonly TempDirectory _folder = new("imp");

    public ImportCommandTests(TestDatabase database) => _database = database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _database.ExecuteAsync("TRUNCATE crm.order_lines, crm.orders, crm.customers CASCADE");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TellsWhatItDidAsJson()
    {
        var file = _folder.Write("purchases.csv", Purchases);

        var (exit, output, errors) = await RunAsync(file, "--output", "json");

        Assert.True(exit == 0, errors);
        using var result = JsonDocument.Parse(output);
        var root = result.RootElement;
        Assert.Equal((4, 1), (root.GetProperty("read").GetInt64(), root.GetProperty("rejected").GetInt64()));
        Assert.Equal($"{file}.rejects.csv", root.GetProperty("rejects_file").GetString());
        Assert.True(root.GetProperty("seconds").GetDouble() > 0);
        var lines = root.GetProperty("entities").GetProperty("order_lines");
        Assert.Equal((3, 0, 0), (lines.GetProperty("inserted").GetInt64(), lines.GetProperty("updated").GetInt64(), lines.GetProperty("unchanged").GetInt64()));
        Assert.Equal("line,reason,record\n5,\"order_lines.quantity: 'x' is not a number\",\"21,2,19970101,x,14.96\"\n", await File.ReadAllTextAsync($"{file}.rejects.csv", Cancel));
    }

    [Fact]
    public async Task InvalidInputEndsWithTwo()
    {
        var strict = await RunAsync(_folder.Write("strict.csv", Purchases), "--strict");
        var absent = await RunAsync(_folder["absent.csv"]);

        Assert.Equal(2, strict.Exit);
        Assert.Contains("line 5: order_lines.quantity: 'x' is not a number; nothing was imported (--strict)", strict.Errors, StringComparison.Ordinal);
        Assert.Equal((2, $"{_folder["absent.csv"]} does not exist\n"), (absent.Exit, absent.Errors));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM crm.customers"));
    }

    [Fact]
    public async Task KilledInTheMiddleOfTheMergeItLeavesNothing()
    {
        var file = _folder.Write("killed.csv", Purchases);
        await using var holder = await _database.Source.OpenConnectionAsync(Cancel);
        await using var hold = await holder.BeginTransactionAsync(Cancel);
        await using (NpgsqlCommand take = new("LOCK TABLE crm.order_lines IN ACCESS EXCLUSIVE MODE", holder, hold))
        {
            await take.ExecuteNonQueryAsync(Cancel);
        }

        using var import = Start(file);
        await using var watcher = await _database.Source.OpenConnectionAsync(Cancel);
        await using NpgsqlCommand waiting = new(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%order_lines%'", watcher);
        Assert.True(await Eventually.IsTrueAsync(async () => import.HasExited || (long)(await waiting.ExecuteScalarAsync(Cancel))! > 0, Cancel));
        Assert.False(import.HasExited, "the import should wait for the lock");

        import.Kill();
        await import.WaitForExitAsync(Cancel);
        await hold.RollbackAsync(Cancel);

        // The server notices the lost client when it next speaks to it; until then its transaction is invisible and then gone.
        await using NpgsqlCommand sessions = new(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'campaign' AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND query LIKE '%order_lines%' AND state <> 'idle'", watcher);
        Assert.True(await Eventually.IsTrueAsync(async () => (long)(await sessions.ExecuteScalarAsync(Cancel))! == 0, Cancel));

        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT (SELECT count(*) FROM crm.customers) + (SELECT count(*) FROM crm.orders) + (SELECT count(*) FROM crm.order_lines)"));
        Assert.Equal(0, (await RunAsync(file)).Exit);
        Assert.Equal(3, await _database.ScalarAsync<long>("SELECT count(*) FROM crm.order_lines"));
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(string file, params string[] more)
    {
        using var process = Start(file, more);
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output, errors);
    }

    private Process Start(string file, params string[] more)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = Repository.Root,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "campaign.dll"), "import", file, "--map", "imports/cdnow.yaml", .. more])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["CAMPAIGN_DATABASE"] = _database.ConnectionString;
        return Process.Start(start)!;
    }
}
