using System.Text.Json;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Database;

public sealed class ConfiguredServerTests(EmptyTestDatabase database) : IClassFixture<EmptyTestDatabase>
{
    private Dictionary<string, string?> Configured => new() { ["CAMPAIGN_DATABASE"] = database.ConnectionString };

    [Fact]
    public async Task AConnectionStringOrAddressIsUsedInsteadOfAPrivateServer()
    {
        using var workspace = new TempDirectory();
        workspace.Write("engine.yaml", "");

        var migrated = await RunAsync(workspace, Configured, "db", "migrate");
        Assert.True(migrated.ExitCode == 0, migrated.Errors);
        var status = JsonDocument.Parse((await RunAsync(workspace, Configured, "db", "status", "--output", "json")).Output).RootElement;
        Assert.Equal("configured", status.GetProperty("server").GetString());
        Assert.EndsWith(", 0 to apply", status.GetProperty("migrations").GetString(), StringComparison.Ordinal);

        var address = new Dictionary<string, string?> { ["CAMPAIGN_DATABASE"] = status.GetProperty("url").GetString() };
        Assert.Equal("nothing to apply: the database is up to date\n", (await RunAsync(workspace, address, "db", "migrate")).Errors);

        var refused = await RunAsync(workspace, Configured, "db", "start");
        Assert.Equal(3, refused.ExitCode);
        Assert.False(Directory.Exists(workspace[".campaign"]));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=shop;Username=x;Password=secret;Timeout=1",
        "database 'shop' at 127.0.0.1:1 does not answer (ConnectionRefused); check that the server runs and that the address is right\n", 1)]
    [InlineData("postgresql://x:secret@127.0.0.1:port/shop",
        "the database's connection string cannot be read; write 'Host=...;Port=5432;Database=...;Username=...;Password=...' "
        + "or 'postgresql://user:password@host:5432/database'\n", 2)]
    public async Task AnUnusableConnectionStringIsOneClearLineWithoutThePassword(string connectionString, string errors, int exitCode)
    {
        using var workspace = new TempDirectory();
        workspace.Write("engine.yaml", "");

        var result = await RunAsync(workspace, new() { ["CAMPAIGN_DATABASE"] = connectionString }, "db", "migrate");

        Assert.Equal((exitCode, errors), (result.ExitCode, result.Errors));
    }

    [Fact]
    public async Task WithoutAWorkspaceTheMessageSaysHowToGetOne()
    {
        using var folder = new TempDirectory();

        var result = await RunAsync(folder, [], "db", "status");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            $"no workspace here: neither '{folder.FullName}' nor a folder above it holds engine.yaml; give --workspace DIR, or make one with 'campaign init DIR'\n",
            result.Errors);
    }

    private static Task<CampaignResult> RunAsync(TempDirectory workspace, Dictionary<string, string?> environment, params string[] arguments) =>
        CampaignProcess.RunAsync(workspace.FullName, arguments, environment, TestContext.Current.CancellationToken);
}
