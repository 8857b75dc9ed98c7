using System.Globalization;
using System.Runtime.CompilerServices;

namespace CampaignEngine.Mail.Smtp;

/// <summary>
/// One connection to a relay, used for many messages, one at a time. A message is prepared up to but not including its terminator, and
/// committed by what ends it: before that the relay must forget it (RFC 5321 4.1.1.4), after it nobody may forget it.
/// </summary>
/// <remarks>
/// No call throws for what the network or the relay does; the fate of the message is always a <see cref="SmtpVerdict"/>. After a
/// verdict look at <see cref="IsUsable"/>. Cancelling closes the connection: before the terminator the verdict is then
/// NotAttempted, after it InDoubt. Not safe for two threads at once.
/// </remarks>
public sealed class SmtpConnection : IAsyncDisposable
{
    private static readonly ReadOnlyMemory<byte> Quit = "QUIT\r\n"u8.ToArray();

    private readonly SmtpWire _wire;
    private readonly EnvelopeExchange _envelopes;
    private readonly MessageTransfer _transfer;
    private readonly SmtpTimeouts _timeouts;
    private readonly int _mostMessages;
    private bool _isHeld;
    private (SmtpEnvelope Envelope, int Size, MessageForm Form)? _announced;

    private SmtpConnection(SmtpWire wire, SmtpCapabilities capabilities, SmtpRoute route)
    {
        _wire = wire;
        _envelopes = new EnvelopeExchange(wire, capabilities, route);
        _timeouts = route.Timeouts;
        _mostMessages = route.MessagesPerConnection;
        _transfer = new MessageTransfer(wire, _envelopes, route.Timeouts, route.UseChunking && capabilities is { Chunking: true, Pipelining: true });
        Capabilities = capabilities;
    }

    /// <summary>What the relay offered after the last EHLO.</summary>
    public SmtpCapabilities Capabilities { get; }

    public bool IsEncrypted => _wire.IsEncrypted;

    /// <summary>False once the connection is gone; make a new one.</summary>
    public bool IsUsable => !_wire.IsOver;

    // Of a message that is held the relay waits for the rest, of one that was announced for the whole.
    private bool IsBusy => _isHeld || _announced is not null;

    /// <summary>The relay has said something that nobody has read yet, or closed the connection.</summary>
    internal bool HasNews => _wire.HasNews;

    /// <summary>The route's number of messages has gone: say <see cref="QuitAsync"/> and make a new one.</summary>
    public bool IsSpent => MessagesSent >= _mostMessages;

    /// <summary>Messages whose terminator was written on this connection, whatever the verdict.</summary>
    public int MessagesSent => _transfer.TerminatorsWritten;

    /// <summary>Connects, greets, encrypts and authenticates as the route says.</summary>
    /// <exception cref="SmtpConnectException">The relay cannot be used now; nothing was sent.</exception>
    public static async Task<SmtpConnection> ConnectAsync(SmtpRoute route, TimeProvider time, CancellationToken cancellationToken)
    {
        var (wire, capabilities) = await new SmtpHandshake(route, time).RunAsync(cancellationToken);
        return new SmtpConnection(wire, capabilities, route);
    }

    /// <summary>
    /// Brings a message so far that the relay waits for it: envelope and DATA, over TLS and above 64 KiB also its bytes. When held, decide, then call
    /// <see cref="CommitAsync(CancellationToken)"/> or <see cref="AbandonAsync"/>. <paramref name="message"/> must not change until then.
    /// </summary>
    /// <exception cref="InvalidOperationException">A message is held, or another one was announced.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpStep> PrepareAsync(SmtpEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var (refusal, form) = await OpenAsync(envelope, message, cancellationToken);
        if (refusal is { } verdict)
        {
            return SmtpStep.Refused(verdict);
        }

        if (await _transfer.HoldAsync(message, form, cancellationToken) is { } lost)
        {
            return SmtpStep.Refused(lost);
        }

        _isHeld = true;
        return SmtpStep.Held;
    }

    /// <summary>
    /// Names the message that comes after the held one. Where the relay offers PIPELINING its envelope leaves in the write that ends the held one (RFC 2920 3.1),
    /// which saves a round trip a message. It must then be the next to be prepared; to leave it out, abandon. It may not change until then.
    /// </summary>
    public void Announce(SmtpEnvelope envelope, ReadOnlyMemory<byte> message)
    {
        if (!_isHeld || _announced is not null)
        {
            throw new InvalidOperationException("One message can be announced while one is held.");
        }

        if (Capabilities.Pipelining && !_transfer.UsesChunks && MessagesSent + 1 < _mostMessages && CheckMessage(envelope, message, out var form) is null)
        {
            _announced = (envelope, message.Length, form);
            _transfer.Follow(envelope, message.Length, form);
        }
    }

    /// <summary>The point of no return: writes what ends the message and reads the reply. Never repeat it for the same message.</summary>
    public ValueTask<SmtpVerdict> CommitAsync(CancellationToken cancellationToken) => CommitAsync(static () => true, null, cancellationToken);

    /// <param name="mayStillEnd">
    /// Asked once more when the kernel did not take the message at once: its terminator is then withheld until the relay has read the rest. On false the
    /// connection is dropped and the verdict is NotAttempted.
    /// </param>
    /// <param name="terminatorWritten">
    /// Called once when the kernel has taken the terminator's last byte, before the reply is awaited; never when nothing was written or the
    /// writing failed. With a relay that does not read, or over TLS, that may be long after this method has returned its task.
    /// </param>
    /// <inheritdoc cref="CommitAsync(CancellationToken)"/>
    public ValueTask<SmtpVerdict> CommitAsync(Func<bool> mayStillEnd, Action? terminatorWritten, CancellationToken cancellationToken)
    {
        if (!_isHeld)
        {
            throw new InvalidOperationException("No message is held: prepare one first.");
        }

        _isHeld = false;
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromResult(Lost(SmtpStage.Body, WireState.Cancelled))
            : _transfer.EndHeldAsync(mayStillEnd, terminatorWritten, cancellationToken);
    }

    /// <summary>Drops the connection without the terminator: the relay has to forget the message.</summary>
    public Task AbandonAsync()
    {
        Close();
        return Task.CompletedTask;
    }

    /// <summary>Prepares and commits. <paramref name="mayEnd"/> is asked before the message may end; on false the connection is dropped and the verdict is NotAttempted.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpVerdict> SendAsync(SmtpEnvelope envelope, ReadOnlyMemory<byte> message, Func<bool> mayEnd, CancellationToken cancellationToken)
    {
        var step = await PrepareAsync(envelope, message, cancellationToken);
        return !step.IsHeld ? step.Refusal : MayEnd(mayEnd) ? await CommitAsync(mayEnd, null, cancellationToken) : Withheld();
    }

    /// <summary>Forgets any half-open transaction and shows whether the relay still answers. False: the connection is gone.</summary>
    public Task<bool> ResetAsync(CancellationToken cancellationToken) =>
        IsBusy || !IsUsable ? Task.FromResult(false) : _envelopes.ResetAsync(cancellationToken);

    /// <summary>Says goodbye when that is possible and closes. A held message is abandoned.</summary>
    public async Task QuitAsync(CancellationToken cancellationToken)
    {
        if (IsUsable && !IsBusy)
        {
            if (await _wire.WriteAsync(Quit, _timeouts.Quit, cancellationToken) == WireState.Ok)
            {
                await _wire.ReadReplyAsync(_timeouts.Quit, cancellationToken);
            }
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // Over a closed connection nobody can be told anything; over a held message nobody may.
        if (IsBusy)
        {
            Close();
        }

        await _wire.DisposeAsync();
    }

    /// <summary>MAIL, RCPT and what else comes before the message. On null the relay waits for it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(SmtpVerdict? Refusal, MessageForm Form)> OpenAsync(
        SmtpEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (_isHeld)
        {
            throw new InvalidOperationException("A message is held: commit or abandon it first.");
        }

        if (!IsUsable)
        {
            return (SmtpVerdict.NotAttempted(SmtpStage.Start, "the connection is closed"), default);
        }

        if (envelope.Recipient.IsEmpty)
        {
            throw new ArgumentException("The envelope has no recipient.", nameof(envelope));
        }

        if (_announced is { } announced)
        {
            if (announced.Envelope != envelope || announced.Size != message.Length)
            {
                throw new InvalidOperationException("Another message was announced: prepare that one, or abandon.");
            }

            _announced = null;
            return (await _envelopes.ReadAnswersAsync(chunks: false, cancellationToken), announced.Form);
        }

        if (CheckMessage(envelope, message, out var form) is { } fault)
        {
            return (SmtpVerdict.Refused(fault), form);
        }

        // An answer nobody asked for would be taken for the answer to this message's MAIL, and every later one would be one off.
        return HasNews
            ? (await _transfer.ReadNewsAsync(SmtpStage.Start, cancellationToken), form)
            : (await _envelopes.OpenAsync(envelope, message.Length, form, _transfer.UsesChunks, cancellationToken), form);
    }

    private string? CheckMessage(SmtpEnvelope envelope, ReadOnlyMemory<byte> message, out MessageForm form) =>
        MessageForm.Check(message.Span, out form) ?? CheckCapabilities(envelope, message.Length, form);

    private string? CheckCapabilities(SmtpEnvelope envelope, int size, MessageForm form)
    {
        if ((envelope.NeedsSmtpUtf8 || form.HasEightBitHeaders) && !Capabilities.SmtpUtf8)
        {
            return $"{(envelope.NeedsSmtpUtf8 ? "the address" : "a header")} is not ASCII and the relay does not offer SMTPUTF8";
        }

        if (form.IsEightBit && !Capabilities.EightBitMime)
        {
            return "the message has 8-bit bytes and the relay does not offer 8BITMIME";
        }

        return Capabilities.LargestMessage > 0 && size > Capabilities.LargestMessage
            ? string.Create(CultureInfo.InvariantCulture, $"the message has {size} bytes, the relay takes {Capabilities.LargestMessage}")
            : null;
    }

    private SmtpVerdict Lost(SmtpStage stage, WireState state)
    {
        Close();
        return SmtpVerdict.NotAttempted(stage, SmtpVerdict.Words(state));
    }

    private SmtpVerdict Withheld()
    {
        Close();
        return SmtpVerdict.Withheld;
    }

    private bool MayEnd(Func<bool> mayEnd)
    {
        try
        {
            return mayEnd();
        }
        catch
        {
            Close();
            throw;
        }
    }

    private void Close()
    {
        _isHeld = false;
        _announced = null;
        _wire.Abort();
    }
}
