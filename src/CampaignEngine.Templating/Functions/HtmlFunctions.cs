using System.Net;
using System.Text;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

/// <summary>In an escaping template the functions that give HTML mark it so, and it is not escaped twice.</summary>
internal static class HtmlFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("html.strip", "text:text -> text", a => a.TextOrNull(0) is { } text ? Strip(text) : null),
        new("html.escape", "text:text -> text", a => a.TextOrNull(0) is { } text ? Marked(a, WebUtility.HtmlEncode(text)) : null),
        new("html.newline_to_br", "text:text -> text", a => a.TextOrNull(0) is { } text ? Marked(a, Breaks(a.Run.Html ? WebUtility.HtmlEncode(text) : text)) : null),
        new("html.url_encode", "text:text -> text", a => a.TextOrNull(0) is { } text ? Uri.EscapeDataString(text) : null),
        new("html.url_escape", "text:text -> text", a => a.TextOrNull(0) is { } text ? UrlEscape(text) : null),
    ];

    private static object Marked(Arguments a, string html) => a.Run.Html ? new HtmlText(html) : html;

    private static string Breaks(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r' || (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')))
            {
                result.Append("<br />");
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }

    /// <summary>Takes out tags, comments, and scripts and styles with their content.</summary>
    private static string Strip(string text)
    {
        var result = new StringBuilder(text.Length);
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] != '<')
            {
                result.Append(text[i++]);
                continue;
            }

            var close = EndOf(text, i, "<!--", "-->") ?? EndOf(text, i, "<script", "</script>") ?? EndOf(text, i, "<style", "</style>") ?? EndOfTag(text, i);
            if (close is null)
            {
                result.Append(text, i, text.Length - i);
                break;
            }

            i = close.Value;
        }

        return result.ToString();
    }

    private static int? EndOf(string text, int at, string open, string close)
    {
        if (string.CompareOrdinal(text, at, open, 0, open.Length) != 0)
        {
            return null;
        }

        var end = text.IndexOf(close, at + open.Length, StringComparison.Ordinal);
        return end < 0 ? null : end + close.Length;
    }

    /// <summary>The end of a tag; a > inside quotes does not close it.</summary>
    private static int? EndOfTag(string text, int at)
    {
        var quote = '\0';
        for (var i = at + 1; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c == '>')
            {
                return i + 1;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
        }

        return null;
    }

    private static string UrlEscape(string text)
    {
        const string kept = "-_.~:/?#[]@!$&'()*+,;=";
        var result = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || kept.Contains((char)b, StringComparison.Ordinal))
            {
                result.Append((char)b);
            }
            else
            {
                result.Append('%').Append(b.ToString("X2", null));
            }
        }

        return result.ToString();
    }
}
