namespace CampaignEngine.Rendering.Markup;

internal enum HtmlTokenKind
{
    Text,
    StartTag,
    EndTag,
    Comment,
    Doctype,
}

/// <param name="Name">Lower case; empty for text and comments.</param>
/// <param name="Closed">False for a tag or comment that the text ends in.</param>
internal sealed record HtmlToken(HtmlTokenKind Kind, int Start, int End, string Name, IReadOnlyList<HtmlAttribute> Attributes, bool Closed)
{
    public HtmlAttribute? this[string name] => Attributes.FirstOrDefault(a => a.Name == name);

    /// <summary>Code stands where attributes stand, so that the tag's attributes are known only when it is rendered.</summary>
    public bool Dynamic => Attributes.Any(a => a.Name.Contains(FlatTemplate.Hole));
}

/// <param name="Name">Lower case.</param>
/// <param name="ValueStart">Start of the value inside its quotes; where the name ends when there is none.</param>
/// <param name="Quote">The quote around the value; NUL without one.</param>
/// <param name="HasValue">False for an attribute that is only a name.</param>
internal sealed record HtmlAttribute(string Name, int Start, int ValueStart, int ValueEnd, char Quote, bool HasValue);

/// <summary>Reads HTML into tags and text with their places, as browsers split it, and never fails.</summary>
internal static class HtmlTokens
{
    private static readonly HashSet<string> RawText = new(StringComparer.Ordinal) { "style", "script", "title", "textarea", "xmp", "noscript" };

    public static readonly HashSet<string> Void = new(StringComparer.Ordinal)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    };

    public static List<HtmlToken> Read(string html)
    {
        var tokens = new List<HtmlToken>();
        var (at, from) = (0, 0);
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            if (open < 0 || open + 1 >= html.Length)
            {
                break;
            }

            var token = html[open + 1] switch
            {
                '!' when Starts(html, open, "<!--") => Comment(html, open),
                '!' or '?' => Bogus(html, open),
                '/' when open + 2 < html.Length && char.IsAsciiLetter(html[open + 2]) => Tag(html, open, ending: true),
                var c when char.IsAsciiLetter(c) => Tag(html, open, ending: false),
                _ => null,
            };
            if (token is null)
            {
                at = open + 1;
                continue;
            }

            Text(open);
            tokens.Add(token);
            (at, from) = (token.End, token.End);
            if (token.Kind == HtmlTokenKind.StartTag && RawText.Contains(token.Name))
            {
                at = EndOfRawText(html, token);
                Text(at);
                from = at;
            }
        }

        Text(html.Length);
        return tokens;

        void Text(int end)
        {
            if (end > from)
            {
                tokens.Add(new HtmlToken(HtmlTokenKind.Text, from, end, "", [], true));
            }
        }
    }

    private static bool Starts(string html, int at, string word) => html.AsSpan(at).StartsWith(word, StringComparison.Ordinal);

    private static HtmlToken Comment(string html, int open)
    {
        // "<!-->" is a whole comment to a browser.
        var end = html.IndexOf("-->", open + 2, StringComparison.Ordinal);
        return new HtmlToken(HtmlTokenKind.Comment, open, end < 0 ? html.Length : end + 3, "", [], end >= 0);
    }

    private static HtmlToken Bogus(string html, int open)
    {
        var end = html.IndexOf('>', open);
        var kind = html.AsSpan(open).StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) ? HtmlTokenKind.Doctype : HtmlTokenKind.Comment;
        return new HtmlToken(kind, open, end < 0 ? html.Length : end + 1, "", [], end >= 0);
    }

    private static HtmlToken Tag(string html, int open, bool ending)
    {
        var at = open + (ending ? 2 : 1);
        var name = at;
        while (at < html.Length && !char.IsWhiteSpace(html[at]) && html[at] is not ('/' or '>' or FlatTemplate.Hole))
        {
            at++;
        }

        var tag = html[name..at].ToLowerInvariant();
        var attributes = new List<HtmlAttribute>();
        while (true)
        {
            while (at < html.Length && (char.IsWhiteSpace(html[at]) || html[at] == '/'))
            {
                at++;
            }

            if (at >= html.Length || html[at] == '>')
            {
                break;
            }

            attributes.Add(Attribute(html, ref at));
        }

        return new HtmlToken(ending ? HtmlTokenKind.EndTag : HtmlTokenKind.StartTag, open, Math.Min(at + 1, html.Length), tag, attributes, at < html.Length);
    }

    private static HtmlAttribute Attribute(string html, ref int at)
    {
        var start = at++;
        while (at < html.Length && !char.IsWhiteSpace(html[at]) && html[at] is not ('/' or '>' or '='))
        {
            at++;
        }

        var (name, nameEnd) = (html[start..at].ToLowerInvariant(), at);
        var look = at;
        while (look < html.Length && char.IsWhiteSpace(html[look]))
        {
            look++;
        }

        if (look >= html.Length || html[look] != '=')
        {
            return new HtmlAttribute(name, start, nameEnd, nameEnd, '\0', false);
        }

        at = look + 1;
        while (at < html.Length && char.IsWhiteSpace(html[at]))
        {
            at++;
        }

        if (at < html.Length && html[at] is '"' or '\'')
        {
            var (quote, from) = (html[at], at + 1);
            var end = html.IndexOf(quote, from);
            end = end < 0 ? html.Length : end;
            at = Math.Min(end + 1, html.Length);
            return new HtmlAttribute(name, start, from, end, quote, true);
        }

        var value = at;
        while (at < html.Length && !char.IsWhiteSpace(html[at]) && html[at] != '>')
        {
            at++;
        }

        return new HtmlAttribute(name, start, value, at, '\0', true);
    }

    private static int EndOfRawText(string html, HtmlToken open)
    {
        for (var at = html.IndexOf("</", open.End, StringComparison.Ordinal); at >= 0; at = html.IndexOf("</", at + 2, StringComparison.Ordinal))
        {
            var rest = html.AsSpan(at + 2);
            if (rest.StartsWith(open.Name, StringComparison.OrdinalIgnoreCase) && (rest.Length == open.Name.Length || !char.IsAsciiLetterOrDigit(rest[open.Name.Length])))
            {
                return at;
            }
        }

        return html.Length;
    }
}
