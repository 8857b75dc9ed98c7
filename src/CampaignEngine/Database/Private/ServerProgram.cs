using System.Diagnostics;
using System.Text;

namespace CampaignEngine.Database.Private;

/// <summary>How a short-lived program ended, with everything it printed.</summary>
internal sealed record ProgramResult(int ExitCode, string Output);

/// <summary>
/// Runs PostgreSQL's programs: as the server's account, in the cluster's folder (so that relative paths serve and no path
/// meets a shell), with an environment free of PG* and locale settings that would change what they do.
/// </summary>
internal static class ServerProgram
{
    public static async Task<ProgramResult> RunAsync(
        ServerAccount account, string directory, string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? input = null)
    {
        using var process = Start(account, directory, program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return new(process.ExitCode, new StringBuilder(await output).Append(await errors).ToString().Trim());
    }

    /// <summary>Starts a program that outlives this process; it has to close its inherited streams itself.</summary>
    public static void StartDetached(string directory, string program, IEnumerable<string> arguments)
    {
        using var process = Start(ServerAccount.Self, directory, program, arguments);
        process.StandardInput.Close();
    }

    /// <summary>The full path of a program on PATH or in the system's usual folders; null when there is none.</summary>
    public static string? Find(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private static Process Start(ServerAccount account, string directory, string program, IEnumerable<string> arguments)
    {
        var command = account.Wrap(program, [.. arguments]);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)
            || name.StartsWith("LC_", StringComparison.Ordinal) || name is "LANG" or "LANGUAGE").ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
    }
}
