using System.Buffers;
using System.Net;
using System.Text;
using AngleSharp.Css;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering.Styles;

/// <summary>
/// Moves rules of &lt;style&gt; into style attributes, because many mail programs read only those. What an attribute cannot say stays in the
/// block: media queries, pseudo classes, sibling and attribute selectors, rules that match nothing, and everything once a class or an element
/// is known only when a message is rendered. Nothing else of the template changes; its code stays where it is.
/// </summary>
internal sealed class StyleInliner
{
    private readonly FlatTemplate _page;
    private readonly List<HtmlToken> _tokens;
    private readonly List<Sheet> _sheets = [];
    private readonly Dictionary<string, Strength> _moved = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, (int End, string Text)> _edits = [];
    private readonly Dictionary<HtmlToken, HashSet<string>> _own = [];
    private List<(IElement Element, HtmlToken Tag)> _elements = [];
    private bool _keepAll;

    private StyleInliner(FlatTemplate page)
    {
        _page = page;
        _tokens = HtmlTokens.Read(page.Text);
    }

    /// <summary>The template and its partials with their styles moved; null where there is nothing to move.</summary>
    public static (string Html, IReadOnlyDictionary<string, string> Partials)? Run(FlatTemplate page) => new StyleInliner(page).Run();

    private (string, IReadOnlyDictionary<string, string>)? Run()
    {
        FindSheets();
        if (_sheets.Count == 0)
        {
            return null;
        }

        // Markup that a value brings may be what a rule is for.
        _keepAll = !_page.Complete || _page.Pieces.Any(p => p.Code && (p.Span.Contains("raw", StringComparison.Ordinal) || p.Span.Contains("html.", StringComparison.Ordinal)))
            || _tokens.Exists(t => t.Kind == HtmlTokenKind.StartTag && IsDynamic(t));
        Move();
        _sheets.ForEach(WriteSheet);
        return _edits.Count == 0 ? null : Apply();
    }

    private void FindSheets()
    {
        var order = 0;
        for (var i = 0; i < _tokens.Count; i++)
        {
            var tag = _tokens[i];
            if (tag.Kind != HtmlTokenKind.StartTag || tag.Name != "style" || tag.Dynamic || tag["data-embed"] is not null
                || (tag["media"] is { HasValue: true } media && Value(media).Trim() is not ("" or "all" or "screen")))
            {
                continue;
            }

            var text = i + 1 < _tokens.Count && _tokens[i + 1].Kind == HtmlTokenKind.Text ? _tokens[i + 1] : null;
            var end = i + (text is null ? 1 : 2);
            if (text is null || _page.HasCode(text.Start, text.End) || end >= _tokens.Count || _tokens[end] is not { Kind: HtmlTokenKind.EndTag, Name: "style" } close
                || _page.PieceAt(tag.Start) != _page.PieceAt(close.End - 1))
            {
                continue;
            }

            var rules = CssText.Rules(_page.Text[text.Start..text.End]).Select(r => new Rule(r, order++)).ToList();
            _sheets.Add(new Sheet(tag.Start, text.Start, text.End, close.End, rules));
        }
    }

    private void Move()
    {
        _elements = Elements(out var unseen);
        _keepAll |= unseen;
        var selectors = new CssSelectorParser();
        var found = new Dictionary<HtmlToken, List<Match>>();
        foreach (var rule in _sheets.SelectMany(s => s.Rules).Where(r => !r.Css.AtRule))
        {
            var declarations = CssText.Declarations(rule.Css.Body!);
            foreach (var text in CssText.Selectors(rule.Css.Prelude))
            {
                var selector = CanMove(text) ? selectors.ParseSelector(text) : null;
                var matched = selector is null ? [] : _elements.Where(e => !IsDynamic(e.Tag) && selector.Match(e.Element, null)).ToList();
                if (matched.Count == 0)
                {
                    rule.Kept.Add(text);
                    continue;
                }

                foreach (var tag in matched.Select(m => m.Tag))
                {
                    var list = found.TryGetValue(tag, out var known) ? known : found[tag] = [];
                    list.AddRange(declarations.Select(d => new Match(d, selector!.Specificity, rule.Order, list.Count)));
                }

                declarations.ForEach(d => Remember(d, selector!.Specificity, rule.Order));
            }
        }

        foreach (var (tag, matches) in found)
        {
            WriteAttribute(tag, matches);
        }
    }

    private List<(IElement Element, HtmlToken Tag)> Elements(out bool unseen)
    {
        var text = new StringBuilder(_page.Text).Replace('\r', ' ');
        foreach (var token in _tokens.Where(t => t.Kind == HtmlTokenKind.Text))
        {
            for (var i = token.Start; i < token.End; i++)
            {
                // Text between the rows of a table would be moved out of it by the parser; spaces are not.
                text[i] = text[i] == FlatTemplate.Hole ? ' ' : text[i];
            }
        }

        var document = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true }).ParseDocument(text.ToString());
        var tags = _tokens.Where(t => t.Kind == HtmlTokenKind.StartTag).ToDictionary(t => t.Start);
        var elements = new List<(IElement, HtmlToken)>();
        foreach (var element in document.All)
        {
            if (element.SourceReference?.Position.Index is { } at && tags.TryGetValue(at, out var tag) && tag.Name.Equals(element.LocalName, StringComparison.OrdinalIgnoreCase))
            {
                elements.Add((element, tag));
            }
        }

        var seen = elements.Select(e => e.Item2).ToHashSet();
        unseen = tags.Values.Any(t => !seen.Contains(t));
        elements.RemoveAll(e => InHead.Contains(e.Item2.Name));
        return elements;
    }

    private static readonly HashSet<string> InHead = new(StringComparer.Ordinal) { "html", "head", "meta", "title", "style", "link", "script", "base", "br" };

    private static readonly SearchValues<char> Unmovable = SearchValues.Create(":[+~*\\");

    private bool IsDynamic(HtmlToken tag) => tag.Dynamic || HasHole(tag["class"]) || HasHole(tag["id"]);

    private bool HasHole(HtmlAttribute? attribute) => attribute is not null && _page.HasCode(attribute.ValueStart, attribute.ValueEnd);

    // What is left out depends on the state of a page or on neighbours that code may leave out.
    private static bool CanMove(string selector) => selector.Length > 0 && !selector.AsSpan().ContainsAny(Unmovable) && selector is not ("html" or "head");

    private void Remember(CssDeclaration declaration, Priority specificity, int order)
    {
        var strength = new Strength(specificity, order, declaration.Important);
        var family = Family(declaration.Name);
        if (!_moved.TryGetValue(family, out var known) || known.CompareTo(strength) < 0)
        {
            _moved[family] = strength with { Important = strength.Important || (known?.Important ?? false) };
        }
        else if (declaration.Important)
        {
            _moved[family] = known with { Important = true };
        }
    }

    /// <summary>"padding" for padding-left: properties that can overrule each other.</summary>
    private static string Family(string name) =>
        Array.Find(Shorthands, s => name == s || name.StartsWith(s + "-", StringComparison.Ordinal)) ?? name;

    private static readonly string[] Shorthands = ["margin", "padding", "border", "background", "font", "list-style", "outline", "overflow", "flex", "grid", "text-decoration", "columns"];

    private void WriteAttribute(HtmlToken tag, List<Match> matches)
    {
        var own = tag["style"];
        var ownText = own is null ? "" : Source(own.ValueStart, own.ValueEnd).Trim();
        var code = own is not null && _page.HasCode(own.ValueStart, own.ValueEnd);
        var ownDeclarations = own is null || code ? [] : CssText.Declarations(Value(own));
        List<CssDeclaration> Of(bool important)
        {
            var list = matches.Where(m => m.Declaration.Important == important)
                .OrderBy(m => m.Specificity).ThenBy(m => m.Order).ThenBy(m => m.Position).Select(m => m.Declaration with { Important = false }).ToList();
            return [.. list.Where((d, i) => list.FindLastIndex(x => x.Name == d.Name) == i && (important ? !ownDeclarations.Exists(o => o.Important && o.Name == d.Name)
                : !ownDeclarations.Exists(o => o.Name == d.Name)))];
        }

        var parts = new List<string>();
        parts.AddRange(Of(important: false).Select(d => Attribute(d, own?.Quote ?? '"')));
        if (ownText.Length > 0)
        {
            parts.Add(ownText.TrimEnd(';', ' '));
        }

        // Behind the author's own attribute, which an important rule beats; an own declaration that is important beats both.
        parts.AddRange(Of(important: true).Select(d => Attribute(d, own?.Quote ?? '"')));
        var style = string.Join(';', parts);
        if (own is { HasValue: true, Quote: not '\0' })
        {
            if (code)
            {
                // The code stays; what is added stands before and behind it.
                var before = string.Join(';', Of(important: false).Select(d => Attribute(d, own.Quote)));
                var after = string.Join(';', Of(important: true).Select(d => Attribute(d, own.Quote)));
                _edits[own.ValueStart] = (own.ValueStart, before.Length > 0 ? before + ";" : "");
                if (after.Length > 0)
                {
                    _edits[own.ValueEnd] = (own.ValueEnd, ";" + after);
                }
            }
            else
            {
                _edits[own.ValueStart] = (own.ValueEnd, style);
            }
        }
        else if (own is null)
        {
            var at = tag.Start + 1 + tag.Name.Length;
            _edits[at] = (at, $" style=\"{style}\"");
        }
        else if (!code)
        {
            _edits[own.Start] = (own.ValueEnd, $"style=\"{style}\"");
        }
        else
        {
            _keepAll = true;
        }
    }

    private static string Attribute(CssDeclaration declaration, char quote)
    {
        var text = declaration.ToString().Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        return quote == '\'' ? text.Replace("'", "&#39;", StringComparison.Ordinal)
            : text.Contains('\'', StringComparison.Ordinal) ? text.Replace("\"", "&quot;", StringComparison.Ordinal) : text.Replace('"', '\'');
    }

    private void WriteSheet(Sheet sheet)
    {
        var text = new StringBuilder();
        foreach (var rule in sheet.Rules)
        {
            var (prelude, body) = (rule.Css.Prelude, rule.Css.Body);
            if (body is null)
            {
                text.Append(prelude).Append(";\n");
                continue;
            }

            if (rule.Css.AtRule)
            {
                text.Append(prelude).Append(" {\n").Append(IsConditional(prelude) ? Conditional(body, rule.Order) : body).Append("\n}\n");
                continue;
            }

            // Selectors that could have moved stay as they are; the others must beat what moved.
            foreach (var group in (_keepAll ? CssText.Selectors(prelude) : rule.Kept).GroupBy(CanMove).OrderByDescending(g => g.Key))
            {
                var selectors = string.Join(", ", group);
                text.Append(selectors).Append(" { ").Append(group.Key ? body : Stronger(selectors, body, rule.Order)).Append(" }\n");
            }
        }

        _edits[sheet.Start] = text.Length == 0 ? (sheet.End, "") : (sheet.Start, "");
        if (text.Length > 0)
        {
            _edits.Remove(sheet.Start);
            _edits[sheet.TextStart] = (sheet.TextEnd, "\n" + text);
        }
    }

    private static bool IsConditional(string prelude) =>
        prelude.StartsWith("@media", StringComparison.OrdinalIgnoreCase) || prelude.StartsWith("@supports", StringComparison.OrdinalIgnoreCase);

    private string Conditional(string body, int order) => string.Join('\n', CssText.Rules(body).Select(r =>
        r.Body is null ? $"{r.Prelude};" : r.AtRule ? $"{r.Prelude} {{ {(IsConditional(r.Prelude) ? Conditional(r.Body, order) : r.Body)} }}"
        : $"{r.Prelude} {{ {Stronger(r.Prelude, r.Body, order)} }}"));

    /// <summary>
    /// A rule that beat the moved ones must go on to beat the attributes they became, which only importance does.
    /// </summary>
    private string Stronger(string prelude, string body, int order)
    {
        var declarations = CssText.Declarations(body);
        if (declarations.Count == 0)
        {
            return body;
        }

        var parser = new CssSelectorParser();
        var selectors = CssText.Selectors(prelude).Select(parser.ParseSelector).ToList();
        // Parts that this parser does not know count as one class.
        var specificity = selectors.Select(s => s?.Specificity ?? Priority.OneClass).Min();
        return string.Join("; ", declarations.Select(d => Shown(d with { Important = d.Important || Beats(d) })));

        bool Beats(CssDeclaration declaration) =>
            _moved.TryGetValue(Family(declaration.Name), out var moved) && !moved.Important && new Strength(specificity, order, false).CompareTo(moved) > 0
            // An attribute that the author wrote beat this rule before, and does so still.
            && !_elements.Exists(e => OwnFamilies(e.Tag).Contains(Family(declaration.Name)) && selectors.Exists(s => s?.Match(e.Element, null) == true));
    }

    private HashSet<string> OwnFamilies(HtmlToken tag) => _own.TryGetValue(tag, out var known) ? known
        : _own[tag] = tag["style"] is { } style ? [.. CssText.Declarations(Value(style)).Select(d => Family(d.Name))] : [];

    private static string Shown(CssDeclaration declaration) => $"{declaration.Name}: {declaration.Value}{(declaration.Important ? " !important" : "")}";

    private (string, IReadOnlyDictionary<string, string>) Apply()
    {
        // Files that are included by a computed name keep their own text.
        var writer = new PartWriter(name => _page.Complete ? name : name.Insert(Math.Max(0, name.LastIndexOf('.')), "~1"));
        for (var i = 0; i < _page.Pieces.Count; i++)
        {
            var piece = _page.Pieces[i];
            if (piece.Code)
            {
                writer.AppendCode(piece);
                continue;
            }

            var (at, end) = (piece.FlatStart, piece.FlatStart + piece.Length);
            // An edit in front of code belongs to the text that ends there.
            var beforeCode = i + 1 < _page.Pieces.Count && _page.Pieces[i + 1].Code;
            foreach (var (start, (editEnd, text)) in _edits.Where(e => e.Key >= piece.FlatStart && (e.Key < end || (beforeCode && e.Key == end))))
            {
                writer.Append(piece.Part, _page.Text[at..start] + text);
                at = Math.Clamp(editEnd, start, end);
            }

            writer.Append(piece.Part, _page.Text[at..end]);
        }

        return (writer.Finish(_page.Root), writer.Partials);
    }

    private string Source(int start, int end) => string.Concat(_page.In(start, end).Select(p => p.Span.ToString()));

    private string Value(HtmlAttribute attribute) => WebUtility.HtmlDecode(_page.Text[attribute.ValueStart..attribute.ValueEnd]);

    private sealed record Sheet(int Start, int TextStart, int TextEnd, int End, List<Rule> Rules);

    private sealed record Rule(CssRule Css, int Order)
    {
        /// <summary>Selectors that stay in the block.</summary>
        public List<string> Kept { get; } = [];
    }

    private sealed record Match(CssDeclaration Declaration, Priority Specificity, int Order, int Position);

    private sealed record Strength(Priority Specificity, int Order, bool Important) : IComparable<Strength>
    {
        public int CompareTo(Strength? other) => other is null ? 1 : Specificity.CompareTo(other.Specificity) is not 0 and var by ? by : Order.CompareTo(other.Order);
    }
}
