using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.ShortMessages;
using CampaignEngine.Templating;
using CampaignEngine.Tracking;
using Npgsql;

namespace CampaignEngine.Channels.Sms;

/// <summary>Renders the SMS of mailings from what the freeze stored, with the customers' present data: one set of statements for each grant.</summary>
public sealed class SmsMessages(NpgsqlDataSource source, CustomerModel model, EngineSettings settings, InstallationKeys keys, TimeProvider time) : IMessageSource
{
    private readonly ConcurrentDictionary<int, Lazy<MailingMessages>> _mailings = new();
    private readonly ConcurrentBag<RenderedMessage> _spare = [];
    private readonly ItemTokens _tokens = ItemTokens.Of(keys);
    private readonly string _receipts = settings.Web.BaseUrl + "/sms";
    private readonly MailingTemplates _templates = new(model, settings, ItemTokens.Of(keys), time);

    public async ValueTask<IMessageBatch> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken)
    {
        var messages = _mailings.GetOrAdd(mailing.MailingId, _ => new Lazy<MailingMessages>(() => Make(mailing))).Value;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var rows = await messages.Reader.ReadAsync(connection, [.. items.Select(i => i.CustomerKey)], cancellationToken);
        return new Batch(this, messages, rows);
    }

    private MailingMessages Make(MailingToSend mailing)
    {
        var content = MailingContent.FromJson(mailing.Definition);
        if (settings.SmsSender(content.Sender) is not { } sender)
        {
            throw new MessagesUnavailableException(
                $"{mailing.Campaign}/{mailing.DropName} is sent as '{content.Sender}', and {settings.File} has no sender of that name with 'sms'; add it under 'senders'");
        }

        var (renderer, reader) = _templates.Of(mailing, content);
        return new MailingMessages(mailing.MailingId, renderer, reader, sender, content.LookAlikes, settings.Gateways.GetValueOrDefault(sender.Route)?.Webhooks is not null);
    }

    // Signed for receipts: whoever reports with it what became of the message has it from us.
    private string KeyOf(int mailingId, int ordinal) => string.Create(
        ItemTokens.Length, (_tokens, mailingId, ordinal), static (key, item) => item._tokens.Write(key, TokenPurpose.Receipt, item.mailingId, item.ordinal));

    private sealed record MailingMessages(int MailingId, MessageRenderer Renderer, RecipientReader Reader, SmsSender Sender, bool LookAlikes, bool WantsReceipts);

    private sealed class Batch(SmsMessages owner, MailingMessages messages, IReadOnlyDictionary<string, Row> rows) : IMessageBatch
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
            if (!rows.TryGetValue(item.CustomerKey, out var row))
            {
                return $"customer {item.CustomerKey} is not in the customer database any more";
            }

            if (messages.Renderer.Render(row, item.Ordinal, item.Cell, _rendered, CancellationToken.None) is { } fault)
            {
                return $"customer {item.CustomerKey}: {fault}";
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
