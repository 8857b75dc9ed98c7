using System.Net;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering.Linting;

/// <summary>
/// Looks over the HTML of an e-mail for what mail programs, filters and screen readers stumble over. Code is taken into account as far as its
/// blocks go: branches exclude each other, and what only a value tells is not judged.
/// </summary>
public sealed partial class MarkupLint
{
    private static readonly HashSet<string> MayStayOpen = new(StringComparer.Ordinal)
    {
        "p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "option", "dt", "dd", "html", "body", "head",
    };

    private static readonly HashSet<string> Removed = new(StringComparer.Ordinal) { "script", "iframe", "object", "embed", "form", "input", "textarea", "select", "base" };

    private readonly MailingContent _content;
    private readonly ProblemList _problems;
    private readonly FlatTemplate _page;
    private readonly List<HtmlToken> _tokens;
    private readonly HashSet<Problem> _said = [];
    private readonly CodeBlocks _blocks = new();
    private readonly List<HtmlToken> _open = [];
    private readonly Dictionary<string, List<CodeBlocks.Path>> _ids = new(StringComparer.Ordinal);

    private MarkupLint(MailingContent content, ProblemList problems)
    {
        (_content, _problems) = (content, problems);
        _page = FlatTemplate.Of(content.HtmlPath, content.Html!, content.Partials);
        _tokens = HtmlTokens.Read(_page.Text);
    }

    public static void Run(MailingContent content, ProblemList problems)
    {
        if (content is { Channel: "email", Html: not null })
        {
            new MarkupLint(content, problems).Run();
        }
    }

    /// <summary>Bytes of the HTML that are the same in every message.</summary>
    public static int StaticBytes(MailingContent content)
    {
        var templates = MessageTemplates.Of(content, null);
        var page = FlatTemplate.Of(content.HtmlPath, templates.Html!, templates.Partials);
        return page.Pieces.Where(p => !p.Code).Sum(p => System.Text.Encoding.UTF8.GetByteCount(p.Span));
    }

    private void Run()
    {
        var piece = 0;
        foreach (var token in _tokens)
        {
            for (; piece < _page.Pieces.Count && _page.Pieces[piece].FlatStart < token.End; piece++)
            {
                if (_page.Pieces[piece] is { Code: true } code)
                {
                    _blocks.Read(code.Span, _open);
                    CodeLinks(code);
                }
            }

            switch (token.Kind)
            {
                case HtmlTokenKind.StartTag or HtmlTokenKind.EndTag when !token.Closed:
                    Say(token.Start, Severity.Warning, "CE3515", $"the tag <{Shown.Text(token.Name)}> has no '>', so the rest of the message is taken for its attributes; close it");
                    break;
                case HtmlTokenKind.StartTag:
                    Tag(token);
                    break;
                case HtmlTokenKind.EndTag:
                    Close(token);
                    break;
            }
        }

        _open.ForEach(Unclosed);
        Document();
        if (StaticBytes(_content) is var bytes and > GmailClipping.Limit)
        {
            _problems.Warning(new Place(_content.HtmlPath, 1, 1), "CE3520", GmailClipping.Warning(bytes, "the HTML", "before anybody's values are in it"));
        }
    }

    private void Tag(HtmlToken tag)
    {
        if (!HtmlTokens.Void.Contains(tag.Name))
        {
            _open.Add(tag);
        }

        if (tag.Dynamic)
        {
            return;
        }

        switch (tag.Name)
        {
            case "a" or "area":
                if (tag["href"] is { } href)
                {
                    Address(href, link: true);
                }

                break;
            case "img":
                Image(tag);
                break;
            case "table" when tag["role"] is null && !HoldsData(tag):
                Say(tag.Start, Severity.Info, "CE3516", "a table that only lays out is read out as a table of data; add role=\"presentation\"");
                break;
            case var name when Removed.Contains(name):
                Say(tag.Start, Severity.Warning, "CE3517", $"mail programs remove <{name}> or do not run it; leave it out and link to a page instead");
                break;
        }

        if (tag["id"] is { HasValue: true } id && !_page.HasCode(id.ValueStart, id.ValueEnd))
        {
            Id(id, Value(id));
        }
    }

    private void Id(HtmlAttribute id, string value)
    {
        var path = _blocks.Here;
        var known = _ids.TryGetValue(value, out var list) ? list : _ids[value] = [];
        if (path.InLoop || known.Exists(k => !k.Excludes(path)))
        {
            Say(id.ValueStart, Severity.Warning, "CE3509", path.InLoop ? $"the id '{Shown.Text(value)}' stands in a loop, so the message has it several times; use a class instead"
                : $"the id '{Shown.Text(value)}' stands twice in the message; rename one, or use a class instead");
        }

        known.Add(path);
    }

    private void Image(HtmlToken tag)
    {
        if (tag["alt"] is null)
        {
            Say(tag.Start, Severity.Warning, "CE3501", "the image has no alternative text, and many readers see no images; add alt=\"...\", or alt=\"\" for a mere ornament");
        }

        if (tag["width"] is null)
        {
            Say(tag.Start, Severity.Warning, "CE3502", "the image has no width attribute: Outlook shows it in its full size; add width=\"...\" in pixels");
        }

        if (tag["src"] is { HasValue: true } src && Value(src).Length > 0)
        {
            Address(src, link: false);
        }
        else
        {
            Say(tag.Start, Severity.Warning, "CE3504", "the image has no src; write src=\"https://...\" or src=\"cid:NAME\" for a picture of templates/images");
        }
    }

    private void Address(HtmlAttribute attribute, bool link)
    {
        var (at, what) = (attribute.ValueStart, link ? "link" : "image");
        var value = Value(attribute);
        if (value.StartsWith(FlatTemplate.Hole))
        {
            return;
        }

        var shown = Shown.Text(value.Replace(FlatTemplate.Hole, '…'));
        var scheme = SchemeText().Match(value) is { Success: true } match ? match.Groups["scheme"].Value.ToLowerInvariant() : null;
        if (value.Length == 0 || value == "#")
        {
            Say(attribute.Start, Severity.Warning, "CE3504", "the link leads nowhere; write its address into href, or remove the link");
        }
        else if (scheme is "javascript" or "vbscript" or "data" or "file" && link)
        {
            Say(at, Severity.Error, "CE3505", $"mail programs block {scheme}: links; link to a page instead");
        }
        else if (scheme == "data")
        {
            Say(at, Severity.Warning, "CE3505", "Gmail and Outlook do not show data: images; put the picture into templates/images and write src=\"cid:NAME\"");
        }
        else if (scheme is null && value.StartsWith("//", StringComparison.Ordinal))
        {
            Say(at, Severity.Warning, "CE3506", $"the {what} '{shown}' has no scheme, and a mail has none to lend; write 'https:' in front of it");
        }
        else if (scheme is null && HostText().IsMatch(value))
        {
            Say(at, Severity.Warning, "CE3506", $"the {what} '{shown}' has no scheme, so it leads nowhere from a mail; write 'https://' in front of it");
        }
        else if (scheme is null && value[0] != '#')
        {
            Say(at, Severity.Warning, "CE3507", $"the {what} '{shown}' is relative, and a mail has no page it could be relative to; write the whole address with https://");
        }
        else
        {
            Target(at, value, what);
        }
    }

    private void Target(int at, string value, string what)
    {
        if (LocalText().IsMatch(value))
        {
            Say(at, Severity.Warning, "CE3508", $"the {what} leads to this machine or a private network ('{Shown.Text(value)}'), which no reader can reach; write the public address");
        }
        else if (value.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
        {
            Say(at, Severity.Warning, "CE3503", $"the {what} uses http, which mail programs warn of or block; write 'https:'");
        }
    }

    // Literal addresses in code: {{ link "http://..." }}.
    private void CodeLinks(FlatPiece code)
    {
        foreach (Match match in LinkText().Matches(code.Span.ToString()))
        {
            var url = match.Groups["url"];
            Target(code.FlatStart + url.Index, url.Value, "link");
        }
    }

    private void Close(HtmlToken tag)
    {
        var at = _open.FindLastIndex(t => t.Name == tag.Name);
        if (at < 0)
        {
            if (!_blocks.Uneven && tag.Name is not ("p" or "br") && !MayStayOpen.Contains(tag.Name))
            {
                Say(tag.Start, Severity.Warning, "CE3514", $"</{Shown.Text(tag.Name)}> closes nothing that is open here; remove it, or open the element before it");
            }

            return;
        }

        _open.Skip(at + 1).ToList().ForEach(Unclosed);
        _open.RemoveRange(at, _open.Count - at);
    }

    private void Unclosed(HtmlToken tag)
    {
        if (!_blocks.Uneven && !MayStayOpen.Contains(tag.Name))
        {
            Say(tag.Start, Severity.Warning, "CE3513", $"<{Shown.Text(tag.Name)}> is never closed; add </{Shown.Text(tag.Name)}> where it ends");
        }
    }

    private void Document()
    {
        var html = _tokens.Find(t => t is { Kind: HtmlTokenKind.StartTag, Name: "html" });
        if (html is null)
        {
            Say(0, Severity.Info, "CE3512", "the message has no <html lang=\"...\"> around it; screen readers then guess its language. Include a partial that opens the page");
            return;
        }

        if (!html.Dynamic && html["lang"] is null)
        {
            Say(html.Start, Severity.Warning, "CE3510", "<html> has no lang, so screen readers and translators guess the language; write for example <html lang=\"en\">");
        }

        if (!_tokens.Exists(t => t is { Kind: HtmlTokenKind.StartTag, Name: "meta" } && (t.Dynamic || t["charset"] is not null
            || (t["content"] is { } content && Value(content).Contains("charset", StringComparison.OrdinalIgnoreCase)))))
        {
            Say(html.Start, Severity.Warning, "CE3511", "the page names no character set; some programs then show strange letters. Add <meta charset=\"utf-8\"> to its head");
        }
    }

    private bool HoldsData(HtmlToken table)
    {
        var depth = 0;
        foreach (var token in _tokens.SkipWhile(t => t != table))
        {
            depth += token.Name != "table" ? 0 : token.Kind == HtmlTokenKind.StartTag ? 1 : -1;
            if (depth == 0)
            {
                return false;
            }

            if (depth == 1 && token is { Kind: HtmlTokenKind.StartTag, Name: "th" or "caption" or "thead" })
            {
                return true;
            }
        }

        return false;
    }

    private string Value(HtmlAttribute attribute) => WebUtility.HtmlDecode(_page.Text[attribute.ValueStart..attribute.ValueEnd]).Trim();

    private void Say(int offset, Severity severity, string code, string text)
    {
        var (path, line, column) = _page.PlaceOf(offset);
        var problem = new Problem(_content.PlaceOf(path, line, column), severity, code, text);
        if (_said.Add(problem))
        {
            _problems.Add(problem);
        }
    }

    [GeneratedRegex(@"\A(?!localhost:)(?<scheme>[A-Za-z][A-Za-z0-9+-]*):")]
    private static partial Regex SchemeText();

    // A first step with a dot and a known-looking end: "shop.example/tea", "www.x.org". "page.html" is a file.
    [GeneratedRegex(@"\A(?:www\.|localhost(?:[:/]|\z)|(?:[a-z0-9-]+\.)+(?!html?\b|php\b|aspx?\b|png\b|jpe?g\b|gif\b|svg\b|webp\b|pdf\b)[a-z]{2,}(?:[:/?#]|\z))", RegexOptions.IgnoreCase)]
    private static partial Regex HostText();

    [GeneratedRegex(@"\Ahttps?://(?:[^/@]*@)?(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|\[::1\]|[a-z0-9-]+\.(?:local|internal|localhost))(?:[:/?#]|\z)", RegexOptions.IgnoreCase)]
    private static partial Regex LocalText();

    [GeneratedRegex(@"\blink\b\s*\(?\s*(?<quote>[""'])(?<url>https?://[^""'\\\s]+)\k<quote>")]
    private static partial Regex LinkText();
}
