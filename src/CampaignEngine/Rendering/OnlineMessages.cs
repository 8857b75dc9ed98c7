using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Templating;
using CampaignEngine.Tracking;
using Npgsql;

namespace CampaignEngine.Rendering;

/// <summary>A message as a page: HTML where it has any, else text.</summary>
public sealed record OnlineMessage(string Subject, string? Html, string Text);

/// <summary>
/// Renders the message of one item again, from what the freeze stored and with the person's present data, for whoever has the address that stood in it.
/// </summary>
public sealed class OnlineMessages(NpgsqlDataSource database, CustomerModel model, EngineSettings settings, ItemTokens tokens, TimeProvider clock)
{
    // Old mailings are looked at rarely; past this the memory starts afresh.
    private const int MostMailings = 100;
    private static readonly string Find = SqlFile.Load<OnlineMessages>("FindOnlineMessage");
    private readonly ConcurrentDictionary<int, (MessageRenderer Renderer, RecipientReader Reader)> _mailings = new();
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);

    /// <summary>Null: there is no such item, the person is gone from the customer database, or the message cannot be made any more.</summary>
    public async Task<OnlineMessage?> FindAsync(ItemToken item, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        string definition, customer;
        string? cell;
        DateTimeOffset due;
        await using (var command = new NpgsqlCommand(Find, connection))
        {
            command.Parameters.AddWithValue("mailing", item.MailingId);
            command.Parameters.AddWithValue("ordinal", item.Ordinal);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            (definition, due, customer, cell) = (reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4));
        }

        if (Mailing(item.MailingId, definition, due) is not { } mailing)
        {
            return null;
        }

        var rows = await mailing.Reader.ReadAsync(connection, [customer], cancellationToken);
        var message = new RenderedMessage();
        return rows.TryGetValue(customer, out var row) && mailing.Renderer.Render(row, item.Ordinal, cell, message, cancellationToken) is null
            ? new OnlineMessage(
                message.Subject,
                message.Html.Length == 0 ? null : MessageImage.Embed(Encoding.UTF8.GetString(message.Html.Span), mailing.Renderer.Images),
                Encoding.UTF8.GetString(message.Text.Span))
            : null;
    }

    private (MessageRenderer Renderer, RecipientReader Reader)? Mailing(int mailingId, string definition, DateTimeOffset due)
    {
        if (_mailings.TryGetValue(mailingId, out var known))
        {
            return known;
        }

        try
        {
            // No pixel: looking at the page is an event of its own and not an open.
            var urls = MessageUrls.Of(settings.Web.BaseUrl, tokens, mailingId) with { Open = null };
            var renderer = new MessageRenderer(MailingContent.FromJson(definition), model, urls, _zone, clock);
            known = (renderer, renderer.Reader(model, new SelectionOptions { Now = due, Zone = _zone }));
        }
        catch (Exception fault) when (fault is TemplateException or InvalidOperationException or KeyNotFoundException or System.Text.Json.JsonException or InvalidDataException)
        {
            // A model that was changed since then no longer fits the templates.
            return null;
        }

        if (_mailings.Count >= MostMailings)
        {
            _mailings.Clear();
        }

        _mailings[mailingId] = known;
        return known;
    }
}
