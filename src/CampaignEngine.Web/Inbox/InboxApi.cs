using System.Text.Json;
using CampaignEngine.Mail.Receiving;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Inbox;

/// <summary>The inbox as JSON; names in snake_case, a promise to scripts.</summary>
internal static class InboxApi
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary><c>{ "count": all in the store, "messages": [...], "next": number to ask for as before, or null }</c>.</summary>
    public static Task ListAsync(HttpContext context, InboxList list) => WriteAsync(context, new { list.Count, Messages = list.Entries.Select(Entry), list.Next });

    public static Task ShowAsync(HttpContext context, InboxEntry entry, byte[] content)
    {
        var mail = MailReader.Read(content);
        return WriteAsync(context, new
        {
            Message = Entry(entry), Headers = mail.Headers.Select(h => new { h.Name, h.Value }), mail.Text, mail.Html, mail.Links, mail.IsComplete,
        });
    }

    private static object Entry(InboxEntry entry)
    {
        var m = entry.Message;
        return new { m.Number, m.ReceivedAt, m.Sender, m.Recipients, m.Subject, m.MessageId, m.Size, entry.SentBack };
    }

    private static Task WriteAsync(HttpContext context, object document) => InboxPages.WriteAsync(context, "application/json; charset=utf-8", JsonSerializer.SerializeToUtf8Bytes(document, Names));
}
