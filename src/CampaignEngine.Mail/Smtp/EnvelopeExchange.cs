using System.Buffers;
using System.Runtime.CompilerServices;

namespace CampaignEngine.Mail.Smtp;

/// <summary>
/// RSET where one is due, MAIL, RCPT, and DATA where the message goes by DATA: up to the point where the relay waits for the message.
/// Nothing here can make a doubt.
/// </summary>
internal sealed class EnvelopeExchange(SmtpWire wire, SmtpCapabilities capabilities, SmtpRoute route)
{
    private static readonly ReadOnlyMemory<byte> EmptyMessage = ".\r\n"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _out = new(1024);
    private readonly EnvelopeCommands _commands = new(capabilities, route.Dsn);
    private readonly SmtpTimeouts _timeouts = route.Timeouts;
    private bool _resetFirst;

    /// <summary>The relay may still hold an envelope that came to nothing: the next message begins with RSET.</summary>
    public void ResetBeforeNext() => _resetFirst = true;

    /// <summary>On null the relay waits for the message.</summary>
    /// <param name="chunks">The message goes by BDAT, so DATA is not said; only where PIPELINING is offered.</param>
    public ValueTask<SmtpVerdict?> OpenAsync(SmtpEnvelope envelope, int size, MessageForm form, bool chunks, CancellationToken cancellationToken) =>
        capabilities.Pipelining
            ? OpenPipelinedAsync(envelope, size, form, chunks, cancellationToken)
            : OpenStepwiseAsync(envelope, size, form, cancellationToken);

    /// <summary>Forgets any half-open transaction and shows whether the relay still answers. False: the connection is gone.</summary>
    public async Task<bool> ResetAsync(CancellationToken cancellationToken)
    {
        _out.ResetWrittenCount();
        _out.Write("RSET\r\n"u8);
        var state = wire.HasNews ? WireState.Closed : await wire.WriteAsync(_out.WrittenMemory, _timeouts.Envelope, cancellationToken);
        var reply = default(SmtpReply);
        if (state == WireState.Ok)
        {
            (state, reply) = await wire.ReadReplyAsync(_timeouts.Envelope, cancellationToken);
        }

        if (state != WireState.Ok || !reply.IsPositive)
        {
            wire.Abort();
            return false;
        }

        _resetFirst = false;
        return true;
    }

    /// <summary>The commands up to DATA, to stand behind the end of the message before: whoever writes them calls <see cref="ReadAnswersAsync"/> after its answer.</summary>
    public void AppendPipelined(ArrayBufferWriter<byte> output, SmtpEnvelope envelope, int size, MessageForm form)
    {
        _commands.AppendMail(output, envelope, size, form);
        _commands.AppendRecipient(output, envelope);
        output.Write("DATA\r\n"u8);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict?> OpenPipelinedAsync(SmtpEnvelope envelope, int size, MessageForm form, bool chunks, CancellationToken cancellationToken)
    {
        var resetting = _resetFirst;
        _out.ResetWrittenCount();
        AppendReset();
        if (chunks)
        {
            _commands.AppendMail(_out, envelope, size, form);
            _commands.AppendRecipient(_out, envelope);
        }
        else
        {
            AppendPipelined(_out, envelope, size, form);
        }

        var state = await wire.WriteAsync(_out.WrittenMemory, _timeouts.Envelope, cancellationToken);
        if (state != WireState.Ok)
        {
            return Lost(SmtpStage.Mail, state);
        }

        return (resetting ? CheckReset(await ReadAsync(SmtpStage.Start, _timeouts.Envelope, cancellationToken)) : null)
            ?? await ReadAnswersAsync(chunks, cancellationToken);
    }

    /// <summary>The answers to MAIL, RCPT and DATA that were written together. On null the relay waits for the message.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpVerdict?> ReadAnswersAsync(bool chunks, CancellationToken cancellationToken)
    {
        // All are read before any is judged; only a farewell (421) ends the reading early, because nothing may follow it.
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

        var data = chunks ? default : await ReadAsync(SmtpStage.Data, _timeouts.Data, cancellationToken);
        var waiting = !chunks && data.Lost is null && data.Reply.Code == 354;
        if (!mail.Reply.IsPositive || !recipient.Reply.IsPositive)
        {
            if (waiting)
            {
                await LeaveDataAsync(recipientRefused: !recipient.Reply.IsPositive, cancellationToken);
            }

            return mail.Reply.IsPositive ? Judge(SmtpStage.Recipient, recipient.Reply) : Judge(SmtpStage.Mail, mail.Reply);
        }

        return data.Lost ?? (waiting || chunks ? CheckSilence() : Judge(SmtpStage.Data, data.Reply));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpVerdict?> OpenStepwiseAsync(SmtpEnvelope envelope, int size, MessageForm form, CancellationToken cancellationToken)
    {
        _out.ResetWrittenCount();
        if (_resetFirst)
        {
            AppendReset();
            if (CheckReset(await AskAsync(SmtpStage.Start, _timeouts.Envelope, cancellationToken)) is { } lost)
            {
                return lost;
            }
        }

        _commands.AppendMail(_out, envelope, size, form);
        var mail = await AskAsync(SmtpStage.Mail, _timeouts.Envelope, cancellationToken);
        if (mail.Lost is not null || !mail.Reply.IsPositive)
        {
            return mail.Lost ?? Judge(SmtpStage.Mail, mail.Reply);
        }

        _commands.AppendRecipient(_out, envelope);
        var recipient = await AskAsync(SmtpStage.Recipient, _timeouts.Envelope, cancellationToken);
        if (recipient.Lost is not null || !recipient.Reply.IsPositive)
        {
            return recipient.Lost ?? Judge(SmtpStage.Recipient, recipient.Reply);
        }

        _out.Write("DATA\r\n"u8);
        var data = await AskAsync(SmtpStage.Data, _timeouts.Data, cancellationToken);
        return data.Lost ?? (data.Reply.Code == 354 ? CheckSilence() : Judge(SmtpStage.Data, data.Reply));
    }

    /// <summary>The relay waits for a message that has no recipient: RFC 2920 3.1 lets an empty one end the wait.</summary>
    private async ValueTask LeaveDataAsync(bool recipientRefused, CancellationToken cancellationToken)
    {
        // With a recipient accepted, the empty message could reach a person.
        if (!recipientRefused
            || await wire.WriteAsync(EmptyMessage, _timeouts.Body, cancellationToken) != WireState.Ok
            || (await wire.ReadReplyAsync(_timeouts.Terminator, cancellationToken)).State != WireState.Ok)
        {
            wire.Abort();
        }
    }

    // With the envelope before still in its hands the relay would refuse this message for that one's sake.
    private SmtpVerdict? CheckReset((SmtpReply Reply, SmtpVerdict? Lost) answer)
    {
        if (answer.Lost is not null || answer.Reply.IsPositive)
        {
            return answer.Lost;
        }

        wire.Abort();
        return new SmtpVerdict(SmtpVerdictKind.NotAttempted, SmtpStage.Start, answer.Reply.Code, answer.Reply.EnhancedCode, $"the relay would not forget the message before: {answer.Reply.Text}");
    }

    private SmtpVerdict? CheckSilence()
    {
        // What is still on its way is seen before the message ends.
        if (!wire.HasReadAhead)
        {
            return null;
        }

        wire.Abort();
        return SmtpVerdict.NotAttempted(SmtpStage.Data, "the relay sent more answers than it was asked for");
    }

    private SmtpVerdict Judge(SmtpStage stage, SmtpReply reply)
    {
        _resetFirst = true;
        var kind = SmtpVerdict.KindOf(reply.Code);
        var refused = kind is SmtpVerdictKind.Deferred or SmtpVerdictKind.Rejected;
        if (reply.Code == 421 || !refused)
        {
            wire.Abort();
        }

        return refused
            ? SmtpVerdict.Of(kind!.Value, stage, reply)
            : new SmtpVerdict(SmtpVerdictKind.NotAttempted, stage, reply.Code, reply.EnhancedCode, $"the relay gave an answer that does not fit: {reply.Text}");
    }

    private async ValueTask<(SmtpReply Reply, SmtpVerdict? Lost)> AskAsync(SmtpStage stage, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var state = await wire.WriteAsync(_out.WrittenMemory, timeout, cancellationToken);
        _out.ResetWrittenCount();
        return state == WireState.Ok ? await ReadAsync(stage, timeout, cancellationToken) : (default, Lost(stage, state));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(SmtpReply Reply, SmtpVerdict? Lost)> ReadAsync(SmtpStage stage, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (state, reply) = await wire.ReadReplyAsync(timeout, cancellationToken);
        return state == WireState.Ok ? (reply, null) : (default, Lost(stage, state));
    }

    private SmtpVerdict Lost(SmtpStage stage, WireState state)
    {
        wire.Abort();
        return SmtpVerdict.NotAttempted(stage, SmtpVerdict.Words(state));
    }

    private void AppendReset()
    {
        if (_resetFirst)
        {
            _out.Write("RSET\r\n"u8);
            _resetFirst = false;
        }
    }
}
