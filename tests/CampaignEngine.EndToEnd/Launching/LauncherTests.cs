using System.Diagnostics;
using System.Runtime.Versioning;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Launching;

/// <summary>The launcher ./campaign on a small copy of the repository's shape, with a stand-in for the SDK that records what it is asked.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LauncherTests : IDisposable
{
    private const string Sdk = """
        #!/bin/sh
        # Stands for dotnet: lists an SDK, "builds" by making the program's file, "runs" by printing the arguments.
        case $1 in
          --list-sdks) cat "$STUB/sdks" ;;
          build) echo "$2" >>"$STUB/builds"; sleep 0.3; [ ! -f "$STUB/broken" ] || { echo "a.cs(1,1): error CS1002: ; expected"; exit 1; }
            mkdir -p src/CampaignEngine.Cli/bin/Release/net10.0; : >src/CampaignEngine.Cli/bin/Release/net10.0/campaign.dll ;;
          bin/*) cat "$STUB/$(basename "$1" .dll).out"; exit "$(cat "$STUB/$(basename "$1" .dll).code")" ;;
          *) shift; printf 'ran:'; printf ' [%s]' "$@"; echo ;;
        esac
        """;

    private readonly TempDirectory _temp = new("la");

    public LauncherTests()
    {
        File.Copy(Path.Combine(Repository.Root, "campaign"), Root("campaign"));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "BannedSymbols.txt", "src/CampaignEngine.Cli/Program.cs"])
        {
            _temp.Write(Path.Combine("a repo", file), "");
        }

        _temp.Write("bin/dotnet", Sdk);
        _temp.Write("sdks", "8.0.100 [/usr/share/dotnet/sdk]\n10.0.100 [/usr/share/dotnet/sdk]\n");
        foreach (var program in (string[])[Root("campaign"), _temp["bin/dotnet"]])
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int Builds => File.Exists(_temp["builds"]) ? File.ReadLines(_temp["builds"]).Count() : 0;

    [Fact]
    public async Task BuildsOnceAndAgainOnlyWhenASourceChangedOrWentAway()
    {
        Assert.Equal(("ran: [db] [a b] [*]\n", "building CampaignEngine.Cli.csproj ...\n", 0), await RunAsync("db", "a b", "*"));
        Assert.Equal(("ran: [db]\n", "", 0), await RunAsync("db"));

        _temp.Write("a repo/src/CampaignEngine.Cli/New.cs", "");
        Assert.Equal("building CampaignEngine.Cli.csproj ...\n", (await RunAsync("db")).Errors);
        File.Delete(Root("src/CampaignEngine.Cli/New.cs"));
        Assert.Equal("building CampaignEngine.Cli.csproj ...\n", (await RunAsync("db")).Errors);
        Assert.Equal(("ran: [db]\n", "", 0), await RunAsync("db"));
        Assert.Equal(3, Builds);
    }

    [Fact]
    public async Task TwoAtOnceBuildOnce()
    {
        var runs = await Task.WhenAll(RunAsync("db"), RunAsync("db"), RunAsync("db"));

        Assert.All(runs, run => Assert.Equal(("ran: [db]\n", 0), (run.Output, run.ExitCode)));
        Assert.Equal(1, Builds);
    }

    [Fact]
    public async Task WorksThroughALinkFromAnotherFolder()
    {
        File.CreateSymbolicLink(_temp["bin/camp"], "../a repo/campaign");

        Assert.Equal("ran: [--version]\n", (await RunInAsync("/", _temp["bin/camp"], "--version")).Output);
    }

    [Fact]
    public async Task AFailedBuildShowsItsErrorsAndIsTriedAgain()
    {
        _temp.Write("broken", "");
        var (output, errors, code) = await RunAsync("db");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("a.cs(1,1): error CS1002: ; expected\n", errors, StringComparison.Ordinal);

        File.Delete(_temp["broken"]);
        Assert.Equal(0, (await RunAsync("db")).ExitCode);
    }

    [Fact]
    public async Task AnSdkThatIsTooOldIsNamed()
    {
        _temp.Write("sdks", "8.0.100 [/usr/share/dotnet/sdk]\n9.0.300 [/usr/share/dotnet/sdk]\n");

        var (_, errors, code) = await RunAsync("db");

        Assert.Equal(1, code);
        Assert.Equal(
            $"campaign: the .NET 10 SDK is missing: {_temp["bin/dotnet"]} has 8.0.100 9.0.300 . Get it from https://dotnet.microsoft.com/download/dotnet/10.0\n", errors);
    }

    [Fact]
    public async Task TestAddsUpWhatTheProjectsSay()
    {
        Project("A.Tests", "   A.Tests  Total: 7, Errors: 0, Failed: 0, Skipped: 2, Not Run: 0, Time: 1.5s\n", 0);
        Project("B.Tests", "    B.Tests.X.Y [FAIL]\n      wrong\n\n   B.Tests  Total: 3, Errors: 0, Failed: 1, Skipped: 0, Not Run: 0, Time: 0.5s\n", 1);
        Project("C.Tests", "   C.Tests  Total: 0\n", 0);

        var failing = await RunAsync("test");
        Assert.Equal(1, failing.ExitCode);
        Assert.EndsWith("\n7 passed, 1 failed, 2 skipped\n", failing.Output, StringComparison.Ordinal);
        Assert.Contains("B.Tests: 2 passed, 1 failed, 0 skipped in 0.5s\n    B.Tests.X.Y [FAIL]\n      wrong\n", failing.Output, StringComparison.Ordinal);

        Assert.Equal(("A.Tests: 5 passed, 0 failed, 2 skipped in 1.5s\n5 passed, 0 failed, 2 skipped\n", "", 0), await RunAsync("test", "A."));
    }

    [Fact]
    public async Task TestFailsWhenAProjectCrashesOrNothingRan()
    {
        Project("A.Tests", "Starting\nSegmentation fault\n", 139);
        var crashed = await RunAsync("test");
        Assert.Equal(1, crashed.ExitCode);
        Assert.StartsWith("A.Tests: did not finish (exit code 139), see ", crashed.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n0 passed, 1 failed\n", crashed.Output, StringComparison.Ordinal);

        var nothing = await RunAsync("test", "Nowhere");
        Assert.Equal(("0 passed, 1 failed\n", "campaign: no test was run\n", 1), nothing);
    }

    public void Dispose() => _temp.Dispose();

    private string Root(string relative)
    {
        var path = Path.Combine(_temp.FullName, "a repo", relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private void Project(string name, string output, int code)
    {
        _temp.Write($"a repo/tests/{name}/{name}.csproj", "");
        _temp.Write($"{name}.out", output);
        _temp.Write($"{name}.code", $"{code}");
        _temp.Write("a repo/CampaignEngine.sln", "");
    }

    private Task<(string Output, string Errors, int ExitCode)> RunAsync(params string[] arguments) => RunInAsync(_temp.FullName, Root("campaign"), arguments);

    private async Task<(string Output, string Errors, int ExitCode)> RunInAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{_temp["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["STUB"] = _temp.FullName;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (await output, await errors, process.ExitCode);
    }
}
