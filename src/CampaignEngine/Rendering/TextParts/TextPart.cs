using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering.TextParts;

/// <summary>
/// Makes the text part of a message that has only HTML: words in reading order, links behind their words, lists, tables of data by row.
/// A template is turned once, before anybody's values are in it, so that a message costs one pass over a short text.
/// </summary>
internal sealed partial class TextPart
{
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal) { "style", "script", "head", "title", "noscript", "template", "svg", "object", "select" };

    private static readonly HashSet<string> Lines = new(StringComparer.Ordinal)
    {
        "div", "tr", "table", "tbody", "thead", "tfoot", "section", "article", "header", "footer", "main", "nav", "aside", "body", "html", "center", "figure", "figcaption", "dt", "dd", "address",
        "caption", "form", "fieldset",
    };

    private static readonly HashSet<string> Paragraphs = new(StringComparer.Ordinal) { "p", "h3", "h4", "h5", "h6", "hr", "dl" };

    private readonly FlatTemplate _page;
    private readonly PartWriter _writer = new(name => $"{name}.sbn-txt");
    private readonly bool _template;
    private readonly Stack<Link> _links = [];
    private readonly Stack<bool> _tables = [];
    private bool _possible = true;

    private TextPart(FlatTemplate page, bool template) => (_page, _template) = (page, template);

    /// <summary>
    /// The text template that belongs to an HTML template; its rendering goes through <see cref="TextLayout"/>. Null when values may bring
    /// markup of their own (raw, computed includes): then each message's HTML is turned after it is rendered.
    /// </summary>
    public static (string Text, IReadOnlyDictionary<string, string> Partials)? OfTemplate(FlatTemplate page)
    {
        var part = new TextPart(page, template: true);
        part._possible = page.Complete && !page.Pieces.Any(p => p.Code && MarkupText().IsMatch(p.Span));
        if (part._possible)
        {
            part.Run();
        }

        return part._possible ? (part._writer.Finish(page.Root), part._writer.Partials) : null;
    }

    /// <summary>Finished HTML as text with marks.</summary>
    public static string OfPage(string html)
    {
        var page = FlatTemplate.OfPage(html);
        var part = new TextPart(page, template: false);
        part.Run();
        return part._writer.Finish(page.Root);
    }

    private void Run()
    {
        var tokens = HtmlTokens.Read(_page.Text);
        for (var i = 0; i < tokens.Count && _possible; i++)
        {
            var token = tokens[i];
            switch (token.Kind)
            {
                case HtmlTokenKind.Text:
                    Text(token.Start, token.End);
                    break;
                case HtmlTokenKind.StartTag when !HtmlTokens.Void.Contains(token.Name) && (Skipped.Contains(token.Name) || IsHidden(token)):
                    var end = EndOfElement(tokens, i);
                    Drop(token.Start, tokens[end].End);
                    i = end;
                    break;
                case HtmlTokenKind.StartTag:
                    Open(token);
                    break;
                case HtmlTokenKind.EndTag:
                    Close(token);
                    Drop(token.Start, token.End);
                    break;
                default:
                    Drop(token.Start, token.End);
                    break;
            }
        }
    }

    private void Open(HtmlToken tag)
    {
        if (!tag.Closed)
        {
            return;
        }

        var kept = new List<HtmlAttribute>();
        switch (tag.Name)
        {
            case "a":
                var href = tag["href"];
                _links.Push(new Link(href, _page.PieceAt(Math.Max(0, tag.End - 1)), tag.End));
                if (href is not null)
                {
                    kept.Add(href);
                }

                break;
            case "br":
                Mark(tag.Start, TextMarks.Line);
                break;
            case "img" when tag["alt"] is { HasValue: true } alt:
                kept.Add(alt);
                Text(alt.ValueStart, alt.ValueEnd);
                break;
            case "ul" or "ol":
                Mark(tag.Start, tag.Name == "ol" ? TextMarks.Numbers : TextMarks.Bullets);
                break;
            case "li":
                Mark(tag.Start, TextMarks.Item);
                break;
            case "blockquote":
                Mark(tag.Start, TextMarks.Quote);
                break;
            case "pre":
                Mark(tag.Start, TextMarks.Verbatim);
                break;
            case "td" or "th":
                // A layout table is set cell below cell; in a table of data a row is one line.
                Mark(tag.Start, _tables.TryPeek(out var data) && data ? TextMarks.Cell : TextMarks.Line);
                break;
            case "h1" or "h2":
                Mark(tag.Start, TextMarks.Paragraph);
                break;
            case "hr":
                Mark(tag.Start, TextMarks.Paragraph);
                Append(tag.Start, "----");
                Mark(tag.Start, TextMarks.Paragraph);
                break;
            default:
                Block(tag);
                break;
        }

        if (tag.Name == "table")
        {
            _tables.Push(IsData(tag));
        }

        DropAround(tag, kept);
    }

    private void Close(HtmlToken tag)
    {
        switch (tag.Name)
        {
            case "a" when _links.TryPop(out var link):
                Target(link, tag);
                break;
            case "h1" or "h2":
                Mark(tag.Start, tag.Name == "h1" ? TextMarks.Title : TextMarks.Subtitle);
                Mark(tag.Start, TextMarks.Paragraph);
                break;
            case "ul" or "ol":
                Mark(tag.Start, TextMarks.ListEnd);
                break;
            case "blockquote":
                Mark(tag.Start, TextMarks.QuoteEnd);
                break;
            case "pre":
                Mark(tag.Start, TextMarks.Verbatim);
                break;
            default:
                if (tag.Name == "table" && _tables.Count > 0)
                {
                    var data = _tables.Pop();
                    Mark(tag.Start, data ? TextMarks.Paragraph : TextMarks.Line);
                    break;
                }

                Block(tag);
                break;
        }
    }

    private void Block(HtmlToken tag)
    {
        if (tag.Name == "table" && IsData(tag) || Paragraphs.Contains(tag.Name))
        {
            Mark(tag.Start, TextMarks.Paragraph);
        }
        else if (Lines.Contains(tag.Name))
        {
            Mark(tag.Start, TextMarks.Line);
        }
    }

    private static bool IsHole(char c) => c == FlatTemplate.Hole;

    private bool IsData(HtmlToken table) => table["role"] is not { } role || !ValueOf(role).Equals("presentation", StringComparison.OrdinalIgnoreCase) && !ValueOf(role).Equals("none", StringComparison.OrdinalIgnoreCase);

    private string ValueOf(HtmlAttribute attribute) => WebUtility.HtmlDecode(_page.Text[attribute.ValueStart..attribute.ValueEnd]).Trim();

    private void Target(Link link, HtmlToken end)
    {
        if (link.Href is not { HasValue: true } href)
        {
            return;
        }

        var pieces = _page.In(href.ValueStart, href.ValueEnd).ToList();
        var value = ValueOf(href);
        var words = WebUtility.HtmlDecode(_page.Text[link.TextStart..end.Start]).Trim();
        if (pieces.Count == 0 || value.Length == 0 || value[0] == '#' || value.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (!pieces.Exists(p => p.Code))
        {
            var shown = value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("tel:", StringComparison.OrdinalIgnoreCase)
                ? value[(value.IndexOf(':', StringComparison.Ordinal) + 1)..] : value;
            if (words == shown)
            {
                return;
            }

            Append(end.Start, " (");
            // Written as the language's own link, so that it is tracked like the link it stands for.
            Append(end.Start, _template && LinkText().IsMatch(value) ? $"{{{{ link \"{value}\" }}}}" : Literal(shown));
            Append(end.Start, ")");
            return;
        }

        // Code of another file would see other variables there than here.
        if (pieces.Exists(p => p.Part != PartAt(end.Start) || (p.Code && p.Part.Includes.Exists(i => i.NameStart >= p.Start && i.NameStart < p.End))))
        {
            _possible = false;
            return;
        }

        Append(end.Start, " (");
        var first = true;
        foreach (var piece in pieces)
        {
            var inner = TemplatePieces.Inner(piece.Span);
            if (!piece.Code)
            {
                Append(end.Start, Literal(WebUtility.HtmlDecode(piece.Span.ToString())));
            }
            else if (first || CodeKinds.Of(piece.Span) != CodeKind.Output)
            {
                // Steps that were taken in the tag are not taken again behind its words.
                _possible &= CodeKinds.Of(piece.Span) is not (CodeKind.Statement or CodeKind.Mixed);
                _writer.Append(PartAt(end.Start), $"{{{{ {inner} }}}}");
            }
            else
            {
                _writer.Append(PartAt(end.Start), $"{{{{ ({inner}) | html.url_encode }}}}");
            }

            first = false;
        }

        Append(end.Start, ")");
    }

    private FlatPart PartAt(int offset) => _page.Pieces[_page.PieceAt(offset)].Part;

    private void Mark(int offset, char mark) => Append(offset, mark.ToString());

    private void Append(int offset, string text) => _writer.Append(PartAt(offset), text);

    /// <summary>Words of the page, and the code among them as it stands.</summary>
    private void Text(int start, int end)
    {
        foreach (var piece in _page.In(start, end))
        {
            if (piece.Code)
            {
                _possible &= piece.Part.Source.AsSpan(piece.Start).StartsWith("{", StringComparison.Ordinal);
                _writer.AppendCode(piece);
            }
            else
            {
                _writer.Append(piece.Part, Literal(Words(WebUtility.HtmlDecode(piece.Span.ToString()))));
            }
        }
    }

    private string Literal(string text) =>
        _template && text.Contains("{{", StringComparison.Ordinal) ? text.Replace("{{", "{{ '{{' }}", StringComparison.Ordinal) : text;

    // U+00AD and zero-width spaces only shape lines of HTML. Joiners stay: emoji and several scripts are written with them.
    private static string Words(string text)
    {
        if (!text.AsSpan().ContainsAny("\u00AD\u034F\u200B\uFEFF") && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
        {
            return text;
        }

        var words = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is not ('\u00AD' or '\u034F' or '\u200B' or '\uFEFF') && (!char.IsControl(c) || c is '\n' or '\r' or '\t'))
            {
                words.Append(c);
            }
        }

        return words.ToString();
    }

    private void DropAround(HtmlToken tag, List<HtmlAttribute> kept)
    {
        var from = tag.Start;
        foreach (var attribute in kept.OrderBy(a => a.Start))
        {
            Drop(from, attribute.ValueStart);
            from = attribute.ValueEnd;
        }

        Drop(from, tag.End);
    }

    /// <summary>Leaves markup out. Code in it may go only when the rest of the message does not hang on it.</summary>
    private void Drop(int start, int end)
    {
        if (!_page.HasCode(start, end))
        {
            return;
        }

        var depth = 0;
        foreach (var piece in _page.In(start, end).Where(p => p.Code))
        {
            switch (CodeKinds.Of(piece.Span))
            {
                case CodeKind.Open:
                    depth++;
                    break;
                case CodeKind.Close:
                    depth--;
                    break;
                case CodeKind.Statement when depth == 0:
                    _writer.AppendCode(piece);
                    break;
                case CodeKind.Statement or CodeKind.Mixed:
                    _possible = false;
                    break;
            }

            _possible &= depth >= 0;
        }

        _possible &= depth == 0;
    }

    private bool IsHidden(HtmlToken tag) =>
        tag["hidden"] is not null || (tag["style"] is { } style && _page.Text[style.ValueStart..style.ValueEnd].Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase));

    private static int EndOfElement(List<HtmlToken> tokens, int open)
    {
        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            if (tokens[i].Name == tokens[open].Name)
            {
                depth += tokens[i].Kind == HtmlTokenKind.StartTag ? 1 : tokens[i].Kind == HtmlTokenKind.EndTag ? -1 : 0;
                if (depth == 0)
                {
                    return i;
                }
            }
        }

        return tokens.Count - 1;
    }

    private sealed record Link(HtmlAttribute? Href, int Piece, int TextStart);

    // Values that bring markup, and code that makes text of a kind this class cannot see through.
    [GeneratedRegex(@"^\{%|(?<![.\w])(?:raw|wrap|tablerow|func|do|include_join)\b|\bhtml\.(?!url_)|=\s*include\b|\(\s*include\b|\binclude\b[^}]*\|")]
    private static partial Regex MarkupText();

    [GeneratedRegex(@"\Ahttps?://[^""'\\\s{}]+\z")]
    private static partial Regex LinkText();
}
