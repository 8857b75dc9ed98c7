using System.Runtime.Versioning;

namespace CampaignEngine.EndToEnd.Database;

/// <summary>One cluster for all: each test begins and ends with its server stopped.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateServerTests(PrivateWorkspace workspace) : IClassFixture<PrivateWorkspace>, IAsyncLifetime
{
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await workspace.RunAsync("db", "stop");

    [Fact]
    public async Task TheServerEndsAfterItsLastUserAlsoWhenThatIsKilled()
    {
        using var first = await workspace.StartUserAsync();
        using var second = await workspace.StartUserAsync();
        var server = workspace.RecordedServerProcess();

        await first.KillAsync(TestContext.Current.CancellationToken);
        Assert.Equal("2", await workspace.QueryAsync("SELECT 1 + 1"));
        Assert.Equal(server, workspace.RecordedServerProcess());

        await second.KillAsync(TestContext.Current.CancellationToken);
        Assert.True(await Processes.EndsAsync(server), "the server outlived its users");
        Assert.Equal("stopped", (await workspace.StatusAsync()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task AKilledServerIsStartedAgainWithEverythingCommitted()
    {
        await workspace.RunAsync("db", "start");
        await workspace.QueryAsync("CREATE TABLE kept (n int); INSERT INTO kept VALUES (41)");
        var server = workspace.RecordedServerProcess();

        Processes.Kill(server);

        Assert.Equal("41", await workspace.QueryAsync("SELECT n FROM kept"));
        Assert.NotEqual(server, await workspace.ServerProcessAsync());
    }

    [Fact]
    public async Task AFileLeftByACrashThatNamesAStrangersProcessDoesNotStopTheStart()
    {
        await workspace.RunAsync("db", "start");
        var remains = await File.ReadAllTextAsync(workspace[".campaign/pg/data/postmaster.pid"], TestContext.Current.CancellationToken);
        await workspace.RunAsync("db", "stop");

        var stranger = remains.Replace(remains.Split('\n')[0], $"{System.Environment.ProcessId}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(workspace[".campaign/pg/data/postmaster.pid"], stranger, TestContext.Current.CancellationToken);

        Assert.Equal("1", await workspace.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task AStartedServerStaysUntilStopped()
    {
        Assert.Equal(0, (await workspace.RunAsync("db", "start")).ExitCode);
        Assert.Equal("1", await workspace.QueryAsync("SELECT 1"));
        var server = workspace.RecordedServerProcess();
        Assert.Equal("running until 'db stop'", (await workspace.StatusAsync()).GetProperty("state").GetString());

        using var user = await workspace.StartUserAsync();
        var stopped = await workspace.RunAsync("db", "stop");

        Assert.Equal("the private database is stopped; other commands were using it and have lost their connections\n", stopped.Errors);
        Assert.False(Processes.IsAlive(server));
        Assert.Equal("the private database was not running\n", (await workspace.RunAsync("db", "stop")).Errors);
    }

    [Fact]
    public async Task DoctorFindsAFreshPrivateServerSoundAndABadSettingNot()
    {
        await workspace.RunAsync("db", "start");
        await workspace.RunAsync("db", "migrate");

        var sound = await workspace.RunAsync("doctor", "--output", "csv");
        Assert.True(sound.ExitCode == 0, sound.Output + sound.Errors);
        Assert.Contains("fsync,ok,on,", sound.Output, StringComparison.Ordinal);
        Assert.Contains("migrations,ok,", sound.Output, StringComparison.Ordinal);

        await workspace.QueryAsync("ALTER SYSTEM SET fsync = off");
        await workspace.QueryAsync("SELECT pg_reload_conf()");
        var unsound = await workspace.RunAsync("doctor", "--output", "csv");
        Assert.Equal(1, unsound.ExitCode);
        Assert.Contains("fsync,fault,off,a power cut can destroy the database", unsound.Output, StringComparison.Ordinal);
        await workspace.QueryAsync("ALTER SYSTEM RESET fsync");
    }
}
