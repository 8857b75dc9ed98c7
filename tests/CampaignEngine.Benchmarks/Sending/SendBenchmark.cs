using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CampaignEngine.Testing;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>
/// A frozen list, rendered, sent and ledgered with synchronous_commit on, with database, sender and sink on this machine, against postfix's
/// smtp-source with ready messages of the same size: <c>send --people 1000000</c>. Sender and sink are processes of their own. <c>--in FOLDER</c>
/// keeps the base for another run; <c>--only NAME</c> measures one row.
/// </summary>
internal static class SendBenchmark
{
    private static readonly int[] Sessions = [2, 4, 8, 16];

    public static Task RunAsync(string[] args) => args switch
    {
        ["sink", var port] => Task.Run(() => new FastSink().Run(Number(port))),
        ["worker", var folder] => WorkAsync(folder, withLedger: true),
        ["unledgered", var folder] => WorkAsync(folder, withLedger: false),
        _ => MeasureAsync(args),
    };

    private static async Task MeasureAsync(string[] args)
    {
        var people = Number(Option(args, "--people") ?? "100000");
        var only = Option(args, "--only");
        using var temporary = Option(args, "--in") is null ? new TempDirectory("send") : null;
        var folder = Path.GetFullPath(Option(args, "--in") ?? temporary!.FullName);
        var filled = Directory.Exists(Path.Combine(folder, "templates"));
        var port = FreePort();
        SendWorkspace.Write(folder, port);
        await using var workspace = await SendWorkspace.OpenAsync(folder, CancellationToken.None);
        if (!filled)
        {
            await workspace.FillAsync(people, CancellationToken.None);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{people:N0} people\n\n| sender | into | messages/s | seconds | peak memory |\n|---|---|---:|---:|---:|"));
        // First, for it says how large the messages are that smtp-source has to match.
        var bytes = 0;
        using (await StartSinkAsync(Start(Environment.ProcessPath!, ["sink", Text(port)]), port))
        {
            if (Wanted("unledgered") || Wanted("smtp-source"))
            {
                bytes = await EngineAsync("CampaignEngine without its ledger", "fast sink", "unledgered");
            }

            if (Wanted("fast"))
            {
                await EngineAsync("CampaignEngine", "fast sink", "worker");
            }
        }

        if (Program("smtp-sink") is { } smtpSink && Program("smtp-source") is { } smtpSource)
        {
            if (Wanted("smtp-source"))
            {
                await MeasureSmtpSourceAsync(smtpSource, smtpSink, port, people, bytes);
            }

            if (Wanted("smtp-sink"))
            {
                using var sink = await StartSinkAsync(StartSmtpSink(smtpSink, port), port);
                await EngineAsync("CampaignEngine", "smtp-sink", "worker");
            }
        }

        bool Wanted(string name) => only is null || only == name;

        // The mean size of a message, where the sender has measured it.
        async Task<int> EngineAsync(string name, string into, string mode)
        {
            await workspace.RewindAsync(CancellationToken.None);
            using var child = Start(Environment.ProcessPath!, [mode, folder]);
            var line = await child.StandardOutput.ReadToEndAsync();
            await child.WaitForExitAsync();
            if (child.ExitCode != 0 || line.Trim().Split(' ') is not [var sent, var seconds, var memory, var size])
            {
                throw new InvalidOperationException($"the sender failed: {line}");
            }

            Row(name, into, double.Parse(sent, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture), memory + " MiB");
            return Number(size);
        }
    }

    // The best session count is found on a part of the messages; all of them are then sent with it.
    private static async Task MeasureSmtpSourceAsync(string program, string smtpSink, int port, int messages, int bytes)
    {
        using var sink = await StartSinkAsync(StartSmtpSink(smtpSink, port), port);
        var best = (Sessions: 0, Seconds: double.MaxValue);
        foreach (var sessions in Sessions)
        {
            var seconds = await RunAsync(sessions, Math.Min(20_000, messages));
            best = seconds < best.Seconds ? (sessions, seconds) : best;
        }

        Row(Text($"smtp-source, {best.Sessions} sessions, ready messages of {bytes:N0} bytes"), "smtp-sink", messages, await RunAsync(best.Sessions, messages), "");

        async Task<double> RunAsync(int sessions, int count)
        {
            var started = Stopwatch.GetTimestamp();
            using var source = Start(
                program, ["-s", Text(sessions), "-m", Text(count), "-l", Text(bytes), "-f", "a@sender.example", "-t", "b@mail.example", Text($"127.0.0.1:{port}")]);
            await source.WaitForExitAsync();
            return source.ExitCode == 0 ? Stopwatch.GetElapsedTime(started).TotalSeconds : throw new InvalidOperationException("smtp-source failed");
        }
    }

    // The child: sends everything that is due, prints how many, how long it took, the peak of its memory in MiB, and the mean size of a message where it was measured, else 0.
    private static async Task WorkAsync(string folder, bool withLedger)
    {
        await using var workspace = await SendWorkspace.OpenAsync(folder, CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        var (sent, bytes) = withLedger
            ? ((await workspace.Services.Worker(null, null, Console.Error.WriteLine).RunUntilIdleAsync(CancellationToken.None)).Accepted, 0L)
            : await UnledgeredSender.RunAsync(workspace, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent} {seconds:0.000} {self.PeakWorkingSet64 / 1048576} {bytes / Math.Max(sent, 1)}"));
    }

    private static void Row(string sender, string into, double messages, double seconds, string memory) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"| {sender} | {into} | {messages / seconds:N0} | {seconds:0.0} | {memory} |"));

    private static string? Program(string name) =>
        ((string[])["/usr/sbin", "/usr/local/sbin", "/usr/bin"]).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    // As root it must be told whom to become.
    private static Process StartSmtpSink(string program, int port) =>
        Start(program, [.. Environment.UserName == "root" ? ["-u", "nobody"] : (string[])[], Text($"127.0.0.1:{port}"), "512"]);

    private static async Task<Running> StartSinkAsync(Process process, int port)
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

    private static Process Start(string program, string[] arguments)
    {
        var own = program == Environment.ProcessPath;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = own };
        string[] before = !own ? [] : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(SendBenchmark).Assembly.Location, "send"] : ["send"];
        foreach (var argument in (string[])[.. before, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

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
