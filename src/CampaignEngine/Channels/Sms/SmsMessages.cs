using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.ShortMessages;
using CampaignEngine.Tracking;
using Npgsql;

namespace CampaignEngine.Channels.Sms;

/// <summary>Renders the SMS of mailings from what the freeze stored, with the customers' present data: one set of statements for each grant.</summary>
public sealed class SmsMessages : IMessageSource
{
    private readonly MailingCache<MailingMessages> _mailings;
    private readonly ConcurrentBag<RenderedMessage> _spare = [];
    private readonly ItemTokens _tokens;
    private readonly EngineSettings _settings;
    private readonly string _receipts;
    private readonly MailingTemplates _templates;

    public SmsMessages(NpgsqlDataSource source, CustomerModel model, EngineSettings settings, InstallationKeys keys, TimeProvider time)
    {
        (_settings, _receipts, _tokens) = (settings, settings.Web.BaseUrl + "/sms", ItemTokens.Of(keys, settings.Web.TokenKeys));
        _templates = new MailingTemplates(model, settings, _tokens, time);
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
        if (_settings.SmsSender(content.Sender) is not { } sender)
        {
            throw new MessagesUnavailableException(
                $"{mailing.Campaign}/{mailing.DropName} is sent as '{content.Sender}', and {_settings.File} has no sender of that name with 'sms'; add it under 'senders'");
        }

        var (renderer, reader) = _templates.Of(mailing, content);
        return new MailingMessages(mailing.MailingId, renderer, reader, sender, content.LookAlikes, _settings.Gateways.GetValueOrDefault(sender.Route)?.Webhooks is not null);
    }

    // Signed for receipts: whoever reports with it what became of the message has it from us.
    private string KeyOf(int mailingId, int ordinal) => string.Create(
        ItemTokens.Length, (_tokens, mailingId, ordinal), static (key, item) => item._tokens.Write(key, TokenPurpose.Receipt, item.mailingId, item.ordinal));

    private sealed record MailingMessages(int MailingId, MessageRenderer Renderer, RecipientReader Reader, SmsSender Sender, bool LookAlikes, bool WantsReceipts) : IMailingMessages;

    private sealed class Batch(SmsMessages owner, MailingMessages messages, RecipientRows rows) : IMessageBatch
    {
        private readonly RenderedMessage _rendered = owner._spare.TryTake(out var spare) ? spare : new RenderedMessage();

        public bool TryBuild(SendItem item, OutgoingMessage message, out string failure)
        {
            failure = Build(item, message) ?? "";
            return failure.Length == 0;
        }

        public void Dispose() => owner._spare.Add(_rendered);

        private string? Build(SendItem item, OutgoingMessage message)
        {
            if (rows.Render(item, _rendered) is { } fault)
            {
                return fault;
            }

            var text = ShortMessageText.Of(_rendered.Text.Span, messages.LookAlikes);
            if (text.Length == 0)
            {
                return $"customer {item.CustomerKey}: the message is empty for this person";
            }

            message.Route = messages.Sender.Route;
            message.Sender = messages.Sender.IdFor(item.Address);
            message.Recipient = item.Address;
            message.EnvelopeId = owner.KeyOf(messages.MailingId, item.Ordinal);
            message.ReceiptUrl = messages.WantsReceipts ? $"{owner._receipts}/{messages.Sender.Route}/receipt/{message.EnvelopeId}" : null;
            Encoding.UTF8.GetBytes(text, message.Content);
            return null;
        }
    }
}
