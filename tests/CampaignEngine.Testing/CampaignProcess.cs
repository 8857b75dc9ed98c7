using System.Diagnostics;

namespace CampaignEngine.Testing;

/// <summary>How a run of the real program ended.</summary>
public sealed record CampaignResult(int ExitCode, string Output, string Errors);

/// <summary>
/// The real program in a process of its own. For test projects that reference CampaignEngine.Cli, which puts campaign.dll beside them.
/// </summary>
public sealed class CampaignProcess : IDisposable
{
    private readonly Process _process;

    private CampaignProcess(Process process) => _process = process;

    /// <summary>The program's file.</summary>
    public static string ProgramFile { get; } = Path.Combine(AppContext.BaseDirectory, "campaign.dll");

    public int Id => _process.Id;

    /// <summary>Runs a command to its end.</summary>
    /// <param name="workspace">Current folder of the process.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Variables to set, or to remove where null. CAMPAIGN_DATABASE is removed unless given here.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    public static async Task<CampaignResult> RunAsync(
        string workspace, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, CancellationToken cancellationToken = default)
    {
        using var run = Start(workspace, arguments, environment);
        return await run.FinishAsync(cancellationToken);
    }

    /// <summary>Starts a command and returns at once. <paramref name="prefix"/> is a program (with arguments) that runs it, such as setpriv.</summary>
    public static CampaignProcess Start(
        string workspace, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, string[]? prefix = null)
    {
        return StartProgram(workspace, [.. prefix ?? [], Host, ProgramFile, .. arguments], environment);
    }

    /// <summary>The program that runs <see cref="ProgramFile"/>.</summary>
    public static string Host => Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet";

    /// <summary>Starts a command line that runs the program itself, in the same environment.</summary>
    public static CampaignProcess StartProgram(string workspace, string[] command, IReadOnlyDictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = workspace,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("CAMPAIGN_DATABASE");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!);
    }

    /// <summary>Reads stdout up to the first line that holds a text.</summary>
    public Task<string> ReadUntilAsync(string text, CancellationToken cancellationToken) => ReadUntilAsync(_process.StandardOutput, text, cancellationToken);

    /// <summary>The same with stderr, where messages go.</summary>
    public Task<string> ReadErrorsUntilAsync(string text, CancellationToken cancellationToken) => ReadUntilAsync(_process.StandardError, text, cancellationToken);

    private async Task<string> ReadUntilAsync(StreamReader stream, string text, CancellationToken cancellationToken)
    {
        while (await stream.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"the program ended before it wrote '{text}': {await _process.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    /// <summary>kill -9: the process gets no chance to tidy up; its children stay.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits for the end and returns everything written since.</summary>
    public async Task<CampaignResult> FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            _process.StandardInput.Close();
            var output = _process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = _process.StandardError.ReadToEndAsync(cancellationToken);
            await _process.WaitForExitAsync(cancellationToken);
            return new(_process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
