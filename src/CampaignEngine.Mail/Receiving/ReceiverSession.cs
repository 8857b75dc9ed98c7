using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>One client's conversation with the receiver.</summary>
internal sealed class ReceiverSession(
    Socket socket,
    long number,
    SmtpReceiverOptions options,
    Func<ReceivedMessage, CancellationToken, ValueTask<SmtpReply>> handler,
    TimeProvider time,
    CancellationToken stop) : IAsyncDisposable
{
    private const int UsualBuffer = 64 * 1024;
    private const int LongestCommand = 2048;
    private const int MostBadCommands = 20;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly ArrayBufferWriter<byte> _out = new(1024);
    private readonly List<string> _recipients = [];
    private readonly EndPoint? _remote = socket.RemoteEndPoint;
    private readonly CancellationTokenSource _clock = new(Timeout.InfiniteTimeSpan, time);
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);
    private byte[] _in = ArrayPool<byte>.Shared.Rent(UsualBuffer);
    private int _start;
    private int _end;
    private string? _hello;
    private string? _sender;
    private bool _utf8;
    private string? _user;
    private int _messages;
    private int _badCommands;

    private enum Next
    {
        GoOn,
        Close,
        ClientLeft,
    }

    private string RecipientsForScript => options.Script.IsEmpty ? "" : string.Join(',', _recipients);

    public async Task RunAsync(bool crowded)
    {
        socket.NoDelay = true;
        using var stopping = stop.UnsafeRegister(static clock => ((CancellationTokenSource)clock!).Cancel(), _clock);
        try
        {
            if (options.ImplicitTls)
            {
                await StartEncryptionAsync();
            }

            var next = await GreetAsync(crowded);
            while (next == Next.GoOn)
            {
                await FlushAsync();
                next = await FillAsync() ? await AnswerBufferedAsync() : Next.ClientLeft;
            }

            if (next == Next.Close && _out.WrittenCount > 0)
            {
                await FlushAsync();
                await LetTheClientReadAsync();
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
            // The client is gone, silent for too long, or the receiver stops. What was stored is stored; nothing else was promised.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _clock.Dispose();
        ArrayPool<byte>.Shared.Return(_in);
    }

    private async ValueTask<Next> GreetAsync(bool crowded)
    {
        if (crowded)
        {
            Say(421, "4.3.2", "too many connections");
            return Next.Close;
        }

        return await ActAsync(ReceiverMoment.Connected, "") is { } scripted ? scripted : SayAndGoOn(220, null, options.HostName + " ESMTP");
    }

    private async ValueTask<Next> AnswerBufferedAsync()
    {
        while (true)
        {
            var length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0)
            {
                if (_end - _start <= LongestCommand)
                {
                    return Next.GoOn;
                }

                Say(500, "5.5.2", "line too long");
                return Next.Close;
            }

            var line = _in.AsMemory(_start, length);
            _start += length + 1;
            if (length == 0 || line.Span[^1] != '\r' || length > LongestCommand)
            {
                Say(500, "5.5.2", length > LongestCommand ? "line too long" : "a line ends in CR LF");
                return Next.Close;
            }

            if (await AnswerAsync(line[..^1]) == Next.Close)
            {
                return Next.Close;
            }
        }
    }

    private ValueTask<Next> AnswerAsync(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        if (span.ContainsAnyInRange((byte)0, (byte)31) || span.Contains((byte)127))
        {
            return ValueTask.FromResult(BadCommand(500, "5.5.2", "control characters in a command"));
        }

        var space = span.IndexOf((byte)' ');
        var verb = space < 0 ? span : span[..space];
        var rest = space < 0 ? "" : Encoding.UTF8.GetString(span[(space + 1)..]).Trim();
        return verb switch
        {
            _ when Is(verb, "MAIL"u8) => MailAsync(rest),
            _ when Is(verb, "RCPT"u8) => RecipientAsync(rest),
            _ when Is(verb, "DATA"u8) => DataAsync(rest),
            _ when Is(verb, "EHLO"u8) => HelloAsync(rest, extended: true),
            _ when Is(verb, "HELO"u8) => HelloAsync(rest, extended: false),
            _ when Is(verb, "RSET"u8) => ResetAsync(),
            _ when Is(verb, "QUIT"u8) => QuitAsync(),
            _ when Is(verb, "NOOP"u8) => ValueTask.FromResult(SayAndGoOn(250, "2.0.0", "ok")),
            _ when Is(verb, "VRFY"u8) => ValueTask.FromResult(SayAndGoOn(252, "2.5.0", "send some mail and see")),
            _ when Is(verb, "STARTTLS"u8) => StartTlsAsync(),
            _ when Is(verb, "AUTH"u8) => AuthenticateAsync(rest),
            _ => ValueTask.FromResult(BadCommand(500, "5.5.1", "unknown command")),
        };
    }

    private async ValueTask<Next> HelloAsync(string name, bool extended)
    {
        if (await ActAsync(ReceiverMoment.Hello, name) is { } scripted)
        {
            return scripted;
        }

        if (name.Length == 0)
        {
            return BadCommand(501, "5.5.4", "say your name");
        }

        _hello = name;
        ResetTransaction();
        if (!extended)
        {
            return SayAndGoOn(250, null, options.HostName);
        }

        Line($"250-{options.HostName}");
        if (options.OffersPipelining)
        {
            Line("250-PIPELINING");
        }

        if (options.Certificate is not null && _stream is not SslStream)
        {
            Line("250-STARTTLS");
        }

        if (options.Authenticate is not null)
        {
            Line("250-AUTH PLAIN LOGIN");
        }

        Line($"250-SIZE {options.LargestMessage}");
        Line("250-8BITMIME");
        Line("250-ENHANCEDSTATUSCODES");
        Line("250 SMTPUTF8");
        return Next.GoOn;
    }

    private async ValueTask<Next> MailAsync(string rest)
    {
        _messages++;
        var command = ReceiverCommand.Read(rest, "FROM:");
        if (await ActAsync(ReceiverMoment.Mail, command.Address ?? rest) is { } scripted)
        {
            return scripted;
        }

        if (_hello is null || _sender is not null)
        {
            return BadCommand(503, "5.5.1", _hello is null ? "say EHLO first" : "one MAIL at a time");
        }

        if (options.Authenticate is not null && _user is null)
        {
            return BadCommand(530, "5.7.0", "authenticate first");
        }

        if (command.Address is null)
        {
            return BadCommand(501, "5.5.4", "MAIL FROM:<address>");
        }

        var utf8 = false;
        foreach (var parameter in command.Parameters)
        {
            switch (parameter.ToUpperInvariant().Split('='))
            {
                case ["SIZE", var text] when long.TryParse(text, out var size):
                    if (size > options.LargestMessage)
                    {
                        return SayAndGoOn(552, "5.3.4", "message too large");
                    }

                    break;
                case ["BODY", "7BIT" or "8BITMIME"]:
                    break;
                case ["SMTPUTF8"]:
                    utf8 = true;
                    break;
                default:
                    return SayAndGoOn(555, "5.5.4", "unknown parameter");
            }
        }

        if (!utf8 && !Ascii.IsValid(command.Address))
        {
            return SayAndGoOn(550, "5.6.7", "the address needs SMTPUTF8");
        }

        _sender = command.Address;
        _utf8 = utf8;
        return SayAndGoOn(250, "2.1.0", "ok");
    }

    private async ValueTask<Next> RecipientAsync(string rest)
    {
        var command = ReceiverCommand.Read(rest, "TO:");
        if (await ActAsync(ReceiverMoment.Recipient, command.Address ?? rest) is { } scripted)
        {
            return scripted;
        }

        if (_sender is null)
        {
            return BadCommand(503, "5.5.1", "MAIL first");
        }

        if (string.IsNullOrEmpty(command.Address))
        {
            return BadCommand(501, "5.5.4", "RCPT TO:<address>");
        }

        if (command.Parameters.Count > 0)
        {
            return SayAndGoOn(555, "5.5.4", "unknown parameter");
        }

        if (!_utf8 && !Ascii.IsValid(command.Address))
        {
            return SayAndGoOn(550, "5.6.7", "the address needs SMTPUTF8");
        }

        if (_recipients.Count >= options.MostRecipients)
        {
            return SayAndGoOn(452, "4.5.3", "too many recipients");
        }

        _recipients.Add(command.Address);
        return SayAndGoOn(250, "2.1.5", "ok");
    }

    private async ValueTask<Next> DataAsync(string rest)
    {
        if (await ActAsync(ReceiverMoment.Data, RecipientsForScript) is { } scripted)
        {
            return scripted;
        }

        if (rest.Length > 0)
        {
            return BadCommand(501, "5.5.4", "DATA stands alone");
        }

        if (_sender is null)
        {
            return BadCommand(503, "5.5.1", "MAIL first");
        }

        if (_recipients.Count == 0)
        {
            return SayAndGoOn(554, "5.5.1", "no valid recipients");
        }

        Say(354, null, "end with CR LF . CR LF");
        return await ReadMessageAsync();
    }

    private async ValueTask<Next> ReadMessageAsync()
    {
        var scanner = new MessageScanner(_start, options.LongestLine);
        long discarded = 0;
        while (true)
        {
            var state = scanner.Scan(_in.AsSpan(0, _end));
            if (scanner.Length > options.LargestMessage)
            {
                discarded += scanner.Length;
                scanner.Discard();
            }

            switch (state)
            {
                case ScanState.Complete:
                    _start = scanner.Next;
                    return discarded > 0 ? TooLarge() : await DeliverAsync(_in.AsMemory(scanner.Start, scanner.Length));
                case ScanState.More when discarded > options.LargestMessage:
                    Say(552, "5.3.4", "message far too large");
                    return Next.Close;
                case ScanState.More:
                    break;
                default:
                    Say(550, state == ScanState.LineTooLong ? "5.6.0" : "5.6.11", state switch
                    {
                        ScanState.BareLineFeed => "a line feed without carriage return; only CR LF ends a line",
                        ScanState.BareCarriageReturn => "a carriage return without line feed; only CR LF ends a line",
                        _ => "a line is too long",
                    });
                    return Next.Close;
            }

            await FlushAsync();
            MakeRoom(ref scanner);
            if (!await ReadMoreAsync())
            {
                return Next.Close;
            }
        }
    }

    private Next TooLarge()
    {
        ResetTransaction();
        return SayAndGoOn(552, "5.3.4", "message too large");
    }

    private async ValueTask<Next> DeliverAsync(ReadOnlyMemory<byte> data)
    {
        var recipients = RecipientsForScript;
        if (await ActAsync(ReceiverMoment.MessageEnd, recipients) is { } before)
        {
            ResetTransaction();
            return before;
        }

        var message = new ReceivedMessage
        {
            Sender = _sender!,
            Recipients = [.. _recipients],
            Data = data,
            ReceivedAt = time.GetUtcNow(),
            HelloName = _hello!,
            RemoteEndPoint = _remote,
            User = _user,
            IsEncrypted = _stream is SslStream,
        };
        ResetTransaction();
        SmtpReply reply;
        try
        {
            // Not to be cancelled: a message half stored when the receiver stops would be neither received nor refused.
            reply = await handler(message, CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever the store's trouble is, the client must be told that its message was not taken.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            options.HandlerFailed?.Invoke(fault);
            return SayAndGoOn(451, "4.3.0", "not stored; try again later");
        }

        if (await ActAsync(ReceiverMoment.Stored, recipients) is { } after)
        {
            return after;
        }

        Say(reply.Code, reply.EnhancedCode, reply.Text);
        return reply.Code == 421 ? Next.Close : Next.GoOn;
    }

    private async ValueTask<Next> ResetAsync()
    {
        if (await ActAsync(ReceiverMoment.Reset, "") is { } scripted)
        {
            return scripted;
        }

        ResetTransaction();
        return SayAndGoOn(250, "2.0.0", "ok");
    }

    private async ValueTask<Next> QuitAsync()
    {
        if (await ActAsync(ReceiverMoment.Quit, "") is null)
        {
            Say(221, "2.0.0", "bye");
        }

        return Next.Close;
    }

    private async ValueTask<Next> StartTlsAsync()
    {
        if (await ActAsync(ReceiverMoment.StartTls, "") is { } scripted)
        {
            return scripted;
        }

        if (options.Certificate is null || _stream is SslStream)
        {
            return BadCommand(502, "5.5.1", "no TLS here");
        }

        if (_start < _end)
        {
            Say(554, "5.5.1", "nothing may follow STARTTLS in clear text");
            return Next.Close;
        }

        Say(220, "2.0.0", "go ahead");
        await FlushAsync();
        await StartEncryptionAsync();
        _hello = null;
        _user = null;
        ResetTransaction();
        return Next.GoOn;
    }

    private async Task StartEncryptionAsync()
    {
        _clock.CancelAfter(options.IdleTimeout);
        var encrypted = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = encrypted;
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = options.Certificate }, _clock.Token);
    }

    private async ValueTask<Next> AuthenticateAsync(string rest)
    {
        if (await ActAsync(ReceiverMoment.Authenticate, "") is { } scripted)
        {
            return scripted;
        }

        if (options.Authenticate is null || _hello is null || _user is not null || _sender is not null)
        {
            return BadCommand(503, "5.5.1", "AUTH is not possible now");
        }

        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? user = null;
        string? password = null;
        switch (words)
        {
            case [var mechanism, ..] when mechanism.Equals("PLAIN", StringComparison.OrdinalIgnoreCase):
                var parts = (words.Length > 1 ? Decode(words[1]) : await AskAsync(""))?.Split('\0');
                (user, password) = parts is [_, var first, var second] ? (first, second) : (null, null);
                break;
            case [var mechanism, ..] when mechanism.Equals("LOGIN", StringComparison.OrdinalIgnoreCase):
                user = words.Length > 1 ? Decode(words[1]) : await AskAsync("VXNlcm5hbWU6");
                password = user is null ? null : await AskAsync("UGFzc3dvcmQ6");
                break;
            default:
                return BadCommand(504, "5.5.4", "PLAIN or LOGIN");
        }

        if (user is null || password is null)
        {
            return BadCommand(501, "5.5.2", "not a valid answer");
        }

        if (!options.Authenticate(user, password))
        {
            return BadCommand(535, "5.7.8", "wrong user or password");
        }

        _user = user;
        return SayAndGoOn(235, "2.7.0", "welcome");
    }

    private async Task<string?> AskAsync(string challenge)
    {
        Line("334 " + challenge);
        await FlushAsync();
        int length;
        while ((length = _in.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            if (_end - _start > LongestCommand || !await FillAsync())
            {
                throw new IOException("the client left in the middle of AUTH");
            }
        }

        var answer = Encoding.ASCII.GetString(_in, _start, length);
        _start += length + 2;
        return Decode(answer);
    }

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : null;
    }

    /// <summary>Acts out the script. Null: go on as usual.</summary>
    private async ValueTask<Next?> ActAsync(ReceiverMoment moment, string argument)
    {
        if (options.Script.IsEmpty || options.Script.Find(new ReceiverEvent(moment, number, _messages, argument)) is not { } act)
        {
            return null;
        }

        if (act.Delay > TimeSpan.Zero)
        {
            await FlushAsync();
            await Task.Delay(act.Delay, time, stop);
        }

        if (!act.ReplacesAnswer)
        {
            return null;
        }

        if (act.Reply is { } reply)
        {
            Say(reply.Code, reply.EnhancedCode, reply.Text);
        }
        else if (act.Raw is { } raw)
        {
            _out.Write(raw.Span);
        }

        return act.Close ? Next.Close : Next.GoOn;
    }

    private Next BadCommand(int code, string enhanced, string text)
    {
        Say(code, enhanced, text);
        return ++_badCommands < MostBadCommands ? Next.GoOn : Next.Close;
    }

    private Next SayAndGoOn(int code, string? enhanced, string text)
    {
        Say(code, enhanced, text);
        return Next.GoOn;
    }

    private void Say(int code, string? enhanced, string text)
    {
        var to = _out.GetSpan(16);
        code.TryFormat(to, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        _out.Advance(written);
        _out.Write(" "u8);
        if (enhanced is not null)
        {
            Encoding.ASCII.GetBytes(enhanced, _out);
            _out.Write(" "u8);
        }

        // A handler may quote the client in its answer; a line break in it would be a second answer.
        Line(text.AsSpan().ContainsAny('\r', '\n') ? text.ReplaceLineEndings(" ") : text);
    }

    private void Line(string text)
    {
        Encoding.UTF8.GetBytes(text, _out);
        _out.Write("\r\n"u8);
    }

    private void ResetTransaction()
    {
        _sender = null;
        _utf8 = false;
        _recipients.Clear();
    }

    private async ValueTask FlushAsync()
    {
        if (_out.WrittenCount > 0)
        {
            _clock.CancelAfter(options.IdleTimeout);
            await _stream.WriteAsync(_out.WrittenMemory, _clock.Token);
            _out.ResetWrittenCount();
        }
    }

    /// <summary>Closing at once with bytes unread would reset the connection and destroy the last answer on its way.</summary>
    private async Task LetTheClientReadAsync()
    {
        if (_stream is SslStream)
        {
            return;
        }

        socket.Shutdown(SocketShutdown.Send);
        _clock.CancelAfter(Farewell);
        while (await _stream.ReadAsync(_in, _clock.Token) > 0)
        {
            // What the client still says is of no interest.
        }
    }

    private ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_in.Length > UsualBuffer * 4)
            {
                ArrayPool<byte>.Shared.Return(_in);
                _in = ArrayPool<byte>.Shared.Rent(UsualBuffer);
            }
        }
        else if (_end == _in.Length)
        {
            Buffer.BlockCopy(_in, _start, _in, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        return ReadMoreAsync();
    }

    private async ValueTask<bool> ReadMoreAsync()
    {
        _clock.CancelAfter(options.IdleTimeout);
        var got = await _stream.ReadAsync(_in.AsMemory(_end), _clock.Token);
        _end += got;
        return got > 0;
    }

    /// <summary>Moves the message to the front of the buffer, and into a larger one when it is more than half full.</summary>
    private void MakeRoom(ref MessageScanner scanner)
    {
        if (_in.Length - _end >= UsualBuffer / 4)
        {
            return;
        }

        var unread = _end - scanner.Next;
        var kept = scanner.Length + unread;
        var to = kept > _in.Length / 2 ? ArrayPool<byte>.Shared.Rent(_in.Length * 2) : _in;
        Buffer.BlockCopy(_in, scanner.Start, to, 0, scanner.Length);
        Buffer.BlockCopy(_in, scanner.Next, to, scanner.Length, unread);
        if (to != _in)
        {
            ArrayPool<byte>.Shared.Return(_in);
            _in = to;
        }

        scanner.Rebase();
        _start = 0;
        _end = kept;
    }

    private static bool Is(ReadOnlySpan<byte> verb, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(verb, name);
}
