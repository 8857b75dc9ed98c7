using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>One client's conversation with the receiver: its verbs and their order.</summary>
internal sealed class ReceiverSession(
    Socket socket,
    long number,
    SmtpReceiverOptions options,
    Func<ReceivedMessage, CancellationToken, ValueTask<SmtpReply>> handler,
    TimeProvider time,
    CancellationToken stop) : IAsyncDisposable
{
    private const int MostBadCommands = 20;

    private readonly ReceiverWire _wire = new(socket, options, time, stop);
    private readonly ReceiverEnvelope _envelope = new(options);
    private ReceiverBody? _body;
    private ReceiverAuthentication? _authentication;
    private string? _hello;
    private bool _lmtp;
    private bool _chunksRefused;
    private string? _user;
    private int _messages;
    private int _badCommands;

    private enum Next
    {
        GoOn,
        Close,
        ClientLeft,
    }

    private ReceiverBody Body => _body ??= new ReceiverBody(options, _wire);

    private ReceiverAuthentication Authentication => _authentication ??= new ReceiverAuthentication(options, _wire);

    private string RecipientsForScript => options.Script.IsEmpty ? "" : string.Join(',', _envelope.Recipients);

    public async Task RunAsync(bool crowded)
    {
        try
        {
            if (options.ImplicitTls)
            {
                await _wire.StartEncryptionAsync();
            }

            var next = await GreetAsync(crowded);
            while (next == Next.GoOn)
            {
                await _wire.FlushAsync();
                next = await _wire.FillAsync() ? await AnswerBufferedAsync() : Next.ClientLeft;
            }

            if (next == Next.Close && _wire.HasUnsentAnswers)
            {
                await _wire.FlushAsync();
                await _wire.LetTheClientReadAsync();
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
            // The client is gone, silent for too long, or the receiver stops. What was stored is stored; nothing else was promised.
        }
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

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
            switch (_wire.TryReadLine(out var line))
            {
                case LineState.Partial:
                    return Next.GoOn;
                case LineState.TooLong:
                    _wire.Say(500, "5.5.2", "line too long");
                    return Next.Close;
                case LineState.BareLineFeed:
                    _wire.Say(500, "5.5.2", "a line ends in CR LF");
                    return Next.Close;
                default:
                    var next = await AnswerAsync(line);
                    if (next != Next.GoOn)
                    {
                        return next;
                    }

                    break;
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
            _ when options.OffersChunking && Is(verb, "BDAT"u8) => ChunkAsync(rest),
            _ when Is(verb, "EHLO"u8) => HelloAsync(rest, extended: true),
            _ when options.OffersLmtp && Is(verb, "LHLO"u8) => HelloAsync(rest, extended: true, lmtp: true),
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

    private async ValueTask<Next> HelloAsync(string name, bool extended, bool lmtp = false)
    {
        if (await ActAsync(ReceiverMoment.Hello, name) is { } scripted)
        {
            return scripted;
        }

        if (name.Length == 0)
        {
            return BadCommand(501, "5.5.4", "say your name");
        }

        (_hello, _lmtp) = (name, lmtp);
        ResetTransaction();
        if (!extended)
        {
            return SayAndGoOn(250, null, options.HostName);
        }

        _wire.Line($"250-{options.HostName}");
        foreach (var offer in Offers())
        {
            _wire.Line("250-" + offer);
        }

        _wire.Line("250 SMTPUTF8");
        return Next.GoOn;
    }

    private IEnumerable<string> Offers()
    {
        if (options.OffersPipelining)
        {
            yield return "PIPELINING";
        }

        if (options.OffersChunking)
        {
            yield return "CHUNKING";
        }

        if (options.Certificate is not null && !_wire.IsEncrypted)
        {
            yield return "STARTTLS";
        }

        if (Authentication.IsRequired)
        {
            yield return "AUTH " + Authentication.Mechanisms;
        }

        yield return $"SIZE {options.LargestMessage}";
        yield return "8BITMIME";
        yield return "DSN";
        yield return "ENHANCEDSTATUSCODES";
    }

    private async ValueTask<Next> MailAsync(string rest)
    {
        _messages++;
        var command = ReceiverCommand.Read(rest, "FROM:");
        if (await ActAsync(ReceiverMoment.Mail, command.Address ?? rest) is { } scripted)
        {
            return scripted;
        }

        if (_hello is null || _envelope.Sender is not null)
        {
            return BadCommand(503, "5.5.1", _hello is null ? "say EHLO first" : "one MAIL at a time");
        }

        if (Authentication.IsRequired && _user is null)
        {
            return BadCommand(530, "5.7.0", "authenticate first");
        }

        if (command.Address is null)
        {
            return BadCommand(501, "5.5.4", "MAIL FROM:<address>");
        }

        return SayAndGoOn(_envelope.SetSender(command));
    }

    private async ValueTask<Next> RecipientAsync(string rest)
    {
        var command = ReceiverCommand.Read(rest, "TO:");
        if (await ActAsync(ReceiverMoment.Recipient, command.Address ?? rest) is { } scripted)
        {
            return scripted;
        }

        if (_envelope.Sender is null || Body.IsChunking)
        {
            return BadCommand(503, "5.5.1", "MAIL first");
        }

        if (string.IsNullOrEmpty(command.Address))
        {
            return BadCommand(501, "5.5.4", "RCPT TO:<address>");
        }

        return SayAndGoOn(_envelope.AddRecipient(command));
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

        if (_envelope.Sender is null || Body.IsChunking)
        {
            return BadCommand(503, "5.5.1", _envelope.Sender is null ? "MAIL first" : "BDAT has begun");
        }

        if (_envelope.Recipients.Count == 0)
        {
            return SayAndGoOn(554, "5.5.1", "no valid recipients");
        }

        Say(354, null, "end with CR LF . CR LF");
        return await Body.ReadDataAsync() switch
        {
            BodyState.Complete => await DeliverAsync(Body.Message),
            BodyState.TooLarge => TooLarge(),
            BodyState.ClientLeft => Next.ClientLeft,
            _ => Hopeless(),
        };
    }

    // The bytes of a chunk come whatever we say, so nothing is answered before they are read.
    private async ValueTask<Next> ChunkAsync(string rest)
    {
        var fault = _envelope.Sender is null ? (503, "MAIL first") : _envelope.Recipients.Count == 0 ? (554, "no valid recipients") : _chunksRefused ? (503, "an earlier chunk was refused") : default;
        var first = !Body.IsChunking;
        var state = await Body.ReadChunkAsync(rest, wanted: fault == default);
        if (state is BodyState.ClientLeft or BodyState.Hopeless)
        {
            return state == BodyState.ClientLeft ? Next.ClientLeft : Hopeless();
        }

        if (first && fault == default && await ActAsync(ReceiverMoment.Data, RecipientsForScript) is { } scripted)
        {
            RefuseChunks();
            return scripted;
        }

        if (fault != default)
        {
            return BadCommand(fault.Item1, "5.5.1", fault.Item2);
        }

        switch (state)
        {
            case BodyState.TooLarge:
                RefuseChunks();
                return SayAndGoOn(552, "5.3.4", "message too large");
            case BodyState.Partial:
                return SayAndGoOn(250, "2.0.0", "chunk taken");
            default:
                if (MessageForm.Check(Body.Message.Span, out _) is { } damage)
                {
                    ResetTransaction();
                    return SayAndGoOn(550, "5.6.11", damage);
                }

                return await DeliverAsync(Body.Message);
        }
    }

    private void RefuseChunks()
    {
        Body.Reset();
        _chunksRefused = true;
    }

    private Next Hopeless()
    {
        Say(Body.Fault.Code, Body.Fault.EnhancedCode, Body.Fault.Text);
        return Next.Close;
    }

    private Next TooLarge()
    {
        var answers = _lmtp ? _envelope.Recipients.Count : 1;
        ResetTransaction();
        SayEach(answers, new SmtpReply(552, "5.3.4", "message too large"));
        return Next.GoOn;
    }

    private async ValueTask<Next> DeliverAsync(ReadOnlyMemory<byte> data)
    {
        var recipients = RecipientsForScript;
        // RFC 2033 4.2: one answer a recipient; what is stored is stored for all of them.
        var answers = _lmtp ? _envelope.Recipients.Count : 1;
        if (await ActAsync(ReceiverMoment.MessageEnd, recipients) is { } before)
        {
            ResetTransaction();
            return before;
        }

        var message = new ReceivedMessage
        {
            Sender = _envelope.Sender!,
            Recipients = [.. _envelope.Recipients],
            Data = data,
            ReceivedAt = time.GetUtcNow(),
            HelloName = _hello!,
            RemoteEndPoint = _wire.Remote,
            User = _user,
            IsEncrypted = _wire.IsEncrypted,
            SenderParameters = _envelope.SenderParameters,
            RecipientParameters = [.. _envelope.RecipientParameters],
        };
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
            ResetTransaction();
            SayEach(answers, new SmtpReply(451, "4.3.0", "not stored; try again later"));
            return Next.GoOn;
        }

        ResetTransaction();
        if (await ActAsync(ReceiverMoment.Stored, recipients) is { } after)
        {
            return after;
        }

        SayEach(answers, reply);
        return reply.Code == 421 ? Next.Close : Next.GoOn;
    }

    private void SayEach(int times, SmtpReply reply)
    {
        for (var i = 0; i < times; i++)
        {
            Say(reply.Code, reply.EnhancedCode, reply.Text);
        }
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

        if (options.Certificate is null || _wire.IsEncrypted)
        {
            return BadCommand(502, "5.5.1", "no TLS here");
        }

        if (_wire.HasUnreadInput)
        {
            Say(554, "5.5.1", "nothing may follow STARTTLS in clear text");
            return Next.Close;
        }

        Say(220, "2.0.0", "go ahead");
        await _wire.FlushAsync();
        await _wire.StartEncryptionAsync();
        _hello = null;
        _user = null;
        ResetTransaction();
        return Next.GoOn;
    }

    private async ValueTask<Next> AuthenticateAsync(string rest)
    {
        if (await ActAsync(ReceiverMoment.Authenticate, "") is { } scripted)
        {
            return scripted;
        }

        if (!Authentication.IsRequired || _hello is null || _user is not null || _envelope.Sender is not null)
        {
            return BadCommand(503, "5.5.1", "AUTH is not possible now");
        }

        var (state, user) = await Authentication.RunAsync(rest);
        _user = user;
        return state switch
        {
            AuthenticationState.Welcome => SayAndGoOn(235, "2.7.0", "welcome"),
            AuthenticationState.Refused => BadCommand(535, "5.7.8", "wrong user or password"),
            AuthenticationState.Malformed => BadCommand(501, "5.5.2", "not a valid answer"),
            _ => BadCommand(504, "5.5.4", Authentication.Mechanisms),
        };
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
            await _wire.FlushAsync();
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
            _wire.Raw(raw.Span);
        }

        return act.Close ? Next.Close : Next.GoOn;
    }

    private Next BadCommand(int code, string enhanced, string text)
    {
        Say(code, enhanced, text);
        return ++_badCommands < MostBadCommands ? Next.GoOn : Next.Close;
    }

    private Next SayAndGoOn(SmtpReply reply) => SayAndGoOn(reply.Code, reply.EnhancedCode, reply.Text);

    private Next SayAndGoOn(int code, string? enhanced, string text)
    {
        Say(code, enhanced, text);
        return Next.GoOn;
    }

    private void Say(int code, string? enhanced, string text) => _wire.Say(code, enhanced, text);

    private void ResetTransaction()
    {
        _chunksRefused = false;
        _envelope.Clear();
        _body?.Reset();
    }

    private static bool Is(ReadOnlySpan<byte> verb, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(verb, name);
}
