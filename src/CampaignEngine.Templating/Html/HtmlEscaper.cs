using System.Buffers;
using System.Net;
using System.Text;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Html;

/// <summary>Escapes a value for the place where it stands.</summary>
internal static class HtmlEscaper
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("&<>\"'\0");
    private static readonly SearchValues<byte> s_plainInAddress = Plain(keepReserved: true, keepColon: true);
    private static readonly SearchValues<byte> s_plainInPath = Plain(keepReserved: true, keepColon: false);
    private static readonly SearchValues<byte> s_plainInQuery = Plain(keepReserved: false, keepColon: false);
    private static readonly string[] s_schemes = ["http", "https", "mailto", "tel", "cid"];

    /// <param name="isHtml">The text is HTML already (captured, included, marked raw).</param>
    public static string Escape(string text, HtmlContext context, bool isHtml)
    {
        if (isHtml)
        {
            if (context is HtmlContext.Plain or HtmlContext.Text)
            {
                return text;
            }

            text = WebUtility.HtmlDecode(text);
        }

        switch (context)
        {
            case HtmlContext.Plain:
                return text;
            case HtmlContext.Text or HtmlContext.Attribute:
                return Entities(text);
            case HtmlContext.UrlStart:
                text = text.Trim();
                CheckScheme(text);
                return Url(text, keepReserved: true, keepColon: true);
            case HtmlContext.UrlPath:
                return Url(text, keepReserved: true, keepColon: false);
            case HtmlContext.UrlQuery:
                return Url(text, keepReserved: false, keepColon: false);
            case HtmlContext.Style:
                CheckStyle(text);
                return Entities(text);
            case HtmlContext.Comment:
                return Entities(text).Replace("-", "&#45;", StringComparison.Ordinal);
            default:
                throw new RenderFault("a value cannot be made safe in this place", Faults.UnsafeValue);
        }
    }

    public static string? Entity(char c) => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        '\0' => "\uFFFD",
        _ => null,
    };

    private static string Entities(string text)
    {
        var at = text.AsSpan().IndexOfAny(s_special);
        if (at < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16).Append(text, 0, at);
        for (; at < text.Length; at++)
        {
            var entity = Entity(text[at]);
            _ = entity is null ? result.Append(text[at]) : result.Append(entity);
        }

        return result.ToString();
    }

    /// <summary>Only http, https, mailto, tel and cid links, or relative ones, may come from data.</summary>
    public static void CheckScheme(string url)
    {
        var end = url.AsSpan().IndexOfAny(":/?#");
        if (end >= 0 && url[end] == ':' && !s_schemes.Contains(url[..end].ToLowerInvariant()))
        {
            var shown = url.Length > 40 ? url[..40] + "..." : url;
            throw new RenderFault($"`{shown}` is not a safe link; http, https, mailto, tel and cid are allowed", Faults.UnsafeValue);
        }
    }

    public static void CheckStyle(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c) && c is not (' ' or '#' or '%' or '.' or ',' or '-' or '_'))
            {
                throw new RenderFault($"the character {c} cannot come from data into a style", Faults.UnsafeValue);
            }
        }
    }

    /// <summary>Whether a byte of a URL stands as it is.</summary>
    public static bool IsKept(byte b, bool keepReserved, bool keepColon) =>
        char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~'
        || (keepReserved && (b is (byte)'/' or (byte)'?' or (byte)'#' or (byte)'@' or (byte)'!' or (byte)'$' or (byte)'&' or (byte)'(' or (byte)')'
            or (byte)'*' or (byte)'+' or (byte)',' or (byte)';' or (byte)'=' or (byte)'%' or (byte)'[' or (byte)']' || (keepColon && b == (byte)':')));

    /// <summary>Bytes of a URL that stand in an attribute as they are: those kept, without the ampersand.</summary>
    public static SearchValues<byte> PlainInUrl(bool keepReserved, bool keepColon) => keepReserved ? keepColon ? s_plainInAddress : s_plainInPath : s_plainInQuery;

    private static SearchValues<byte> Plain(bool keepReserved, bool keepColon) =>
        SearchValues.Create([.. Enumerable.Range(0, 256).Select(b => (byte)b).Where(b => b != '&' && IsKept(b, keepReserved, keepColon))]);

    private static string Url(string text, bool keepReserved, bool keepColon)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (!IsKept(b, keepReserved, keepColon))
            {
                result.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            }
            else
            {
                _ = b == (byte)'&' ? result.Append("&amp;") : result.Append((char)b);
            }
        }

        return result.ToString();
    }
}
