using System.Globalization;
using CampaignEngine.EndToEnd.Database;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>A small workspace with a private server of its own, driven through the real program, whose server a test may ill-treat.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Campaign = "hello";

    private const string Yaml = """
        campaign: hello
        audience: { where: 'country = "TW"' }
        drops:
          - { drop: one, channel: email, template: email/hello, subject: "Hello {{ customer.first_name }}", schedule: now }
        """;

    private readonly Dictionary<string, string?> _environment = new() { ["CAMPAIGN_DATABASE_LINGER"] = "1 second" };

    private Shop(string folder, int port)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(Path.Combine(folder, "imports"));
        foreach (var file in (string[])["engine.yaml", "model.yaml", "imports/customers.yaml"])
        {
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(folder, file));
        }

        Write("campaigns/hello.yaml", Yaml);
        Write("templates/email/hello.sbn-html", "<p>Hello {{ customer.first_name }}, <a href=\"https://shop.example/\">look</a>. <a href=\"{{ unsubscribe_url }}\">Stop</a></p>");
        _environment["CAMPAIGN_ROUTES_INBOX_SMTP"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
    }

    public string Folder { get; }

    /// <summary>Of customer n, from 1 on.</summary>
    public static string Address(int n) => string.Create(CultureInfo.InvariantCulture, $"ann{n}@example.com");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Connection => $"Host={Path.Combine(Folder, ".campaign/pg")};Port=5432;Database=campaign;Username=campaign;Pooling=false";

    /// <param name="folder">Must be short: the server's socket lies below it.</param>
    /// <param name="port">Of the relay.</param>
    public static async Task<Shop> OpenAsync(string folder, int port = 9)
    {
        var shop = new Shop(folder, port);
        await PreparedCluster.CopyAsync(folder, async workspace =>
        {
            await using var first = await CreateAsync(workspace);
            Assert.Equal(0, (await first.RunAsync("db", "stop")).ExitCode);
        }, Cancel);
        await shop.StartAsync();
        return shop;
    }

    /// <summary>With a server whose files are made in the folder itself.</summary>
    public static async Task<Shop> CreateAsync(string folder, int port = 9)
    {
        var shop = new Shop(folder, port);
        await shop.StartAsync();
        Assert.Equal(0, (await shop.RunAsync("db", "migrate")).ExitCode);
        return shop;
    }

    public Task<CampaignResult> RunAsync(params string[] arguments) => CampaignProcess.RunAsync(Folder, arguments, _environment, Cancel);

    public CampaignProcess Start(params string[] arguments) => CampaignProcess.Start(Folder, arguments, _environment);

    /// <summary>Starts a command that reaches the server another way.</summary>
    public CampaignProcess StartWith(string connection, params string[] arguments) =>
        CampaignProcess.Start(Folder, arguments, new Dictionary<string, string?>(_environment) { ["CAMPAIGN_DATABASE"] = connection });

    public string Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public Task FillAsync(int customers) => ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
        $"INSERT INTO crm.customers (customer_no, first_name, email, country, email_consent) SELECT 'C' || n, 'Ann', 'ann' || n || '@example.com', 'TW', 'granted' FROM generate_series(1, {customers}) n"));

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(Connection);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    public async Task LaunchAsync()
    {
        var launch = await RunAsync("launch", Campaign, "--plan", await PlanAsync());
        Assert.True(launch.ExitCode == 0, launch.Errors);
    }

    /// <summary>Sends to those whose attempts our side cut short three times, who would wait five minutes for the next.</summary>
    public async Task SendDelayedAsync()
    {
        for (var times = 0; times < 5 && await ScalarAsync<bool>("SELECT EXISTS (SELECT FROM engine.send_retry)"); times++)
        {
            await ExecuteAsync("UPDATE engine.send_retry SET not_before = now(); UPDATE engine.send_chunk SET retry_at = now() WHERE retry_at IS NOT NULL");
            AssertDone(await RunAsync("worker", "--until-idle"));
        }
    }

    /// <summary>The ledger adds up, with so many accepted and nobody in doubt.</summary>
    public async Task AssertSentAsync(int accepted)
    {
        var verified = await RunAsync("verify", "--output", "json");
        Assert.True(verified.ExitCode == 0, verified.Errors);
        var mailing = System.Text.Json.JsonDocument.Parse(verified.Output).RootElement.GetProperty("mailings")[0];
        Assert.Equal((accepted, 0), (mailing.GetProperty("accepted").GetInt32(), mailing.GetProperty("in_doubt").GetInt32()));
    }

    /// <summary>The hash of a new plan.</summary>
    public async Task<string> PlanAsync()
    {
        var plan = await RunAsync("plan", Campaign, "--output", "json");
        Assert.True(plan.ExitCode == 0, plan.Errors);
        return System.Text.Json.JsonDocument.Parse(plan.Output).RootElement.GetProperty("hash").GetString()!;
    }

    public int ServerProcess() => int.Parse(File.ReadLines(Path.Combine(Folder, ".campaign/pg/data/postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public static void AssertDone(CampaignResult result) => Assert.True(result.ExitCode == 0, result.Errors);

    /// <summary>One line on stderr besides progress, with these words; no stack.</summary>
    public static void AssertOneLine(CampaignResult result, params string[] words)
    {
        Assert.True(result.ExitCode == 1, $"exit code {result.ExitCode}: {result.Output}{result.Errors}");
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Errors, StringComparison.Ordinal);
        var line = result.Errors.TrimEnd('\n').Split('\n')[^1];
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.All(result.Errors.TrimEnd('\n').Split('\n')[..^1], l => Assert.Matches("^[^:]+: [0-9,]+", l));
    }

    public async ValueTask DisposeAsync() => await CampaignProcess.RunAsync(Folder, ["db", "stop"], _environment, CancellationToken.None);

    private async Task StartAsync()
    {
        var started = await RunAsync("db", "start");
        Assert.True(started.ExitCode == 0, started.Errors);
    }
}
