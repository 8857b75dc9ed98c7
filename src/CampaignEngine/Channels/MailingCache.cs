using System.Collections.Concurrent;
using CampaignEngine.Dispatching;
using CampaignEngine.Rendering;
using CampaignEngine.Templating;
using Npgsql;

namespace CampaignEngine.Channels;

/// <summary>What a channel makes once of each mailing, and the customers' present data of one grant after the other.</summary>
/// <param name="make">May throw <see cref="MessagesUnavailableException"/>: neither settings nor model change while a worker runs, so it stays with that.</param>
internal sealed class MailingCache<T>(NpgsqlDataSource source, Func<MailingToSend, T> make)
    where T : IMailingMessages
{
    private readonly ConcurrentDictionary<int, Lazy<T>> _mailings = new();

    public async ValueTask<(T Mailing, RecipientRows Rows)> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken)
    {
        var messages = _mailings.GetOrAdd(mailing.MailingId, _ => new Lazy<T>(() => make(mailing))).Value;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return (messages, new RecipientRows(messages.Renderer, await messages.Reader.ReadAsync(connection, [.. items.Select(i => i.CustomerKey)], cancellationToken)));
    }
}

/// <summary>What every channel's mailings have.</summary>
internal interface IMailingMessages
{
    MessageRenderer Renderer { get; }

    RecipientReader Reader { get; }
}

/// <summary>The data of one grant's people.</summary>
internal readonly record struct RecipientRows(MessageRenderer Renderer, IReadOnlyDictionary<string, Row> Rows)
{
    /// <summary>Renders one person's message. Null: done; else why there is none for this person.</summary>
    public string? Render(SendItem item, RenderedMessage into) =>
        !Rows.TryGetValue(item.CustomerKey, out var row) ? $"customer {item.CustomerKey} is not in the customer database any more"
        : Renderer.Render(row, item.Ordinal, item.Cell, into, CancellationToken.None) is { } fault ? $"customer {item.CustomerKey}: {fault}"
        : null;
}
