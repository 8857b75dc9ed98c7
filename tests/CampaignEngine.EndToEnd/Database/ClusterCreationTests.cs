using System.Runtime.Versioning;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Database;

[UnsupportedOSPlatform("windows")]
public sealed class ClusterCreationTests
{
    [Fact]
    public async Task TwoCommandsAtOnceMakeOneClusterAndMigrateItOnce()
    {
        await using var workspace = new PrivateWorkspace();

        var results = await Task.WhenAll(workspace.RunAsync("db", "migrate", "--output", "csv"), workspace.RunAsync("db", "migrate", "--output", "csv"));

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Errors));
        Assert.Single(results, result => result.Errors.Contains("creating the private database", StringComparison.Ordinal));
        Assert.Single(results, result => result.Output.Contains("1,engine,", StringComparison.Ordinal));
        Assert.Equal("0", await workspace.QueryAsync("SELECT count(*) - count(DISTINCT number) FROM engine.schema_migration"));
    }

    [Fact]
    public async Task AKillWhileTheClusterIsMadeLeavesNothingHalf()
    {
        await using var workspace = new PrivateWorkspace();
        using var maker = workspace.Start("db", "migrate");
        Assert.True(await Eventually.IsTrueAsync(
            () => Directory.Exists(workspace[".campaign/pg"]) && Directory.EnumerateDirectories(workspace[".campaign/pg"], "data.new-*").Any(),
            TestContext.Current.CancellationToken));

        await maker.KillAsync(TestContext.Current.CancellationToken);

        Assert.Equal("1", await workspace.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task ALongPathOrOneWithShellCharactersHasItsSocketElsewhere()
    {
        await using var workspace = PrivateWorkspace.Named(string.Concat(Enumerable.Repeat("a 'long' $(path), ", 8)));

        Assert.Equal("1", await workspace.QueryAsync("SELECT 1"));

        var address = (await workspace.RunAsync("db", "url")).Output;
        Assert.StartsWith("postgresql://campaign@/campaign?host=", address, StringComparison.Ordinal);
        Assert.DoesNotContain("long", address, StringComparison.Ordinal);
        var socketFolder = Uri.UnescapeDataString(address.Trim().Split("host=")[1]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(socketFolder));

        await workspace.RunAsync("db", "stop");
        Directory.Delete(socketFolder, recursive: true);
    }
}
