using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace CampaignEngine.Mail.Smtp;

/// <summary>
/// The message's bytes and the write that ends them: the terminator after DATA, or an empty last chunk after BDAT (RFC 3030). Before the kernel has the
/// terminator nothing has been sent, after it every loss is a doubt. A message of ordinary size is kept until it may end and then leaves in one write with its
/// terminator and the next message's envelope; of what the kernel does not take at once, the terminator is withheld again.
/// </summary>
/// <param name="chunks">The message goes by BDAT.</param>
internal sealed class MessageTransfer(SmtpWire wire, EnvelopeExchange envelopes, SmtpTimeouts timeouts, bool chunks)
{
    /// <summary>Up to this size a message is kept for one write with its terminator.</summary>
    private const int LargestKept = 64 * 1024;


    // Of a kept message the whole, of another its end; then what follows it.
    private readonly ArrayBufferWriter<byte> _out = new(LargestKept + 1024);
    private int _kept;

    public bool UsesChunks => chunks;

    /// <summary>Messages whose last write was begun.</summary>
    public int TerminatorsWritten { get; private set; }

    /// <summary>Keeps the message, or writes it without its end. Null: whatever the relay has of it, it must forget when the connection goes.</summary>
    public ValueTask<SmtpVerdict?> HoldAsync(ReadOnlyMemory<byte> message, MessageForm form, CancellationToken cancellationToken)
    {
        _out.ResetWrittenCount();
        _kept = 0;
        if (chunks || wire.IsEncrypted || message.Length > LargestKept)
        {
            return WriteAsync(message, form, cancellationToken);
        }

        if (form.NeedsDotStuffing)
        {
            MessageForm.WriteStuffed(message.Span, _out);
        }
        else
        {
            _out.Write(message.Span);
        }

        _kept = _out.WrittenCount;
        _out.Write(Terminator);
        return ValueTask.FromResult<SmtpVerdict?>(null);
    }

    /// <summary>The envelope of the next message, to leave with the end of the one that is held.</summary>
    public void Follow(SmtpEnvelope envelope, int size, MessageForm form) => envelopes.AppendPipelined(_out, envelope, size, form);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict?> WriteAsync(ReadOnlyMemory<byte> message, MessageForm form, CancellationToken cancellationToken)
    {
        var body = message;
        var state = WireState.Ok;
        if (chunks)
        {
            AppendChunk(message.Length);
            if (message.Length <= LargestKept)
            {
                _out.Write(message.Span);
                body = _out.WrittenMemory;
            }
            else
            {
                state = await wire.WriteAsync(_out.WrittenMemory, timeouts.Body, cancellationToken);
            }
        }
        else if (form.NeedsDotStuffing)
        {
            MessageForm.WriteStuffed(message.Span, _out);
            body = _out.WrittenMemory;
        }

        state = state == WireState.Ok ? await wire.WriteAsync(body, timeouts.Body, cancellationToken) : state;
        if (state == WireState.Ok)
        {
            _out.ResetWrittenCount();
            _out.Write(chunks ? LastChunk : Terminator);
            return null;
        }

        // A relay that cuts a message short ("552 too big") has often said why before it closed.
        return state == WireState.Closed ? await ReadNewsAsync(SmtpStage.Body, cancellationToken) : Lost(state);
    }

    /// <summary>Ends the message that is held.</summary>
    /// <param name="mayStillEnd">Asked when the relay took so long over the message's bytes that the leave to end it is old.</param>
    public ValueTask<SmtpVerdict> EndHeldAsync(Func<bool> mayStillEnd, Action? written, CancellationToken cancellationToken) =>
        chunks ? EndChunksAsync(written, cancellationToken)
        : wire.HasNews ? ReadNewsAsync(SmtpStage.Body, cancellationToken)
        : _kept > 0 ? EndKeptAsync(mayStillEnd, written, cancellationToken)
        : EndAsync(_out.WrittenMemory, written, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict> EndKeptAsync(Func<bool> mayStillEnd, Action? written, CancellationToken cancellationToken)
    {
        if (wire.TryWrite(_out.WrittenSpan) is not { } taken)
        {
            return Lost(WireState.Closed);
        }

        if (taken <= _kept)
        {
            var state = await wire.WriteAsync(_out.WrittenMemory[taken.._kept], timeouts.Body, cancellationToken);
            if (state != WireState.Ok)
            {
                return state == WireState.Closed ? await ReadNewsAsync(SmtpStage.Body, cancellationToken) : Lost(state);
            }

            var leave = false;
            try
            {
                leave = mayStillEnd();
            }
            finally
            {
                // Also when the question itself fails: half a message must not stand before the next one.
                if (!leave)
                {
                    wire.Abort();
                }
            }

            if (!leave)
            {
                return SmtpVerdict.Withheld;
            }

            taken = _kept;
        }

        return await EndAsync(_out.WrittenMemory[taken..], written, cancellationToken);
    }

    /// <summary>The chunk has an answer of its own; where it is here already it is judged before the end is written.</summary>
    private async ValueTask<SmtpVerdict> EndChunksAsync(Action? written, CancellationToken cancellationToken)
    {
        if (!wire.HasNews)
        {
            return await EndChunkAsync(written, cancellationToken);
        }

        var (state, reply) = await wire.ReadReplyAsync(timeouts.Quit, cancellationToken);
        if (state != WireState.Ok)
        {
            return Lost(state);
        }

        return !reply.IsPositive ? JudgeChunk(reply, isEnded: false)
            : wire.HasNews ? await ReadNewsAsync(SmtpStage.Body, cancellationToken)
            : await EndAsync(_out.WrittenMemory, written, cancellationToken);
    }

    /// <summary>The relay spoke, or left, before it was asked. It cannot have taken the message, but the connection is over.</summary>
    public async ValueTask<SmtpVerdict> ReadNewsAsync(SmtpStage stage, CancellationToken cancellationToken)
    {
        var (state, reply) = await wire.ReadReplyAsync(timeouts.Quit, cancellationToken);
        wire.Abort();
        if (state != WireState.Ok)
        {
            return SmtpVerdict.NotAttempted(stage, SmtpVerdict.Words(state));
        }

        return stage == SmtpStage.Body && SmtpVerdict.KindOf(reply.Code) is (SmtpVerdictKind.Deferred or SmtpVerdictKind.Rejected) and var kind
            ? SmtpVerdict.Of(kind, stage, reply)
            : new SmtpVerdict(SmtpVerdictKind.NotAttempted, stage, reply.Code, reply.EnhancedCode, $"the relay spoke unasked: {reply.Text}");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict> EndAsync(ReadOnlyMemory<byte> lastWrite, Action? written, CancellationToken cancellationToken)
    {
        TerminatorsWritten++;
        var (state, reply) = await WriteAndReadAsync(lastWrite, written, cancellationToken);
        return state == WireState.Ok ? JudgeEnd(reply) : Doubt(state);
    }

    /// <summary>The chunk's own answer has not come yet: it stands in front of the one that decides.</summary>
    private async ValueTask<SmtpVerdict> EndChunkAsync(Action? written, CancellationToken cancellationToken)
    {
        TerminatorsWritten++;
        var (state, chunk) = await WriteAndReadAsync(_out.WrittenMemory, written, cancellationToken);
        if (state != WireState.Ok)
        {
            return Doubt(state);
        }

        var (lastState, last) = await wire.ReadReplyAsync(timeouts.Terminator, cancellationToken);
        if (chunk.IsPositive)
        {
            return lastState == WireState.Ok ? JudgeEnd(last) : Doubt(lastState);
        }

        // A relay that refused the message and then took the empty rest has contradicted itself: nobody knows what it keeps.
        if (lastState == WireState.Ok && last.IsPositive)
        {
            wire.Abort();
            return SmtpVerdict.Of(SmtpVerdictKind.InDoubt, SmtpStage.Terminator, last);
        }

        if (lastState != WireState.Ok)
        {
            wire.Abort();
        }

        return JudgeChunk(chunk, isEnded: true);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(WireState State, SmtpReply Reply)> WriteAndReadAsync(ReadOnlyMemory<byte> lastWrite, Action? written, CancellationToken cancellationToken)
    {
        var state = lastWrite.IsEmpty ? WireState.Ok : await wire.WriteAsync(lastWrite, timeouts.Body, cancellationToken);
        if (state != WireState.Ok)
        {
            return (state, default);
        }

        written?.Invoke();
        return await wire.ReadReplyAsync(timeouts.Terminator, cancellationToken);
    }

    private SmtpVerdict JudgeEnd(SmtpReply reply)
    {
        var kind = SmtpVerdict.KindOf(reply.Code);
        if (kind is null || reply.Code == 421)
        {
            wire.Abort();
        }

        return SmtpVerdict.Of(kind ?? SmtpVerdictKind.InDoubt, SmtpStage.Terminator, reply);
    }

    // The relay has refused the message's bytes, so it cannot have the message.
    private SmtpVerdict JudgeChunk(SmtpReply reply, bool isEnded)
    {
        envelopes.ResetBeforeNext();
        var kind = SmtpVerdict.KindOf(reply.Code);
        if (kind is null || reply.Code == 421)
        {
            wire.Abort();
        }

        return kind is { } refused ? SmtpVerdict.Of(refused, SmtpStage.Body, reply)
            : isEnded ? SmtpVerdict.Of(SmtpVerdictKind.InDoubt, SmtpStage.Terminator, reply)
            : new SmtpVerdict(SmtpVerdictKind.NotAttempted, SmtpStage.Body, reply.Code, reply.EnhancedCode, $"the relay gave an answer that does not fit: {reply.Text}");
    }

    private SmtpVerdict Doubt(WireState state)
    {
        wire.Abort();
        return SmtpVerdict.InDoubt(SmtpVerdict.Words(state));
    }

    private SmtpVerdict Lost(WireState state)
    {
        wire.Abort();
        return SmtpVerdict.NotAttempted(SmtpStage.Body, SmtpVerdict.Words(state));
    }

    private void AppendChunk(int length)
    {
        _out.Write("BDAT "u8);
        length.TryFormat(_out.GetSpan(11), out var written, default, CultureInfo.InvariantCulture);
        _out.Advance(written);
        _out.Write("\r\n"u8);
    }

    private static ReadOnlySpan<byte> Terminator => ".\r\n"u8;

    private static ReadOnlySpan<byte> LastChunk => "BDAT 0 LAST\r\n"u8;
}
