using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Authoring;

/// <summary>Reads "Name &lt;address&gt;" or a bare address.</summary>
public static class Mailboxes
{
    /// <returns>The fault with its fix; null when <paramref name="mailbox"/> is read.</returns>
    public static string? TryRead(string? text, out Mailbox mailbox)
    {
        mailbox = default;
        text = (text ?? "").Trim();
        if (text.Any(char.IsControl))
        {
            return $"'{Shown.Text(text)}' holds a control character, which could add a header to messages; remove it";
        }

        var open = text.LastIndexOf('<');
        var (name, address) = open >= 0 && text.EndsWith('>') ? (text[..open].Trim().Trim('"').Trim(), text[(open + 1)..^1]) : ("", text);
        if (!EmailAddress.TryParse(address, out var parsed, out var fault))
        {
            return $"'{Shown.Text(text)}': {fault.Explain()}; write for example 'Tea House <tea@example.test>'";
        }

        mailbox = new Mailbox(parsed, name.Length == 0 ? null : name);
        return null;
    }
}
