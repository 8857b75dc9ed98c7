using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CampaignEngine.Testing;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>
/// A frozen list, rendered, sent and ledgered with synchronous_commit on, with database, sender and sink on this machine, against postfix's
/// smtp-source with ready messages of the same size: <c>send --people 1000000</c>. Sender and sink are processes of their own. <c>--lanes N</c> sets the
/// engine's connections, <c>--in FOLDER</c> keeps the base for another run, <c>--only NAME</c> measures one row. Built with <c>-p:WithMailKitLoop=true</c>
/// it also measures a tuned loop over Scriban and MailKit.
/// </summary>
internal sealed class SendBenchmark
{
    // The rate of the loop does not depend on how many it sends, and a million would take it ten minutes.
    private const int MailKitMessages = 100_000;

    private readonly Dictionary<string, double> _rates = [];
    private readonly string? _only;
    private readonly int _people;
    private readonly SendRoute _route;
    private readonly string _folder;
    private readonly SendWorkspace _workspace;

    private SendBenchmark(string? only, int people, SendRoute route, string folder, SendWorkspace workspace) =>
        (_only, _people, _route, _folder, _workspace) = (only, people, route, folder, workspace);

    public static Task RunAsync(string[] args) => args switch
    {
        ["sink", var port] => Task.Run(() => new FastSink().Run(Number(port))),
        ["worker", var folder] => SendChild.WorkAsync(folder),
        ["unledgered", var folder] => SendChild.WorkWithoutLedgerAsync(folder),
#if WITH_MAILKIT_LOOP
        ["mailkit", var folder, var most] => SendChild.WorkWithMailKitAsync(folder, Number(most)),
#endif
        _ => MeasureAsync(args),
    };

    private static async Task MeasureAsync(string[] args)
    {
        var people = Number(Option(args, "--people") ?? "100000");
        using var temporary = Option(args, "--in") is null ? new TempDirectory("send") : null;
        var folder = Path.GetFullPath(Option(args, "--in") ?? temporary!.FullName);
        var filled = Directory.Exists(Path.Combine(folder, "templates"));
        var route = new SendRoute(SendPrograms.FreePort(), Number(Option(args, "--lanes") ?? "4"));
        SendWorkspace.Write(folder, route);
        await using var workspace = await SendWorkspace.OpenAsync(folder, CancellationToken.None);
        if (!filled)
        {
            await workspace.FillAsync(people, CancellationToken.None);
        }

        Line($"{people:N0} people, {route.Lanes} connections\n\n| sender | into | messages/s | seconds | peak memory |\n|---|---|---:|---:|---:|");
        await new SendBenchmark(Option(args, "--only"), people, route, folder, workspace).MeasureAsync();
    }

    private async Task MeasureAsync()
    {
        // First, for it says how large the messages are that smtp-source has to match.
        var bytes = 0;
        using (await SendPrograms.StartFastSinkAsync(_route.Port))
        {
            if (Wanted("unledgered") || Wanted("smtp-source"))
            {
                bytes = await SendAsync("unledgered", "CampaignEngine without its ledger", "fast sink", _route, "unledgered");
            }

            if (Wanted("fast"))
            {
                await SendAsync("fast", "CampaignEngine", "fast sink", _route, "worker");
            }

            if (Wanted("tls"))
            {
                await SendAsync("tls", "CampaignEngine", "fast sink, STARTTLS", _route with { Tls = true }, "worker");
            }

            if (Wanted("dkim"))
            {
                MeasureSignatures();
                await SendAsync("dkim", "CampaignEngine, signing (DKIM, rsa-2048)", "fast sink", _route with { Dkim = true }, "worker");
            }

            if (Wanted("mailkit"))
            {
                await MeasureMailKitAsync();
            }
        }

        if (Wanted("smtp-source"))
        {
            await MeasureSmtpSourceAsync(bytes);
        }

        if (Wanted("smtp-sink"))
        {
            await MeasureSmtpSinkAsync();
        }

        Console.WriteLine();
        Ratio("smtp-sink", "smtp-source", 1);
        Ratio("dkim", "signatures", null);
        Ratio("fast", "mailkit", 4);
        Ratio("fast", "unledgered", 0.85);
    }

    // What the machine can sign when it does nothing else: no sender that signs can be faster.
    private void MeasureSignatures()
    {
        var seconds = TimeSpan.FromSeconds(3);
        var signed = 0;
        var started = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            using var rsa = RSA.Create(2048);
            var (hash, signature) = (new byte[SHA256.HashSizeInBytes], new byte[256]);
            while (Stopwatch.GetElapsedTime(started) < seconds)
            {
                rsa.SignHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                Interlocked.Increment(ref signed);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Row("signatures", string.Create(CultureInfo.InvariantCulture, $"rsa-2048 signatures and nothing else, {threads.Count} threads"), "nowhere", signed, Stopwatch.GetElapsedTime(started).TotalSeconds, "");
    }

    private async Task MeasureMailKitAsync()
    {
#if WITH_MAILKIT_LOOP
        var most = Math.Min(_people, MailKitMessages);
        await SendAsync("mailkit", string.Create(CultureInfo.InvariantCulture, $"Scriban and MailKit, tuned, nothing recorded ({most:N0} messages)"), "fast sink", _route, "mailkit", most.ToString(CultureInfo.InvariantCulture));
#else
        Line($"| Scriban and MailKit, tuned, at most {MailKitMessages:N0} messages: not in this build; build with -p:WithMailKitLoop=true where the feed has both packages | | | | |");
        await Task.CompletedTask;
#endif
    }

    private async Task MeasureSmtpSourceAsync(int bytes)
    {
        if (SendPrograms.SmtpSource is null || SendPrograms.SmtpSink is null)
        {
            Line($"| smtp-source: not on this machine (Debian: postfix) | | | | |");
            return;
        }

        using var sink = await SendPrograms.StartSmtpSinkAsync(_route.Port);
        var (sessions, seconds) = await SendPrograms.MeasureSmtpSourceAsync(_route.Port, _people, bytes);
        Row("smtp-source", string.Create(CultureInfo.InvariantCulture, $"smtp-source, {sessions} sessions, ready messages of {bytes:N0} bytes"), "smtp-sink", _people, seconds, "");
    }

    private async Task MeasureSmtpSinkAsync()
    {
        if (SendPrograms.SmtpSink is null)
        {
            Line($"| CampaignEngine into smtp-sink: not on this machine (Debian: postfix) | | | | |");
            return;
        }

        using var sink = await SendPrograms.StartSmtpSinkAsync(_route.Port);
        await SendAsync("smtp-sink", "CampaignEngine", "smtp-sink", _route, "worker");
    }

    // The mean size of a message, where the sender has measured it.
    private async Task<int> SendAsync(string name, string sender, string into, SendRoute route, string mode, params string[] more)
    {
        SendWorkspace.Write(_folder, route);
        await _workspace.RewindAsync(CancellationToken.None);
        using var child = SendPrograms.StartOwn([mode, _folder, .. more]);
        var line = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (child.ExitCode != 0 || line.Trim().Split(' ') is not [var sent, var seconds, var memory, var size])
        {
            throw new InvalidOperationException($"the sender failed: {line}");
        }

        Row(name, size == "0" ? sender : string.Create(CultureInfo.InvariantCulture, $"{sender}, {Number(size):N0} bytes each"), into, Number(sent), double.Parse(seconds, CultureInfo.InvariantCulture), memory + " MiB");
        return Number(size);
    }

    private bool Wanted(string name) => _only is null || _only == name;

    private void Row(string name, string sender, string into, int messages, double seconds, string memory)
    {
        _rates[name] = messages / seconds;
        Line($"| {sender} | {into} | {messages / seconds:N0} | {seconds:0.0} | {memory} |");
    }

    private void Ratio(string one, string other, double? target)
    {
        if (_rates.TryGetValue(one, out var rate) && _rates.TryGetValue(other, out var than))
        {
            var aim = target is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (target: {target:0.00})");
            Line($"{one} / {other}: {rate / than:0.00}{aim}");
        }
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
