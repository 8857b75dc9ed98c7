using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>One client's conversation with the receiver: its verbs and their order. Those of a message are in the other half.</summary>
internal sealed partial class ReceiverSession(
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

    private static bool Is(ReadOnlySpan<byte> verb, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(verb, name);
}
