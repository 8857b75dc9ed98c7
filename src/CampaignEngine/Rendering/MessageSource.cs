using System.Collections.Concurrent;
using CampaignEngine.Audiences;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Templating;
using CampaignEngine.Tracking;
using Npgsql;

namespace CampaignEngine.Rendering;

/// <summary>
/// Rendering as the dispatcher sees it: reads what the people of a grant need in a few statements, then builds each message. E-mails are
/// whole MIME messages; on other channels the content is the text part.
/// </summary>
/// <param name="source">Connections that may read the customer database.</param>
/// <param name="zone">Zone of days and of times for people without one of their own.</param>
public sealed class MessageSource(
    NpgsqlDataSource source, CustomerModel model, EngineSettings settings, ItemTokens tokens, TimeZoneInfo zone, TimeProvider clock) : IMessageSource
{
    private readonly ConcurrentDictionary<int, Lazy<Mailing>> _mailings = new();

    public async ValueTask<IMessageBatch> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken)
    {
        var prepared = _mailings.GetOrAdd(mailing.MailingId, _ => new Lazy<Mailing>(() => Prepare(mailing))).Value;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var rows = await prepared.Reader.ReadAsync(connection, [.. items.Select(i => i.CustomerKey)], cancellationToken);
        return new Batch(prepared, rows, cancellationToken);
    }

    private Mailing Prepare(MailingToSend mailing)
    {
        var content = MailingContent.FromJson(mailing.Definition);
        var renderer = new MessageRenderer(content, model, MessageUrls.Of(settings.Web.BaseUrl, tokens, mailing.MailingId), zone, clock);
        // Computed fields mean the instant of the freeze, so that a retry builds the same message.
        return new Mailing(mailing, content, renderer, renderer.Reader(model, new SelectionOptions { Now = mailing.FrozenAt, Zone = zone }), settings.Sender(content.Sender), tokens);
    }

    private sealed record Mailing(
        MailingToSend Item, MailingContent Content, MessageRenderer Renderer, RecipientReader Reader, SenderSettings? Sender, ItemTokens Tokens)
    {
        // The same over all attempts, like everything in the message.
        public DateTimeOffset Date => Item.DueAt > Item.FrozenAt ? Item.DueAt : Item.FrozenAt;
    }

    private sealed class Batch(Mailing mailing, IReadOnlyDictionary<string, Row> rows, CancellationToken cancellationToken) : IMessageBatch
    {
        private readonly RenderedMessage _rendered = new();
        private readonly MessageComposer _composer = new();

        public bool TryBuild(SendItem item, OutgoingMessage message, out string failure)
        {
            failure = !rows.TryGetValue(item.CustomerKey, out var row) ? "the person is no longer in the customer database"
                : mailing.Renderer.Render(row, item.Ordinal, item.Cell, _rendered, cancellationToken)
                ?? (mailing.Content.Channel == "email" ? Email(item, message) : Plain(item, message)) ?? "";
            return failure.Length == 0;
        }

        public void Dispose()
        {
        }

        private string? Plain(SendItem item, OutgoingMessage message)
        {
            (message.Sender, message.Recipient) = (mailing.Content.Sender, item.Address);
            _rendered.Text.Span.CopyTo(message.Content.GetSpan(_rendered.Text.Length));
            message.Content.Advance(_rendered.Text.Length);
            return null;
        }

        private string? Email(SendItem item, OutgoingMessage message)
        {
            if (mailing.Sender is not { } sender)
            {
                return $"the sender '{mailing.Content.Sender}' is no longer in engine.yaml; put it back and resume";
            }

            if (!EmailAddress.TryParse(item.Address, out var address, out var fault))
            {
                return fault.Explain();
            }

            var headers = UnsubscribeHeaders.Of(_rendered.UnsubscribeUrl, sender);
            var content = new MessageContent
            {
                From = sender.From,
                To = new Mailbox(address),
                ReplyTo = sender.ReplyTo,
                Subject = _rendered.Subject,
                MessageId = $"{mailing.Tokens.Open(mailing.Item.MailingId, item.Ordinal)}@{sender.From.Address.Domain}",
                Date = mailing.Date,
                TextUtf8 = _rendered.Text,
                HtmlUtf8 = _rendered.Html,
                ExtraHeaders = headers.ToArray(),
            };
            if (_composer.Compose(content, message.Content) is { } refused)
            {
                return refused.Text;
            }

            (message.Sender, message.Recipient) = ((sender.ReturnPath ?? sender.From.Address).Text, address.Text);
            return null;
        }
    }
}
