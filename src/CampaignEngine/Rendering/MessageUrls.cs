using CampaignEngine.Tracking;

namespace CampaignEngine.Rendering;

/// <summary>The personal addresses in a message.</summary>
/// <param name="Click">Address of a tracked link: (ordinal, link number) → URL. Null leaves links as they are written.</param>
/// <param name="Open">Address of the open pixel; null for none.</param>
/// <param name="Unsubscribe">Address of the unsubscribe page.</param>
public sealed record MessageUrls(Func<int, int, string>? Click, Func<int, string>? Open, Func<int, string> Unsubscribe)
{
    /// <summary>The addresses of a mailing.</summary>
    /// <param name="baseUrl">Public address of the web process, without a slash at the end.</param>
    public static MessageUrls Of(string baseUrl, ItemTokens tokens, int mailingId) => new(
        (ordinal, linkNo) => $"{baseUrl}/c/{tokens.Click(mailingId, ordinal, linkNo)}",
        ordinal => $"{baseUrl}/o/{tokens.Open(mailingId, ordinal)}.gif",
        ordinal => $"{baseUrl}/u/{tokens.Unsubscribe(mailingId, ordinal)}");

    /// <summary>For previews, samples and proofs: links as written, nothing is counted, nobody is unsubscribed.</summary>
    public static MessageUrls Preview(string baseUrl) => new(null, null, _ => $"{baseUrl}/u/preview");
}
