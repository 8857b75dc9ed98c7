using System.Text.Json;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Database;

/// <summary>A workspace with a private server of its own, driven through the real program; stopped and removed at the end.</summary>
public sealed class PrivateWorkspace : IAsyncDisposable
{
    private readonly TempDirectory _parent = new("e2e");

    public PrivateWorkspace()
        : this("spring tea größe M")
    {
    }

    private PrivateWorkspace(string name)
    {
        Folder = Directory.CreateDirectory(_parent[name]).FullName;
        File.WriteAllText(Path.Combine(Folder, "engine.yaml"), "");
        File.Copy(Path.Combine(Repository.Root, "model.yaml"), Path.Combine(Folder, "model.yaml"));
    }

    public string Folder { get; }

    public static PrivateWorkspace Named(string name) => new(name);

    public IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?> { ["CAMPAIGN_DATABASE_LINGER"] = "1 second" };

    public string this[string relative] => Path.Combine(Folder, relative);

    public Task<CampaignResult> RunAsync(params string[] arguments) =>
        CampaignProcess.RunAsync(Folder, arguments, Environment, TestContext.Current.CancellationToken);

    public CampaignProcess Start(params string[] arguments) => CampaignProcess.Start(Folder, arguments, Environment);

    /// <summary>A process that uses the database until it is killed; returns once its connection is open.</summary>
    public async Task<CampaignProcess> StartUserAsync()
    {
        var user = Start("db", "psql", "--", "-qAt", "-c", "SELECT 'connected'", "-c", "SELECT pg_sleep(600)");
        await user.ReadUntilAsync("connected", TestContext.Current.CancellationToken);
        return user;
    }

    /// <summary>The value of a query, by psql through the program.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        var result = await RunAsync("db", "psql", "--", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.Trim();
    }

    /// <summary>One member of <c>db status --output json</c>, which starts nothing.</summary>
    public async Task<JsonElement> StatusAsync()
    {
        var result = await RunAsync("db", "status", "--output", "json");
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    public async Task<int> ServerProcessAsync() => (await StatusAsync()).GetProperty("process_id").GetInt32();

    /// <summary>The server's process id as the cluster's own file tells it, without asking the program.</summary>
    public int RecordedServerProcess() => RecordedServerProcess(this[".campaign/pg"]);

    /// <param name="home">Of a cluster that lies elsewhere.</param>
    public static int RecordedServerProcess(string home) => int.Parse(File.ReadLines(Path.Combine(home, "data", "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Folder))
        {
            await CampaignProcess.RunAsync(Folder, ["db", "stop"], Environment, CancellationToken.None);
        }

        _parent.Dispose();
    }
}
