using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Runs programs that share no line with ours; a test that needs one that is missing is skipped with the package's name.</summary>
internal static class ForeignProgram
{
    /// <summary>How many messages or inputs the long tests take: <paramref name="usual"/>, or what the environment variable says.</summary>
    public static int Count(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var count) && count > 0 ? count : usual;

    /// <summary>The first of the paths that exists.</summary>
    public static string Find(string package, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"{paths[0]} is not installed (Debian package {package}).");
        return "";
    }

    /// <summary>Debian's Python with a module of a Debian package; another Python on PATH does not see it.</summary>
    public static async Task<string> FindPythonAsync(string package, string module)
    {
        var python = Find("python3", "/usr/bin/python3");
        var probe = await RunAsync(python, ["-c", $"import {module}"], default);
        Assert.SkipUnless(probe.ExitCode == 0, $"Python's module {module} is not installed (Debian package {package}).");
        return python;
    }

    /// <summary>Runs to its end with <paramref name="input"/> on standard input.</summary>
    public static async Task<(int ExitCode, string Output, string Complaints)> RunAsync(
        string program, IEnumerable<string> arguments, ReadOnlyMemory<byte> input, string? folder = null)
    {
        var token = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        })!;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var complaints = process.StandardError.ReadToEndAsync(token);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program may end without reading everything; its exit code tells.
        }

        await process.WaitForExitAsync(token);
        return (process.ExitCode, await output, await complaints);
    }

    /// <summary>A port that nobody listens on now, for programs that must be told one.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
