using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Customers;
using Npgsql;

namespace CampaignEngine.Rendering;

/// <summary>A message as one person would get it, with links as they are written.</summary>
/// <param name="Fault">Why there is no message for this person; null when there is one.</param>
public sealed record PreviewedMessage(string CustomerKey, string? Cell, string? Subject, string? Text, string? Html, string? Fault);

/// <summary>Renders messages that are shown and not sent: samples of a plan, previews, proofs.</summary>
public static class MessagePreview
{
    /// <param name="people">Key and cell of each person.</param>
    /// <param name="settings">For the address of the unsubscribe page.</param>
    /// <exception cref="Templating.TemplateException">A template has errors; check first.</exception>
    public static async Task<IReadOnlyList<PreviewedMessage>> RenderAsync(
        NpgsqlConnection connection, MailingContent content, CustomerModel model, EngineSettings settings, TimeProvider clock,
        IReadOnlyList<(string CustomerKey, string? Cell)> people, CancellationToken cancellationToken)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);
        var renderer = new MessageRenderer(content, model, MessageUrls.Preview(settings.Web.BaseUrl), zone, clock);
        var rows = await renderer.Reader(model, new SelectionOptions { Now = clock.GetUtcNow(), Zone = zone })
            .ReadAsync(connection, [.. people.Select(p => p.CustomerKey)], cancellationToken);
        var message = new RenderedMessage();
        var previews = new List<PreviewedMessage>();
        foreach (var (key, cell) in people)
        {
            var fault = rows.TryGetValue(key, out var row) ? renderer.Render(row, 1, cell, message, cancellationToken) : $"there is no row '{key}' in {model.People.Name}";
            previews.Add(fault is not null ? new PreviewedMessage(key, cell, null, null, null, fault)
                : new PreviewedMessage(key, cell, content.Subject is null ? null : message.Subject, Utf8(message.Text), content.Html is null ? null : Utf8(message.Html), null));
        }

        return previews;
    }

    private static string Utf8(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
