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
    private readonly TimeProvider _time;
    private readonly Channel<(string To, byte[] Mail)> _waiting = Channel.CreateBounded<(string, byte[])>(MostWaiting);
    private readonly Task _sending;
    private SmtpConnection? _connection;
    private long _taken;
    private long _returned;
    private long _refused;

    private ReturnSender(ScriptedFaults faults, SmtpRoute? route, string? folder, TimeProvider time)
    {
        (_faults, _route, _folder, _time) = (faults, route, folder, time);
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>Reports that were taken, and that were not.</summary>
    public (long Returned, long Refused) Counts => (Interlocked.Read(ref _returned), Interlocked.Read(ref _refused));

    /// <summary>Whether any of the faults sends mail back.</summary>
    public static bool IsNeeded(ScriptedFaults faults) => faults.HasAny(ReturnedMail.Kinds);

    /// <summary>To a listener on the loopback.</summary>
    /// <exception cref="ArgumentException">It is not on the loopback.</exception>
    public static ReturnSender To(IPEndPoint listener, ScriptedFaults faults, TimeProvider time) => IPAddress.IsLoopback(listener.Address)
        ? new ReturnSender(faults, new SmtpRoute { Host = listener.Address.ToString(), Port = listener.Port, Tls = SmtpTls.Off, HelloName = "inbox.invalid" }, null, time)
        : throw new ArgumentException($"{listener} is not this machine; bounces and complaints of a rehearsal stay here", nameof(listener));

    /// <summary>As files in a folder, one a report.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static ReturnSender To(string folder, ScriptedFaults faults, TimeProvider time) =>
        new(faults, null, Directory.CreateDirectory(folder).FullName, time);

    /// <summary>Sends something back about a message that was taken, if it is its turn.</summary>
    public ValueTask AddAsync(ReceivedMessage message)
    {
        var number = Interlocked.Increment(ref _taken);
        return message.Sender.Length > 0 && _faults.Find(number, message.Recipients[0], ReturnedMail.Kinds) is { } kind
            ? _waiting.Writer.WriteAsync((message.Sender, ReturnedMail.Compose(kind, message, number)))
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
        await foreach (var (to, mail) in _waiting.Reader.ReadAllAsync())
        {
            var done = _folder is null ? await SendAsync(to, mail) : await WriteAsync(mail);
            Interlocked.Increment(ref done ? ref _returned : ref _refused);
        }
    }

    private async Task<bool> WriteAsync(byte[] mail)
    {
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder!, string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow().UtcTicks}-{_returned}.eml")), mail);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<bool> SendAsync(string to, byte[] mail)
    {
        if (!EmailAddress.TryParse(to, out var recipient, out _))
        {
            return false;
        }

        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            try
            {
                if (_connection is not { IsUsable: true, IsSpent: false })
                {
                    await (_connection?.DisposeAsync() ?? ValueTask.CompletedTask);
                    _connection = await SmtpConnection.ConnectAsync(_route!, _time, CancellationToken.None);
                }

                var verdict = await _connection.SendAsync(new SmtpEnvelope(default, recipient), mail, static () => true, CancellationToken.None);
                if (verdict.Kind is SmtpVerdictKind.Accepted or SmtpVerdictKind.Rejected)
                {
                    return verdict.Kind == SmtpVerdictKind.Accepted;
                }
            }
            catch (SmtpConnectException)
            {
                // The engine may not listen yet; what cannot be told after three attempts counts as refused.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), _time);
        }

        return false;
    }
}
