namespace CampaignEngine.Tracking;

/// <summary>
/// The signs of a machine that one request shows by itself. Signs that need the mailing (time since acceptance, all links at once) are found by
/// <see cref="MachineSweep"/>. Sources of the names: the user agents the products document or send; see docs/tracking.md.
/// </summary>
public static class MachineSigns
{
    // Lower case; a match anywhere in the header counts.
    private static readonly string[] Scanners =
    [
        "barracuda", "proofpoint", "mimecast", "safelinks", "urldefense", "fireeye", "trendmicro", "forcepoint", "cloudmark", "sophos",
        "headlesschrome", "phantomjs", "puppeteer", "playwright",
        "googlebot", "bingbot", "bingpreview", "crawler", "spider", "slurp", "facebookexternalhit", "whatsapp/", "telegrambot",
        "slackbot", "skypeuripreview", "linkpreview", "link preview",
        "curl/", "wget/", "python-requests", "python-urllib", "aiohttp", "httpx", "go-http-client", "okhttp", "java/", "apache-httpclient", "libwww-perl",
        "scrapy", "node-fetch", "axios/", "winhttp",
        // The general ones last, so that the stored reason is as exact as can be.
        "bot/", "bot;", "bot ",
    ];

    /// <summary>The reason to take a request for a machine's, or null. Reasons are stored with the event.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="purpose">The Purpose or Sec-Purpose header; browsers say "prefetch" or "preview" there.</param>
    public static string? Find(EventKind kind, string method, string? userAgent, string? purpose)
    {
        if (string.Equals(method, "HEAD", StringComparison.OrdinalIgnoreCase))
        {
            return "HEAD request";
        }

        if (purpose is not null && (purpose.Contains("prefetch", StringComparison.OrdinalIgnoreCase) || purpose.Contains("preview", StringComparison.OrdinalIgnoreCase)))
        {
            return "prefetch";
        }

        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return "no user agent";
        }

        // Apple's mail privacy proxy fetches every picture, read or not, and sends exactly this header.
        if (kind == EventKind.Open && userAgent == "Mozilla/5.0")
        {
            return "mail privacy proxy";
        }

        foreach (var scanner in Scanners)
        {
            if (userAgent.Contains(scanner, StringComparison.OrdinalIgnoreCase))
            {
                return "user agent: " + scanner.Trim(' ', '/', ';');
            }
        }

        return null;
    }
}
