using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace CampaignEngine.Mail.Smtp;

/// <summary>
/// The message's bytes and the one write that ends them: the terminator after DATA, or an empty last chunk after BDAT (RFC 3030). Before that
/// write nothing has been sent, after it every loss is a doubt.
/// </summary>
/// <param name="chunks">The message goes by BDAT.</param>
internal sealed class MessageTransfer(SmtpWire wire, EnvelopeExchange envelopes, SmtpTimeouts timeouts, bool chunks)
{
    /// <summary>Up to this size message and terminator fit into one write.</summary>
    public const int LargestSingleWrite = 64 * 1024;

    private static readonly ReadOnlyMemory<byte> Terminator = ".\r\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> LastChunk = "BDAT 0 LAST\r\n"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _out = new(LargestSingleWrite + 32);

    public bool UsesChunks => chunks;

    /// <summary>Messages whose last write was begun.</summary>
    public int TerminatorsWritten { get; private set; }

    /// <summary>Writes the message without its end. Null: the relay has it all and must forget it when the connection goes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpVerdict?> WriteAsync(ReadOnlyMemory<byte> message, MessageForm form, CancellationToken cancellationToken)
    {
        _out.ResetWrittenCount();
        var body = message;
        var state = WireState.Ok;
        if (chunks)
        {
            AppendChunk(message.Length, isLast: false);
            if (message.Length <= LargestSingleWrite)
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
            return null;
        }

        // A relay that cuts a message short ("552 too big") has often said why before it closed.
        return state == WireState.Closed ? await ReadNewsAsync(SmtpStage.Body, cancellationToken) : Lost(state);
    }

    /// <summary>Ends a message that <see cref="WriteAsync"/> has written.</summary>
    public async ValueTask<SmtpVerdict> EndHeldAsync(Action? written, CancellationToken cancellationToken)
    {
        if (!wire.HasNews)
        {
            return chunks ? await EndChunkAsync(written, cancellationToken) : await EndAsync(Terminator, written, cancellationToken);
        }

        if (chunks)
        {
            // The chunk has an answer of its own, and it is here already.
            var (state, reply) = await wire.ReadReplyAsync(timeouts.Quit, cancellationToken);
            if (state != WireState.Ok)
            {
                return Lost(state);
            }

            if (!reply.IsPositive)
            {
                return JudgeChunk(reply, isEnded: false);
            }

            if (!wire.HasNews)
            {
                return await EndAsync(LastChunk, written, cancellationToken);
            }
        }

        return await ReadNewsAsync(SmtpStage.Body, cancellationToken);
    }

    /// <summary>Writes a message of at most <see cref="LargestSingleWrite"/> with its end in one write.</summary>
    public ValueTask<SmtpVerdict> EndWholeAsync(ReadOnlyMemory<byte> message, MessageForm form, CancellationToken cancellationToken)
    {
        _out.ResetWrittenCount();
        if (chunks)
        {
            AppendChunk(message.Length, isLast: true);
            _out.Write(message.Span);
        }
        else if (form.NeedsDotStuffing)
        {
            MessageForm.WriteStuffed(message.Span, _out);
        }
        else
        {
            _out.Write(message.Span);
        }

        if (!chunks)
        {
            _out.Write(Terminator.Span);
        }

        return EndAsync(_out.WrittenMemory, null, cancellationToken);
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
        var (state, chunk) = await WriteAndReadAsync(LastChunk, written, cancellationToken);
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
        var state = await wire.WriteAsync(lastWrite, timeouts.Body, cancellationToken);
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

    private void AppendChunk(int length, bool isLast)
    {
        _out.Write("BDAT "u8);
        length.TryFormat(_out.GetSpan(11), out var written, default, CultureInfo.InvariantCulture);
        _out.Advance(written);
        _out.Write(isLast ? " LAST\r\n"u8 : "\r\n"u8);
    }
}
