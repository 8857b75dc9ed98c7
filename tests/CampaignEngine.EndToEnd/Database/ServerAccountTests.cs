using System.Diagnostics;
using System.Runtime.Versioning;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Database;

[UnsupportedOSPlatform("windows")]
public sealed class ServerAccountTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatTheServersUserCannotEnterLiesOutsideAndIsSaid()
    {
        RequireRoot();
        await using var workspace = PrivateWorkspace.Named("shut");
        File.SetUnixFileMode(Path.GetDirectoryName(workspace.Folder)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var result = await workspace.RunAsync("db", "migrate", "--output", "csv");
        var home = (await File.ReadAllTextAsync(workspace[".campaign/pg.location"], Cancel)).Trim();
        try
        {
            Assert.Equal(0, result.ExitCode);
            Assert.Contains($"cannot enter {workspace.Folder}; the private database is kept in {home}", result.Errors, StringComparison.Ordinal);
            Assert.StartsWith("/var/lib/campaign-engine/", home, StringComparison.Ordinal);
            Assert.Equal("1", await workspace.QueryAsync("SELECT 1"));

            // As long as somebody uses it the server stays.
            using (var user = await workspace.StartUserAsync())
            {
                Assert.NotEqual("0", await OwnerOfProcessAsync(PrivateWorkspace.RecordedServerProcess(home)));
                await user.KillAsync(Cancel);
            }

            // A copy of the workspace must not work on the original's database unseen.
            await using var copy = PrivateWorkspace.Named("copy");
            Directory.CreateDirectory(copy[".campaign"]);
            File.Copy(workspace[".campaign/pg.location"], copy[".campaign/pg.location"]);
            var refused = await copy.RunAsync("db", "migrate");
            Assert.Equal(1, refused.ExitCode);
            Assert.Equal(
                $"the private database in {home} belongs to the workspace {workspace.Folder}, of which this one seems to be a copy; "
                + $"delete {copy[".campaign/pg.location"]} to give this workspace a database of its own\n",
                refused.Errors);

            // Nobody is left to stop a server outside once the workspace is deleted, but the watcher.
            using var last = await workspace.StartUserAsync();
            var process = PrivateWorkspace.RecordedServerProcess(home);
            Directory.Delete(workspace.Folder, recursive: true);
            await last.KillAsync(Cancel);
            Assert.True(await Processes.EndsAsync(process), "the server outlived its workspace");
        }
        finally
        {
            if (Directory.Exists(workspace.Folder))
            {
                await workspace.RunAsync("db", "stop");
            }

            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task AnOrdinaryUserRunsTheServerHimself()
    {
        RequireRoot();
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
        await using var workspace = new PrivateWorkspace();
        await RunToolAsync("chown", "65534:65534", workspace.Folder);
        if ((await RunToolAsync(nobody[0], [.. nobody[1..], "test", "-r", CampaignProcess.ProgramFile])).Code != 0)
        {
            Assert.Skip("the program lies where user nobody cannot read it");
        }

        using var start = CampaignProcess.Start(workspace.Folder, ["db", "start"], workspace.Environment, nobody);
        var result = await start.FinishAsync(Cancel);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal("65534", await OwnerOfProcessAsync(workspace.RecordedServerProcess()));

        // Root joins the same server, and starts it as its owner when it is down.
        Assert.Equal("1", await workspace.QueryAsync("SELECT 1"));
        await workspace.RunAsync("db", "stop");
        using var user = await workspace.StartUserAsync();
        Assert.Equal("65534", await OwnerOfProcessAsync(workspace.RecordedServerProcess()));
        await user.KillAsync(Cancel);
    }

    private static void RequireRoot()
    {
        if (!System.Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs to be root");
        }
    }

    private static async Task<string> OwnerOfProcessAsync(int id) => (await RunToolAsync("stat", "-c", "%u", $"/proc/{id}")).Output.Trim();

    private static async Task<(int Code, string Output)> RunToolAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output);
    }
}
