using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Channels.Email;

/// <summary>Single e-mails outside of any mailing: answers and alarms. Each call is one attempt.</summary>
public sealed class EmailAnswers(EngineSettings settings, string workspaceDirectory, TimeProvider time)
{
    private readonly Lazy<EmailChannel> _channel = new(() => EmailSetup.ChannelOf(workspaceDirectory, settings, time));

    /// <summary>The sender of that name, or the first; null where engine.yaml has none.</summary>
    public SenderSettings? SenderOf(string? name) => settings.Sender(name) ?? settings.Sender(null);

    /// <param name="returnPath">Envelope sender.</param>
    /// <param name="replyTo">Null: the sender's.</param>
    /// <param name="headers">Further headers.</param>
    /// <exception cref="InvalidDataException">A password or key cannot be read.</exception>
    public async Task<SendVerdict> TrySendAsync(
        SenderSettings sender, string returnPath, Mailbox? replyTo, string to, string subject, string text, string messageId, MessageHeader[] headers, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(to, out var recipient, out _))
        {
            return new SendVerdict(SendOutcome.Rejected, 0, "the address is not one");
        }

        var message = new OutgoingMessage { Route = sender.Route, SignedBy = sender.Dkim is null ? "" : sender.Name, Sender = returnPath, Recipient = recipient.Text, EnvelopeId = messageId };
        var content = new MessageContent
        {
            From = sender.From,
            To = new Mailbox(recipient),
            ReplyTo = replyTo ?? sender.ReplyTo,
            Subject = subject,
            MessageId = messageId,
            Date = TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(settings.Zone)),
            TextUtf8 = System.Text.Encoding.UTF8.GetBytes(text),
            ExtraHeaders = headers,
        };
        if (new MessageComposer().Compose(content, message.Content) is { } fault)
        {
            return new SendVerdict(SendOutcome.Rejected, 0, fault.ToString());
        }

        await using var lane = _channel.Value.CreateLane();
        return await lane.OpenAsync(cancellationToken) is { } closed
            ? new SendVerdict(SendOutcome.NotAttempted, 0, closed)
            : await lane.PrepareAsync(message, cancellationToken) ?? await lane.CommitAsync(static () => true, static () => { }, cancellationToken);
    }
}
