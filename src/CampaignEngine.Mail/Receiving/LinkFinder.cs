using System.Buffers;
using System.Net;

namespace CampaignEngine.Mail.Receiving;

/// <summary>Collects links without building a document: enough for mails, and bounded on anything.</summary>
internal static class LinkFinder
{
    private static readonly SearchValues<char> EndOfBareValue = SearchValues.Create(" \t\r\n");
    private static readonly SearchValues<char> EndOfAddress = SearchValues.Create(" \t\r\n<>\"");

    public static IReadOnlyList<string> InHtml(string html, int most)
    {
        var links = new Collected(most);
        var rest = html.AsSpan();
        while (!links.IsFull)
        {
            var open = rest.IndexOf('<');
            var length = open < 0 ? -1 : rest[open..].IndexOf('>');
            if (length < 0)
            {
                break;
            }

            AddTargets(rest.Slice(open + 1, length - 1), links);
            rest = rest[(open + length + 1)..];
        }

        return links.ToArray();
    }

    /// <summary>The href attributes of one tag.</summary>
    private static void AddTargets(ReadOnlySpan<char> tag, Collected links)
    {
        int at;
        while ((at = tag.IndexOf("href", StringComparison.OrdinalIgnoreCase)) >= 0)
        {
            var isOwnWord = at > 0 && char.IsWhiteSpace(tag[at - 1]);
            tag = tag[(at + 4)..];
            var value = tag.TrimStart();
            if (!isOwnWord || value.IsEmpty || value[0] != '=')
            {
                continue;
            }

            value = value[1..].TrimStart();
            var quote = value.IsEmpty ? ' ' : value[0];
            value = quote is '"' or '\'' ? value[1..] : value;
            var end = quote is '"' or '\'' ? value.IndexOf(quote) : value.IndexOfAny(EndOfBareValue);
            end = end < 0 ? value.Length : end;
            links.Add(WebUtility.HtmlDecode(value[..end].ToString()).Trim());
            tag = value[end..];
        }
    }

    public static IReadOnlyList<string> InText(string text, int most)
    {
        var links = new Collected(most);
        var at = 0;
        while (!links.IsFull && (at = text.IndexOf("http", at, StringComparison.OrdinalIgnoreCase)) >= 0)
        {
            var rest = text.AsSpan(at);
            if (!rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                at += 4;
                continue;
            }

            var length = rest.IndexOfAny(EndOfAddress);
            rest = length < 0 ? rest : rest[..length];
            links.Add(rest.TrimEnd(".,;:!?)]").ToString());
            at += rest.Length;
        }

        return links.ToArray();
    }

    private sealed class Collected(int most)
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly List<string> _links = [];

        public bool IsFull => _links.Count >= most;

        public void Add(string link)
        {
            if (link.Length > 0 && _seen.Add(link))
            {
                _links.Add(link);
            }
        }

        public string[] ToArray() => [.. _links];
    }
}
