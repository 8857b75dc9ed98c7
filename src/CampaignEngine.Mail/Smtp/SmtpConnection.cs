using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace CampaignEngine.Mail.Smtp;

/// <summary>
/// One connection to a relay, used for many messages, one at a time. A message is prepared up to but not including its terminator, and
/// committed by writing the terminator: before that the relay must forget it (RFC 5321 4.1.1.4), after it nobody may forget it.
/// </summary>
/// <remarks>
/// No call throws for what the network or the relay does; the fate of the message is always a <see cref="SmtpVerdict"/>. After a
/// verdict look at <see cref="IsUsable"/>. Cancelling closes the connection: before the terminator the verdict is then
/// NotAttempted, after it InDoubt. Not safe for two threads at once.
/// </remarks>
public sealed class SmtpConnection : IAsyncDisposable
{
    /// <summary>Up to this size the fast path puts message and terminator into one write.</summary>
    private const int LargestSingleWrite = 64 * 1024;

    private readonly SmtpWire _wire;
    private readonly SmtpTimeouts _timeouts;
    private readonly ArrayBufferWriter<byte> _out = new(LargestSingleWrite + 16);
    private Phase _phase = Phase.Ready;
    private bool _resetFirst;

    private SmtpConnection(SmtpWire wire, SmtpCapabilities capabilities, SmtpTimeouts timeouts)
    {
        _wire = wire;
        _timeouts = timeouts;
        Capabilities = capabilities;
    }

    private enum Phase
    {
        Ready,
        Held,
        Closed,
    }

    /// <summary>What the relay offered after the last EHLO.</summary>
    public SmtpCapabilities Capabilities { get; }

    public bool IsEncrypted => _wire.IsEncrypted;

    /// <summary>False once the connection is gone; make a new one.</summary>
    public bool IsUsable => _phase != Phase.Closed;

    /// <summary>Messages whose terminator was written on this connection, whatever the verdict.</summary>
    public int MessagesSent { get; private set; }

    /// <summary>Connects, greets, encrypts and authenticates as the route says.</summary>
    /// <exception cref="SmtpConnectException">The relay cannot be used now; nothing was sent.</exception>
    public static async Task<SmtpConnection> ConnectAsync(SmtpRoute route, TimeProvider time, CancellationToken cancellationToken)
    {
        var (wire, capabilities) = await new SmtpHandshake(route, time).RunAsync(cancellationToken);
        return new SmtpConnection(wire, capabilities, route.Timeouts);
    }

    /// <summary>
    /// Writes envelope and message, all but the terminator. When held, decide, then call <see cref="CommitAsync"/> or
    /// <see cref="AbandonAsync"/>. <paramref name="message"/> must not change until then.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpStep> PrepareAsync(SmtpEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var (refusal, form) = await OpenAsync(envelope, message, cancellationToken);
        if (refusal is { } verdict)
        {
            return SmtpStep.Refused(verdict);
        }

        var body = message;
        if (form.NeedsDotStuffing)
        {
            _out.ResetWrittenCount();
            MessageForm.WriteStuffed(message.Span, _out);
            body = _out.WrittenMemory;
        }

        var state = await _wire.WriteAsync(body, _timeouts.Body, cancellationToken);
        if (state != WireState.Ok)
        {
            // A relay that cuts a message short ("552 too big") has often said why before it closed.
            return SmtpStep.Refused(state == WireState.Closed ? await ReadNewsAsync(SmtpStage.Body, cancellationToken) : Lost(SmtpStage.Body, state));
        }

        _phase = Phase.Held;
        return SmtpStep.Held;
    }

    /// <summary>The point of no return: writes the terminator and reads the reply. Never repeat it for the same message.</summary>
    public ValueTask<SmtpVerdict> CommitAsync(CancellationToken cancellationToken) => CommitAsync(null, cancellationToken);

    /// <param name="terminatorWritten">
    /// Called once when the kernel has taken the terminator's last byte, before the reply is awaited; never when nothing was written or the
    /// writing failed. With a relay that does not read, or over TLS, that may be long after this method has returned its task.
    /// </param>
    /// <inheritdoc cref="CommitAsync(CancellationToken)"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpVerdict> CommitAsync(Action? terminatorWritten, CancellationToken cancellationToken)
    {
        if (_phase != Phase.Held)
        {
            throw new InvalidOperationException("No message is held: prepare one first.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Lost(SmtpStage.Body, WireState.Cancelled);
        }

        if (_wire.HasNews)
        {
            return await ReadNewsAsync(SmtpStage.Body, cancellationToken);
        }

        return await EndAsync(Terminator, terminatorWritten, cancellationToken);
    }

    /// <summary>Drops the connection without the terminator: the relay has to forget the message.</summary>
    public Task AbandonAsync()
    {
        Close();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Prepares and commits. <paramref name="mayCommit"/> is asked once, when all but the last write is done; on false the connection is
    /// dropped and the verdict is NotAttempted. Up to 64 KiB message and terminator share that last write, so a connection that dies
    /// within it leaves a doubt where <see cref="PrepareAsync"/> and <see cref="CommitAsync"/> could still tell.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpVerdict> SendAsync(
        SmtpEnvelope envelope, ReadOnlyMemory<byte> message, Func<bool> mayCommit, CancellationToken cancellationToken)
    {
        if (message.Length > LargestSingleWrite)
        {
            var step = await PrepareAsync(envelope, message, cancellationToken);
            return !step.IsHeld ? step.Refusal : MayCommit(mayCommit) ? await CommitAsync(cancellationToken) : Withheld();
        }

        var (refusal, form) = await OpenAsync(envelope, message, cancellationToken);
        if (refusal is { } verdict)
        {
            return verdict;
        }

        _out.ResetWrittenCount();
        if (form.NeedsDotStuffing)
        {
            MessageForm.WriteStuffed(message.Span, _out);
        }
        else
        {
            _out.Write(message.Span);
        }

        _out.Write(Terminator.Span);
        _phase = Phase.Held;
        if (cancellationToken.IsCancellationRequested)
        {
            return Lost(SmtpStage.Body, WireState.Cancelled);
        }

        return MayCommit(mayCommit) ? await EndAsync(_out.WrittenMemory, null, cancellationToken) : Withheld();
    }

    /// <summary>Forgets any half-open transaction and shows whether the relay still answers. False: the connection is gone.</summary>
    public async Task<bool> ResetAsync(CancellationToken cancellationToken)
    {
        if (_phase != Phase.Ready)
        {
            return false;
        }

        _out.ResetWrittenCount();
        _out.Write("RSET\r\n"u8);
        var state = _wire.HasNews ? WireState.Closed : await _wire.WriteAsync(_out.WrittenMemory, _timeouts.Envelope, cancellationToken);
        var reply = default(SmtpReply);
        if (state == WireState.Ok)
        {
            (state, reply) = await _wire.ReadReplyAsync(_timeouts.Envelope, cancellationToken);
        }

        if (state != WireState.Ok || !reply.IsPositive)
        {
            Close();
            return false;
        }

        _resetFirst = false;
        return true;
    }

    /// <summary>Says goodbye when that is possible and closes. A held message is abandoned.</summary>
    public async Task QuitAsync(CancellationToken cancellationToken)
    {
        if (_phase == Phase.Ready)
        {
            _out.ResetWrittenCount();
            _out.Write("QUIT\r\n"u8);
            if (await _wire.WriteAsync(_out.WrittenMemory, _timeouts.Quit, cancellationToken) == WireState.Ok)
            {
                await _wire.ReadReplyAsync(_timeouts.Quit, cancellationToken);
            }
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_phase == Phase.Held)
        {
            _wire.Abort();
        }

        _phase = Phase.Closed;
        await _wire.DisposeAsync();
    }

    private static ReadOnlyMemory<byte> Terminator { get; } = ".\r\n"u8.ToArray();

    /// <summary>MAIL, RCPT, DATA up to 354. On null the relay waits for the message.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(SmtpVerdict? Refusal, MessageForm Form)> OpenAsync(
        SmtpEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (_phase == Phase.Held)
        {
            throw new InvalidOperationException("A message is held: commit or abandon it first.");
        }

        if (_phase == Phase.Closed)
        {
            return (SmtpVerdict.NotAttempted(SmtpStage.Start, "the connection is closed"), default);
        }

        if (envelope.Recipient.IsEmpty)
        {
            throw new ArgumentException("The envelope has no recipient.", nameof(envelope));
        }

        var fault = MessageForm.Check(message.Span, out var form) ?? CheckCapabilities(envelope, message.Length, form);
        if (fault is not null)
        {
            return (SmtpVerdict.Refused(fault), form);
        }

        // An answer nobody asked for would be taken for the answer to this message's MAIL, and every later one would be one off.
        if (_wire.HasNews)
        {
            return (await ReadNewsAsync(SmtpStage.Start, cancellationToken), form);
        }

        return (Capabilities.Pipelining
            ? await OpenPipelinedAsync(envelope, message.Length, form, cancellationToken)
            : await OpenStepwiseAsync(envelope, message.Length, form, cancellationToken), form);
    }

    private string? CheckCapabilities(SmtpEnvelope envelope, int size, MessageForm form)
    {
        if (envelope.NeedsSmtpUtf8 && !Capabilities.SmtpUtf8)
        {
            return "the address is not ASCII and the relay does not offer SMTPUTF8";
        }

        if (form.IsEightBit && !Capabilities.EightBitMime)
        {
            return "the message has 8-bit bytes and the relay does not offer 8BITMIME";
        }

        return Capabilities.LargestMessage > 0 && size > Capabilities.LargestMessage
            ? string.Create(CultureInfo.InvariantCulture, $"the message has {size} bytes, the relay takes {Capabilities.LargestMessage}")
            : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict?> OpenPipelinedAsync(SmtpEnvelope envelope, int size, MessageForm form, CancellationToken cancellationToken)
    {
        var resetting = _resetFirst;
        _out.ResetWrittenCount();
        AppendReset();
        AppendMail(envelope, size, form);
        AppendRecipient(envelope);
        _out.Write("DATA\r\n"u8);
        var state = await _wire.WriteAsync(_out.WrittenMemory, _timeouts.Envelope, cancellationToken);
        if (state != WireState.Ok)
        {
            return Lost(SmtpStage.Mail, state);
        }

        if (resetting && await ReadAsync(SmtpStage.Start, _timeouts.Envelope, cancellationToken) is { Lost: { } lostReset })
        {
            return lostReset;
        }

        // All three are read before any is judged; only a farewell (421) ends the reading early, because nothing may follow it.
        var mail = await ReadAsync(SmtpStage.Mail, _timeouts.Envelope, cancellationToken);
        if (mail.Lost is not null || mail.Reply.Code == 421)
        {
            return mail.Lost ?? Judge(SmtpStage.Mail, mail.Reply);
        }

        var recipient = await ReadAsync(SmtpStage.Recipient, _timeouts.Envelope, cancellationToken);
        if (recipient.Lost is not null || recipient.Reply.Code == 421)
        {
            return mail.Reply.IsPositive ? recipient.Lost ?? Judge(SmtpStage.Recipient, recipient.Reply) : Judge(SmtpStage.Mail, mail.Reply);
        }

        var data = await ReadAsync(SmtpStage.Data, _timeouts.Data, cancellationToken);
        var waiting = data.Lost is null && data.Reply.Code == 354;
        if (!mail.Reply.IsPositive || !recipient.Reply.IsPositive)
        {
            if (waiting)
            {
                await LeaveDataAsync(recipientRefused: !recipient.Reply.IsPositive, cancellationToken);
            }

            return mail.Reply.IsPositive ? Judge(SmtpStage.Recipient, recipient.Reply) : Judge(SmtpStage.Mail, mail.Reply);
        }

        return data.Lost ?? (waiting ? CheckSilence() : Judge(SmtpStage.Data, data.Reply));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict?> OpenStepwiseAsync(SmtpEnvelope envelope, int size, MessageForm form, CancellationToken cancellationToken)
    {
        _out.ResetWrittenCount();
        if (_resetFirst)
        {
            AppendReset();
            var reset = await AskAsync(SmtpStage.Start, _timeouts.Envelope, cancellationToken);
            if (reset.Lost is not null)
            {
                return reset.Lost;
            }
        }

        AppendMail(envelope, size, form);
        var mail = await AskAsync(SmtpStage.Mail, _timeouts.Envelope, cancellationToken);
        if (mail.Lost is not null || !mail.Reply.IsPositive)
        {
            return mail.Lost ?? Judge(SmtpStage.Mail, mail.Reply);
        }

        AppendRecipient(envelope);
        var recipient = await AskAsync(SmtpStage.Recipient, _timeouts.Envelope, cancellationToken);
        if (recipient.Lost is not null || !recipient.Reply.IsPositive)
        {
            return recipient.Lost ?? Judge(SmtpStage.Recipient, recipient.Reply);
        }

        _out.Write("DATA\r\n"u8);
        var data = await AskAsync(SmtpStage.Data, _timeouts.Data, cancellationToken);
        return data.Lost ?? (data.Reply.Code == 354 ? CheckSilence() : Judge(SmtpStage.Data, data.Reply));
    }

    /// <summary>Last write, then the reply that decides. From here on every loss is a doubt.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict> EndAsync(ReadOnlyMemory<byte> lastWrite, Action? written, CancellationToken cancellationToken)
    {
        MessagesSent++;
        var state = await _wire.WriteAsync(lastWrite, _timeouts.Body, cancellationToken);
        var reply = default(SmtpReply);
        if (state == WireState.Ok)
        {
            written?.Invoke();
            (state, reply) = await _wire.ReadReplyAsync(_timeouts.Terminator, cancellationToken);
        }

        if (state != WireState.Ok)
        {
            Close();
            return SmtpVerdict.InDoubt(Words(state));
        }

        var kind = KindOf(reply.Code);
        if (kind is null)
        {
            Close();
            return new SmtpVerdict(SmtpVerdictKind.InDoubt, SmtpStage.Terminator, reply.Code, reply.EnhancedCode, reply.Text);
        }

        if (reply.Code == 421)
        {
            Close();
        }
        else
        {
            _phase = Phase.Ready;
        }

        return new SmtpVerdict(kind.Value, SmtpStage.Terminator, reply.Code, reply.EnhancedCode, reply.Text);
    }

    /// <summary>The relay waits for a message that has no recipient: RFC 2920 3.1 lets an empty one end the wait.</summary>
    private async ValueTask LeaveDataAsync(bool recipientRefused, CancellationToken cancellationToken)
    {
        // With a recipient accepted, the empty message could reach a person.
        if (!recipientRefused
            || await _wire.WriteAsync(Terminator, _timeouts.Body, cancellationToken) != WireState.Ok
            || (await _wire.ReadReplyAsync(_timeouts.Terminator, cancellationToken)).State != WireState.Ok)
        {
            Close();
        }
    }

    /// <summary>The relay spoke, or left, before it was asked. It cannot have taken the message, but the connection is over.</summary>
    private async ValueTask<SmtpVerdict> ReadNewsAsync(SmtpStage stage, CancellationToken cancellationToken)
    {
        var (state, reply) = await _wire.ReadReplyAsync(_timeouts.Quit, cancellationToken);
        Close();
        if (state != WireState.Ok)
        {
            return SmtpVerdict.NotAttempted(stage, Words(state));
        }

        return stage == SmtpStage.Body && KindOf(reply.Code) is SmtpVerdictKind.Deferred or SmtpVerdictKind.Rejected
            ? new SmtpVerdict(KindOf(reply.Code)!.Value, stage, reply.Code, reply.EnhancedCode, reply.Text)
            : new SmtpVerdict(SmtpVerdictKind.NotAttempted, stage, reply.Code, reply.EnhancedCode, $"the relay spoke unasked: {reply.Text}");
    }

    private SmtpVerdict? CheckSilence()
    {
        if (!_wire.HasUnreadInput)
        {
            return null;
        }

        Close();
        return SmtpVerdict.NotAttempted(SmtpStage.Data, "the relay sent more answers than it was asked for");
    }

    private SmtpVerdict Judge(SmtpStage stage, SmtpReply reply)
    {
        _resetFirst = true;
        var kind = KindOf(reply.Code);
        if (reply.Code == 421 || kind is not (SmtpVerdictKind.Deferred or SmtpVerdictKind.Rejected))
        {
            Close();
        }

        return kind is SmtpVerdictKind.Deferred or SmtpVerdictKind.Rejected
            ? new SmtpVerdict(kind.Value, stage, reply.Code, reply.EnhancedCode, reply.Text)
            : new SmtpVerdict(SmtpVerdictKind.NotAttempted, stage, reply.Code, reply.EnhancedCode, $"the relay gave an answer that does not fit: {reply.Text}");
    }

    private SmtpVerdict Lost(SmtpStage stage, WireState state)
    {
        Close();
        return SmtpVerdict.NotAttempted(stage, Words(state));
    }

    private SmtpVerdict Withheld()
    {
        Close();
        return SmtpVerdict.NotAttempted(SmtpStage.Body, "withheld before the terminator");
    }

    private bool MayCommit(Func<bool> mayCommit)
    {
        try
        {
            return mayCommit();
        }
        catch
        {
            Close();
            throw;
        }
    }

    private void Close()
    {
        _phase = Phase.Closed;
        _wire.Abort();
    }

    private async ValueTask<(SmtpReply Reply, SmtpVerdict? Lost)> AskAsync(SmtpStage stage, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var state = await _wire.WriteAsync(_out.WrittenMemory, timeout, cancellationToken);
        _out.ResetWrittenCount();
        return state == WireState.Ok ? await ReadAsync(stage, timeout, cancellationToken) : (default, Lost(stage, state));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(SmtpReply Reply, SmtpVerdict? Lost)> ReadAsync(SmtpStage stage, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (state, reply) = await _wire.ReadReplyAsync(timeout, cancellationToken);
        return state == WireState.Ok ? (reply, null) : (default, Lost(stage, state));
    }

    private void AppendReset()
    {
        if (_resetFirst)
        {
            _out.Write("RSET\r\n"u8);
            _resetFirst = false;
        }
    }

    private void AppendMail(SmtpEnvelope envelope, int size, MessageForm form)
    {
        _out.Write("MAIL FROM:<"u8);
        Encoding.UTF8.GetBytes(envelope.Sender.Text, _out);
        _out.Write(">"u8);
        if (Capabilities.Size)
        {
            _out.Write(" SIZE="u8);
            size.TryFormat(_out.GetSpan(11), out var written, default, CultureInfo.InvariantCulture);
            _out.Advance(written);
        }

        if (form.IsEightBit)
        {
            _out.Write(" BODY=8BITMIME"u8);
        }

        _out.Write(envelope.NeedsSmtpUtf8 ? " SMTPUTF8\r\n"u8 : "\r\n"u8);
    }

    private void AppendRecipient(SmtpEnvelope envelope)
    {
        _out.Write("RCPT TO:<"u8);
        Encoding.UTF8.GetBytes(envelope.Recipient.Text, _out);
        _out.Write(">\r\n"u8);
    }

    private static SmtpVerdictKind? KindOf(int code) => code switch
    {
        >= 200 and < 300 => SmtpVerdictKind.Accepted,
        >= 400 and < 500 => SmtpVerdictKind.Deferred,
        >= 500 and < 600 => SmtpVerdictKind.Rejected,
        _ => null,
    };

    private static string Words(WireState state) => state switch
    {
        WireState.Closed => "the connection was lost",
        WireState.TimedOut => "no answer in time",
        WireState.Cancelled => "cancelled",
        WireState.Malformed => "the answer is not SMTP",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
