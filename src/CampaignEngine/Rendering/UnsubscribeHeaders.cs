using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Rendering;

/// <summary>List-Unsubscribe (RFC 2369) with one-click (RFC 8058): required of bulk senders by the large mailbox providers.</summary>
public static class UnsubscribeHeaders
{
    /// <summary>None for service messages.</summary>
    /// <param name="url">Unsubscribe address of the message.</param>
    /// <param name="sender">May name a mailbox for requests by mail.</param>
    public static IReadOnlyList<MessageHeader> Of(string? url, SenderSettings sender)
    {
        if (url is null)
        {
            return [];
        }

        var token = url[(url.LastIndexOf('/') + 1)..];
        var mail = sender.Unsubscribe is { } mailbox ? $", <mailto:{Uri.EscapeDataString(mailbox.LocalPart.ToString())}@{mailbox.Domain}?subject=unsubscribe%20{token}>" : "";
        return [new MessageHeader("List-Unsubscribe", $"<{url}>{mail}"), new MessageHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")];
    }
}
