using System.Text;
using CampaignEngine.Tracking;

namespace CampaignEngine.Rendering;

/// <summary>The personal addresses in a message.</summary>
/// <param name="Click">Address of a tracked link: (ordinal, link number) → URL in UTF-8. Null leaves links as they are written.</param>
/// <param name="Open">Address of the open pixel; null for none.</param>
/// <param name="Unsubscribe">Address of the unsubscribe page.</param>
/// <param name="Preferences">Address of the page where the person grants or withdraws consent.</param>
/// <param name="ViewOnline">Address of the message as a page.</param>
/// <param name="OptIn">Address of the page that confirms a subscription.</param>
/// <param name="Keycode">The person's keycode.</param>
public sealed record MessageUrls(
    Func<int, int, ReadOnlyMemory<byte>>? Click, Func<int, string>? Open, Func<int, string> Unsubscribe, Func<int, string> Preferences, Func<int, string> ViewOnline, Func<int, string> OptIn, Func<int, string> Keycode)
{
    /// <summary>The addresses of a mailing.</summary>
    /// <param name="baseUrl">Public address of the web process, without a slash at the end.</param>
    public static MessageUrls Of(string baseUrl, ItemTokens tokens, int mailingId)
    {
        var click = Encoding.UTF8.GetBytes($"{baseUrl}/c/");
        return new(
            Click,
            ordinal => $"{baseUrl}/o/{tokens.Open(mailingId, ordinal)}.gif",
            ordinal => $"{baseUrl}/u/{tokens.Unsubscribe(mailingId, ordinal)}",
            ordinal => $"{baseUrl}/p/{tokens.Preferences(mailingId, ordinal)}",
            ordinal => $"{baseUrl}/v/{tokens.ViewOnline(mailingId, ordinal)}",
            ordinal => $"{baseUrl}/d/{tokens.OptIn(mailingId, ordinal)}",
            ordinal => Keycodes.Of(mailingId, ordinal));

        // Most addresses of a message are these: made as bytes, in one piece.
        ReadOnlyMemory<byte> Click(int ordinal, int linkNo)
        {
            var url = new byte[click.Length + ItemTokens.Length];
            click.CopyTo(url, 0);
            tokens.Write(url.AsSpan(click.Length), TokenPurpose.Click, mailingId, ordinal, linkNo);
            return url;
        }
    }

    /// <summary>For previews, samples and proofs: links as written, nothing is counted, nobody is unsubscribed.</summary>
    public static MessageUrls Preview(string baseUrl) => new(
        null, null, _ => $"{baseUrl}/u/preview", _ => $"{baseUrl}/p/preview", _ => $"{baseUrl}/v/preview", _ => $"{baseUrl}/d/preview", _ => Keycodes.Preview);

    /// <summary>For a plan's proof: addresses as long as real ones, so that sizes are right, and none of the work of signing them.</summary>
    public static MessageUrls Sized(string baseUrl)
    {
        var token = new string('x', ItemTokens.Length);
        ReadOnlyMemory<byte> click = Encoding.UTF8.GetBytes($"{baseUrl}/c/{token}");
        string open = $"{baseUrl}/o/{token}.gif", unsubscribe = $"{baseUrl}/u/{token}", preferences = $"{baseUrl}/p/{token}", online = $"{baseUrl}/v/{token}", optIn = $"{baseUrl}/d/{token}";
        return new((_, _) => click, _ => open, _ => unsubscribe, _ => preferences, _ => online, _ => optIn, _ => Keycodes.Preview);
    }
}
