using System.Globalization;
using System.Net;
using System.Threading.Channels;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Rehearsing.Returns;

/// <summary>
/// Sends bounces and complaints back for a share of what the inbox took: by SMTP to the engine's own listener, or as files for <c>campaign ingest</c>. Only to this machine: a
/// rehearsal reaches nobody outside.
/// </summary>
public sealed class ReturnSender : IAsyncDisposable
{
    private const int MostWaiting = 10_000;
    private const int MostAttempts = 3;

    private readonly ScriptedFaults _faults;
    private readonly SmtpRoute? _route;
    private readonly string? _folder;
    private readonly SentBackLog? _log;
    private readonly TimeProvider _time;
    private readonly Channel<Report> _waiting = Channel.CreateBounded<Report>(MostWaiting);
    private readonly Task _sending;
    private SmtpConnection? _connection;
    private long _taken;
    private long _returned;
    private long _refused;

    private ReturnSender(ScriptedFaults faults, SmtpRoute? route, string? folder, SentBackLog? log, TimeProvider time)
    {
        (_faults, _route, _folder, _log, _time) = (faults, route, folder, log, time);
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>Reports that were taken, and that were not.</summary>
    public (long Returned, long Refused) Counts => (Interlocked.Read(ref _returned), Interlocked.Read(ref _refused));

    /// <summary>Whether any of the faults sends mail back.</summary>
    public static bool IsNeeded(ScriptedFaults faults) => faults.HasAny(ReturnedMail.Kinds);

    /// <summary>To a listener on the loopback.</summary>
    /// <param name="log">Where it is written down; null: nowhere.</param>
    /// <exception cref="ArgumentException">It is not on the loopback.</exception>
    public static ReturnSender To(IPEndPoint listener, ScriptedFaults faults, SentBackLog? log, TimeProvider time) => IPAddress.IsLoopback(listener.Address)
        ? new ReturnSender(faults, new SmtpRoute { Host = listener.Address.ToString(), Port = listener.Port, Tls = SmtpTls.Off, HelloName = "inbox.invalid" }, null, log, time)
        : throw new ArgumentException($"{listener} is not this machine; bounces and complaints of a rehearsal stay here", nameof(listener));

    /// <summary>As files in a folder, one a report.</summary>
    /// <param name="log">Where it is written down; null: nowhere.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static ReturnSender To(string folder, ScriptedFaults faults, SentBackLog? log, TimeProvider time) =>
        new(faults, null, Directory.CreateDirectory(folder).FullName, log, time);

    /// <summary>Sends something back about a message that was taken, if it is its turn.</summary>
    /// <param name="number">Of the message in the store.</param>
    public ValueTask AddAsync(ReceivedMessage message, long number)
    {
        // The share counts what this inbox took; the store may have held others before.
        var turn = Interlocked.Increment(ref _taken);
        return message.Sender.Length > 0 && _faults.Find(turn, message.Recipients[0], ReturnedMail.Kinds) is { } kind
            ? _waiting.Writer.WriteAsync(new Report(number, kind, message.Sender, ReturnedMail.Compose(kind, message, turn)))
            : ValueTask.CompletedTask;
    }

    /// <summary>Sends what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _sending;
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.QuitAsync(CancellationToken.None);
            await connection.DisposeAsync();
        }
    }

    private async Task SendAllAsync()
    {
        await foreach (var report in _waiting.Reader.ReadAllAsync())
        {
            var sent = _folder is null ? await SendAsync(report) : await WriteAsync(report);
            Interlocked.Increment(ref sent.Taken ? ref _returned : ref _refused);
            _log?.Add(report.Number, sent);
        }
    }

    private async Task<SentBack> WriteAsync(Report report)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow().UtcTicks}-{_returned}.eml");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder!, name), report.Mail);
            return Became(report, taken: true, null, name);
        }
        catch (IOException fault)
        {
            return Became(report, taken: false, null, fault.Message);
        }
    }

    private async Task<SentBack> SendAsync(Report report)
    {
        if (!EmailAddress.TryParse(report.To, out var recipient, out _))
        {
            return Became(report, taken: false, null, $"{report.To} is no address");
        }

        for (var attempt = 1; ; attempt++)
        {
            SentBack became;
            try
            {
                if (_connection is not { IsUsable: true, IsSpent: false })
                {
                    await (_connection?.DisposeAsync() ?? ValueTask.CompletedTask);
                    _connection = await SmtpConnection.ConnectAsync(_route!, _time, CancellationToken.None);
                }

                var verdict = await _connection.SendAsync(new SmtpEnvelope(default, recipient), report.Mail, static () => true, CancellationToken.None);
                became = Became(report, verdict.Kind == SmtpVerdictKind.Accepted, verdict.Code == 0 ? null : verdict.Code, verdict.Text);
                if (verdict.Kind is SmtpVerdictKind.Accepted or SmtpVerdictKind.Rejected)
                {
                    return became;
                }
            }
            catch (SmtpConnectException fault)
            {
                // The engine may not listen yet.
                became = Became(report, taken: false, null, fault.Message);
            }

            if (attempt == MostAttempts)
            {
                return became;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), _time);
        }
    }

    private SentBack Became(Report report, bool taken, int? code, string answer) =>
        new() { Kind = report.Kind, Status = ReturnedMail.StatusOf(report.Kind), At = _time.GetUtcNow(), Taken = taken, Code = code, Answer = answer };

    private sealed record Report(long Number, string Kind, string To, byte[] Mail);
}
