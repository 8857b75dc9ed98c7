using System.Collections.Concurrent;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Rendering;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;
using Npgsql;

namespace CampaignEngine.Channels.Email;

/// <summary>Renders the e-mails of mailings from what the freeze stored, with the customers' present data: one set of statements for each grant.</summary>
public sealed class EmailMessages : IMessageSource
{
    private readonly MailingCache<MailingMessages> _mailings;
    private readonly ConcurrentBag<(RenderedMessage Message, MessageComposer Composer)> _spare = [];
    private readonly MailingTemplates _templates;
    private readonly EngineSettings _settings;
    private readonly TimeProvider _time;
    private readonly InstallationKeys _keys;
    private readonly ReturnPaths? _returnPaths;
    private readonly ReturnPaths? _replyTo;

    public EmailMessages(NpgsqlDataSource source, CustomerModel model, EngineSettings settings, InstallationKeys keys, TimeProvider time)
    {
        (_settings, _time, _keys) = (settings, time, keys);
        var tokens = ItemTokens.Of(keys, settings.Web.TokenKeys);
        _templates = new MailingTemplates(model, settings, tokens, time);
        _returnPaths = settings.Bounces.ReturnPathDomain is { } domain ? new ReturnPaths(tokens, domain) : null;
        _replyTo = settings.Replies.SignedReplyTo && _returnPaths is not null ? ReturnPaths.ForReplies(tokens, _returnPaths.Domain) : null;
        _mailings = new MailingCache<MailingMessages>(source, Make);
    }

    public async ValueTask<IMessageBatch> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken)
    {
        var (messages, rows) = await _mailings.LoadAsync(mailing, items, cancellationToken);
        return new Batch(this, messages, rows);
    }

    private MailingMessages Make(MailingToSend mailing)
    {
        var content = MailingContent.FromJson(mailing.Definition);
        if (_settings.Sender(content.Sender) is not { } sender)
        {
            throw new MessagesUnavailableException(
                $"{mailing.Campaign}/{mailing.DropName} is sent as '{content.Sender}', and {_settings.File} has no sender of that name; add it under 'senders'");
        }

        var (renderer, reader) = _templates.Of(mailing, content);
        return new MailingMessages(
            mailing.MailingId, renderer, [.. renderer.Images.Select(i => i.ToPart())], reader, sender, MessageIds.Of(_keys, sender.From.Address.Domain.ToString()));
    }

    private sealed record MailingMessages(int MailingId, MessageRenderer Renderer, InlineImage[] Images, RecipientReader Reader, SenderSettings Sender, MessageIds Ids) : IMailingMessages;

    private sealed class Batch(EmailMessages owner, MailingMessages messages, RecipientRows rows) : IMessageBatch
    {
        private readonly (RenderedMessage Message, MessageComposer Composer) _tools =
            owner._spare.TryTake(out var tools) ? tools : (new RenderedMessage(), new MessageComposer());

        public bool TryBuild(SendItem item, OutgoingMessage message, out string failure)
        {
            failure = Build(item, message) ?? "";
            return failure.Length == 0;
        }

        public void Dispose() => owner._spare.Add(_tools);

        private string? Build(SendItem item, OutgoingMessage message)
        {
            if (rows.Render(item, _tools.Message) is { } fault)
            {
                return fault;
            }

            if (!EmailAddress.TryParse(item.Address, out var recipient, out _))
            {
                return $"customer {item.CustomerKey}: the address is not one";
            }

            var sender = messages.Sender;
            message.Route = sender.Route;
            message.SignedBy = sender.Dkim is null ? "" : sender.Name;
            message.Sender = owner._returnPaths?.Of(messages.MailingId, item.Ordinal) ?? (sender.ReturnPath ?? sender.From.Address).Text;
            message.Recipient = recipient.Text;
            message.EnvelopeId = messages.Ids.Of(messages.MailingId, item.Ordinal);
            var composed = _tools.Composer.Compose(
                new MessageContent
                {
                    From = sender.From,
                    To = new Mailbox(recipient),
                    ReplyTo = owner.ReplyToOf(messages.MailingId, item.Ordinal, sender),
                    Subject = _tools.Message.Subject,
                    MessageId = message.EnvelopeId,
                    Date = TimeZoneInfo.ConvertTime(owner.Now, owner._templates.Zone),
                    TextUtf8 = _tools.Message.Text,
                    HtmlUtf8 = _tools.Message.Html,
                    InlineImages = messages.Images,

                    // A relay behind the relay may encode 8-bit text, and our signature would not survive that.
                    AllowEightBit = sender.Dkim is null && owner.IsEightBit(sender.Route),
                    ExtraHeaders = UnsubscribeHeaders.Of(_tools.Message.UnsubscribeUrl, sender).ToArray(),
                },
                message.Content);
            return composed is null ? null : $"customer {item.CustomerKey}: {composed}";
        }
    }

    private Mailbox? ReplyToOf(int mailingId, int ordinal, SenderSettings sender) =>
        _replyTo is not null && EmailAddress.TryParse(_replyTo.Of(mailingId, ordinal), out var address, out _) ? new Mailbox(address, (sender.ReplyTo ?? sender.From).DisplayName) : sender.ReplyTo;

    private bool IsEightBit(string route) => _settings.Routes.TryGetValue(route, out var named) && named.EightBit;

    private DateTimeOffset Now => _time.GetUtcNow();
}
