using System.Buffers;
using System.Net;
using System.Text;

namespace CampaignEngine.Rendering;

/// <summary>The text part of a message that has only HTML: its words in reading order, links with their targets.</summary>
public static class HtmlText
{
    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase) { "style", "script", "head", "title" };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "header", "footer", "hr", "body", "center",
    };

    private static readonly HashSet<string> Paragraphs = new(StringComparer.OrdinalIgnoreCase) { "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "hr" };

    private static readonly HashSet<string> Void = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    };

    public static void Write(ReadOnlySpan<byte> html, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(Of(Encoding.UTF8.GetString(html)), output);

    public static string Of(string html)
    {
        var text = new TextLines();
        var links = new Stack<(string Target, int Start)>();
        var position = 0;
        while (position < html.Length)
        {
            var open = html.IndexOf('<', position);
            if (open < 0)
            {
                text.Words(WebUtility.HtmlDecode(html[position..]));
                break;
            }

            text.Words(WebUtility.HtmlDecode(html[position..open]));
            if (html.AsSpan(open).StartsWith("<!--", StringComparison.Ordinal))
            {
                var end = html.IndexOf("-->", open, StringComparison.Ordinal);
                position = end < 0 ? html.Length : end + 3;
                continue;
            }

            var close = EndOfTag(html, open);
            var tag = html[(open + 1)..Math.Min(close, html.Length)];
            position = Math.Min(close + 1, html.Length);
            var ending = tag.StartsWith('/');
            var name = new string([.. tag.Skip(ending ? 1 : 0).TakeWhile(char.IsAsciiLetterOrDigit)]);
            if (!ending && !Void.Contains(name) && (Skipped.Contains(name) || IsHidden(tag)))
            {
                position = EndOfElement(html, position, name);
                continue;
            }

            if (name.Equals("a", StringComparison.OrdinalIgnoreCase))
            {
                Link(text, links, ending, tag);
            }
            else if (name.Equals("br", StringComparison.OrdinalIgnoreCase))
            {
                text.Break(1);
            }
            else if (name.Equals("li", StringComparison.OrdinalIgnoreCase) && !ending)
            {
                text.Break(1);
                text.Raw("- ");
            }
            else if (name.Equals("img", StringComparison.OrdinalIgnoreCase) && Attribute(tag, "alt") is { Length: > 0 } alt)
            {
                text.Words(alt);
            }
            else if (Blocks.Contains(name))
            {
                text.Break(Paragraphs.Contains(name) ? 2 : 1);
            }
            else if (name.Equals("td", StringComparison.OrdinalIgnoreCase) || name.Equals("th", StringComparison.OrdinalIgnoreCase))
            {
                text.Words(" ");
            }
        }

        return text.ToString();
    }

    private static void Link(TextLines text, Stack<(string Target, int Start)> links, bool ending, string tag)
    {
        if (!ending)
        {
            links.Push((Attribute(tag, "href") ?? "", text.Length));
        }
        else if (links.TryPop(out var link) && link.Target.StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            text.Words(text.Since(link.Start) == link.Target ? "" : $" ({link.Target})");
        }
    }

    private static bool IsHidden(string tag) =>
        Attribute(tag, "style")?.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase) == true;

    private static string? Attribute(string tag, string name)
    {
        var at = 0;
        while ((at = tag.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) > 0)
        {
            var rest = tag.AsSpan(at + name.Length).TrimStart();
            if (char.IsWhiteSpace(tag[at - 1]) && rest.StartsWith("=", StringComparison.Ordinal))
            {
                rest = rest[1..].TrimStart();
                var quoted = rest.Length > 0 && rest[0] is '"' or '\'';
                var end = quoted ? rest[1..].IndexOf(rest[0]) : rest.IndexOfAny(" \t\r\n");
                return WebUtility.HtmlDecode((quoted ? rest[1..] : rest)[..(end < 0 ? rest.Length - (quoted ? 1 : 0) : end)].ToString());
            }

            at += name.Length;
        }

        return null;
    }

    private static int EndOfTag(string html, int open)
    {
        var quote = '\0';
        for (var i = open + 1; i < html.Length; i++)
        {
            if (quote != '\0')
            {
                quote = html[i] == quote ? '\0' : quote;
            }
            else if (html[i] is '"' or '\'')
            {
                quote = html[i];
            }
            else if (html[i] == '>')
            {
                return i;
            }
        }

        return html.Length;
    }

    private static int EndOfElement(string html, int from, string name)
    {
        var depth = 1;
        while (from < html.Length)
        {
            var open = html.IndexOf('<', from);
            if (open < 0)
            {
                return html.Length;
            }

            var end = EndOfTag(html, open);
            var tag = html.AsSpan(open + 1, Math.Min(end, html.Length) - open - 1);
            var ending = tag.StartsWith("/", StringComparison.Ordinal);
            var own = tag[(ending ? 1 : 0)..];
            if (own.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (own.Length == name.Length || !char.IsAsciiLetterOrDigit(own[name.Length])))
            {
                depth += ending ? -1 : 1;
            }

            from = Math.Min(end + 1, html.Length);
            if (depth == 0)
            {
                return from;
            }
        }

        return html.Length;
    }

    /// <summary>Words with single spaces between them, and at most one empty line.</summary>
    private sealed class TextLines
    {
        private readonly StringBuilder _text = new();
        private int _breaks;
        private bool _space;

        public int Length => _text.Length;

        public string Since(int start) => _text.ToString(Math.Min(start, _text.Length), _text.Length - Math.Min(start, _text.Length)).Trim();

        public void Break(int lines) => (_breaks, _space) = (Math.Max(_breaks, lines), false);

        public void Raw(string text)
        {
            Flush();
            _text.Append(text);
            _space = false;
        }

        public void Words(string text)
        {
            foreach (var c in text)
            {
                // U+00AD and the zero-width characters only shape lines of HTML; preheader padding is made of them.
                if (c is '\u00AD' or '\u034F' or '\u200B' or '\u200C' or '\u200D' or '\uFEFF')
                {
                    continue;
                }

                if (char.IsWhiteSpace(c) || char.IsControl(c))
                {
                    _space = true;
                    continue;
                }

                Flush();
                _text.Append(c);
            }
        }

        public override string ToString() => _text.Length == 0 ? "" : _text.Append('\n').ToString();

        private void Flush()
        {
            if (_text.Length > 0)
            {
                if (_breaks > 0)
                {
                    _text.Append('\n', Math.Min(_breaks, 2));
                }
                else if (_space && _text[^1] is not (' ' or '\n'))
                {
                    _text.Append(' ');
                }
            }

            (_breaks, _space) = (0, false);
        }
    }
}
