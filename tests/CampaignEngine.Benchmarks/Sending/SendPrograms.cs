using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>The processes of a measurement: this program as sender or sink, and postfix's tools where they are installed.</summary>
internal static class SendPrograms
{
    private static readonly int[] Sessions = [2, 4, 8, 16];

    public static string? SmtpSink { get; } = Find("smtp-sink");

    public static string? SmtpSource { get; } = Find("smtp-source");

    /// <summary>This program in another mode of the send benchmark; its output is read.</summary>
    public static Process StartOwn(params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        string[] own = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(SendPrograms).Assembly.Location, "send"] : ["send"];
        return Process.Start(new ProcessStartInfo(program, [.. own, .. arguments]) { RedirectStandardOutput = true })!;
    }

    /// <summary>Runs until it is disposed of.</summary>
    public static Task<IDisposable> StartFastSinkAsync(int port) => ListeningAsync(StartOwn("sink", Text(port)), port);

    /// <summary>Runs until it is disposed of. As root it must be told whom to become.</summary>
    public static Task<IDisposable> StartSmtpSinkAsync(int port) =>
        ListeningAsync(Process.Start(SmtpSink!, [.. Environment.UserName == "root" ? ["-u", "nobody"] : (string[])[], Text($"127.0.0.1:{port}"), "512"]), port);

    /// <summary>The best session count is found on a part of the messages; all of them are then sent with it.</summary>
    public static async Task<(int Sessions, double Seconds)> MeasureSmtpSourceAsync(int port, int messages, int bytes)
    {
        var best = (Sessions: 0, Seconds: double.MaxValue);
        foreach (var sessions in Sessions)
        {
            var seconds = await RunAsync(sessions, Math.Min(20_000, messages));
            best = seconds < best.Seconds ? (sessions, seconds) : best;
        }

        return (best.Sessions, await RunAsync(best.Sessions, messages));

        async Task<double> RunAsync(int sessions, int count)
        {
            var started = Stopwatch.GetTimestamp();
            using var source = Process.Start(
                SmtpSource!, ["-s", Text(sessions), "-m", Text(count), "-l", Text(bytes), "-f", "a@sender.example", "-t", "b@mail.example", Text($"127.0.0.1:{port}")]);
            await source.WaitForExitAsync();
            return source.ExitCode == 0 ? Stopwatch.GetElapsedTime(started).TotalSeconds : throw new InvalidOperationException("smtp-source failed");
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? Find(string name) =>
        ((string[])["/usr/sbin", "/usr/local/sbin", "/usr/bin"]).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static async Task<IDisposable> ListeningAsync(Process process, int port)
    {
        while (!await ListensAsync(port))
        {
            await Task.Delay(20);
        }

        return new Running(process);
    }

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Running(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
