using System.Net;
using System.Text;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>The words of an HTML part, for reports that have no other: tags become line ends, style and script go.</summary>
internal static class ReportHtml
{
    public static string Of(string html)
    {
        var result = new StringBuilder(html.Length);
        var at = 0;
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            if (open < 0)
            {
                result.Append(html.AsSpan(at));
                break;
            }

            result.Append(html.AsSpan(at, open - at));
            if (Skipped(html, open) is { } behind)
            {
                at = behind;
                continue;
            }

            var close = html.IndexOf('>', open);
            var tag = html.AsSpan(open, (close < 0 ? html.Length : close) - open);
            // An address in angle brackets that nobody escaped is no tag.
            result.Append(tag.Contains('@') && !tag.Contains('=') ? $"{tag}>" : IsInline(tag) ? "" : "\n");
            at = close < 0 ? html.Length : close + 1;
        }

        return WebUtility.HtmlDecode(result.ToString());
    }

    private static int? Skipped(string html, int open)
    {
        foreach (var name in (ReadOnlySpan<string>)["style", "script"])
        {
            if (html.AsSpan(open + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                var end = html.IndexOf("</" + name, open, StringComparison.OrdinalIgnoreCase);
                return end < 0 ? html.Length : end + name.Length + 2;
            }
        }

        return null;
    }

    private static bool IsInline(ReadOnlySpan<char> tag)
    {
        tag = tag.TrimStart("</");
        foreach (var name in (ReadOnlySpan<string>)["a", "b", "i", "em", "strong", "span", "font", "u"])
        {
            if (tag.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (tag.Length == name.Length || tag[name.Length] is ' ' or '\n' or '\r' or '\t'))
            {
                return true;
            }
        }

        return false;
    }
}
