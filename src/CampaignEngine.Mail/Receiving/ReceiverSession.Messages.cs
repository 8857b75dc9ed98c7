using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

internal sealed partial class ReceiverSession
{
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

    private void ResetTransaction()
    {
        _chunksRefused = false;
        _envelope.Clear();
        _body?.Reset();
    }
}
