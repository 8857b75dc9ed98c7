using System.Globalization;
using CampaignEngine.Mail.Receiving;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Inbox;

/// <summary>What of the list is asked for: <c>?to=ADDRESS&amp;before=NUMBER&amp;limit=N</c>; newest first.</summary>
internal sealed record InboxQuery(string? To, long? Before, int Limit)
{
    private const int Usual = 50;
    private const int Most = 1000;

    public static InboxQuery Of(HttpRequest request)
    {
        long? Number(string name) => long.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return new InboxQuery(request.Query["to"].FirstOrDefault()?.Trim() is { Length: > 0 } to ? to : null, Number("before"), (int)Math.Clamp(Number("limit") ?? Usual, 1, Most));
    }

    /// <summary>At most <see cref="Limit"/> and one more, which tells that there are older ones.</summary>
    public List<StoredMessage> Find(MessageStore? store)
    {
        if (store is null)
        {
            return [];
        }

        var found = To is null ? store.NewestFirst(Before) : store.ToRecipient(To).Where(m => Before is null || m.Number < Before);
        return [.. found.Take(Limit + 1)];
    }
}
