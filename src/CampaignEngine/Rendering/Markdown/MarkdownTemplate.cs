using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Markup;
using Markdig;

namespace CampaignEngine.Rendering.Markdown;

/// <summary>
/// A Markdown template turned into the HTML template it stands for: its words inside the page of a layout. Code goes through untouched, and
/// what it prints is escaped for the place where it then stands.
/// </summary>
internal sealed partial class MarkdownTemplate
{
    /// <summary>A line whose code was written into an item.</summary>
    private const string Taken = "\0";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseEmphasisExtras().Build();

    private MarkdownTemplate(string file, string html, string name, string body, IReadOnlyDictionary<string, TemplateOrigin> origins) =>
        (File, Html, Partials, Origins) = (file, html, new Dictionary<string, string> { [name] = body }, origins);

    /// <summary>File relative to the workspace.</summary>
    public string File { get; }

    /// <summary>The layout, which includes the words.</summary>
    public string Html { get; }

    /// <summary>The words, by the name the layout includes them with.</summary>
    public Dictionary<string, string> Partials { get; }

    public IReadOnlyDictionary<string, TemplateOrigin> Origins { get; }

    /// <param name="layout">Text of templates/partials/NAME.sbn-html; null where there is none.</param>
    public static MarkdownTemplate? Read(string file, string source, Func<string, string?> layout, ProblemList problems)
    {
        var front = FrontText().Match(source);
        var layoutName = "layout";
        foreach (var (line, number) in front.Success ? front.Groups["keys"].Value.Split('\n').Select((l, i) => (l.Trim(), i + 2)) : [])
        {
            if (line.StartsWith("layout:", StringComparison.Ordinal))
            {
                layoutName = line["layout:".Length..].Trim();
            }
            else if (line.Length > 0)
            {
                problems.Error(new Place(file, number, 1), "CE3007", $"'{Shown.Text(line)}' is no setting of a Markdown template; the only one is 'layout: NAME'");
            }
        }

        if (!NameText().IsMatch(layoutName) || layout(layoutName) is not { } page)
        {
            problems.Error(new Place(file, 1, 1), "CE3007", $"there is no layout templates/partials/{Shown.Text(layoutName)}.sbn-html; make it, with '{{{{ content }}}}' where the words go, or name another between '---' lines at the top: 'layout: NAME'");
            return null;
        }

        if (ContentText().Count(page) != 1)
        {
            problems.Error(new Place($"templates/partials/{layoutName}.sbn-html", 1, 1), "CE3008", "a layout needs '{{ content }}' exactly once, where the words of Markdown templates go");
            return null;
        }

        var (body, pieces) = Convert(source, front.Length);
        var name = Path.GetFileName(file) + ".sbn-html";
        var html = ContentText().Replace(page, m => $"{m.Groups["open"].Value} include '{name}' {m.Groups["close"].Value}");
        return new MarkdownTemplate(file, html, name, body, new Dictionary<string, TemplateOrigin>
        {
            [""] = new($"templates/partials/{layoutName}.sbn-html", page, html, []),
            [name] = new(file, source, body, pieces.Count > 0 ? pieces : [(0, front.Length, 1)]),
        });
    }

    internal static (string Html, List<(int Made, int Source, int Length)> Pieces) Convert(string source, int from)
    {
        var text = source[from..];
        var sign = "zq";
        while (text.Contains(sign, StringComparison.OrdinalIgnoreCase))
        {
            sign += "q";
        }

        var pieces = TemplatePieces.Split(text);
        var code = pieces.Where(p => p.Code).ToList();
        var html = Markdig.Markdown.ToHtml(Blot(text, pieces, sign), Pipeline);
        html = Lift(html, sign);
        var made = new StringBuilder();
        var places = new List<(int, int, int)>();
        var at = 0;
        foreach (Match hole in Regex.Matches(html, $@"<!--{sign}[cba](?<n>\d+)x-->|{sign}[cba](?<n>\d+)x"))
        {
            var piece = code[int.Parse(hole.Groups["n"].Value, CultureInfo.InvariantCulture)];
            made.Append(html, at, hole.Index - at);
            places.Add((made.Length, from + piece.Start, piece.End - piece.Start));
            made.Append(text, piece.Start, piece.End - piece.Start);
            at = hole.Index + hole.Length;
        }

        return (made.Append(html, at, html.Length - at).ToString(), places);
    }

    /// <summary>
    /// The text with a word for each piece of code: Markdown has no meaning for it. A block that has its line for itself becomes a comment,
    /// which makes no paragraph; around items of a list and rows of a table it is written into the item, and lifted out of it again.
    /// </summary>
    private static string Blot(string text, List<TemplatePiece> pieces, string sign)
    {
        var blotted = new StringBuilder();
        var number = 0;
        foreach (var piece in pieces)
        {
            if (!piece.Code)
            {
                blotted.Append(text, piece.Start, piece.End - piece.Start);
                continue;
            }

            var own = CodeKinds.Of(text.AsSpan(piece.Start, piece.End - piece.Start)) != CodeKind.Output && HasItsLine(text, piece);
            blotted.Append(own ? "<!--" : "").Append(sign).Append('c').Append(CultureInfo.InvariantCulture, $"{number++}").Append('x').Append(own ? "-->" : "");
        }

        var codes = pieces.Where(p => p.Code).Select(p => text[p.Start..p.End]).ToList();
        return Glue([.. blotted.ToString().Split('\n')], sign, n => CodeKinds.BlockOf(codes[n]));
    }

    private static bool HasItsLine(string text, TemplatePiece piece)
    {
        var before = text.LastIndexOf('\n', Math.Max(0, piece.Start - 1), Math.Max(0, piece.Start));
        var after = text.IndexOf('\n', piece.End);
        return text.AsSpan(before + 1, piece.Start - before - 1).IsWhiteSpace() && text.AsSpan(piece.End, (after < 0 ? text.Length : after) - piece.End).IsWhiteSpace();
    }

    private static string Glue(List<string> lines, string sign, Func<int, CodeKind> kindOf)
    {
        var open = new Stack<(List<int> Before, bool Items)>();
        var glued = new List<(int Line, bool Before)>();
        for (var i = 0; i < lines.Count; i++)
        {
            switch (NumberOf(i) is { } number ? kindOf(number) : CodeKind.Output)
            {
                case CodeKind.Open:
                    open.Push(([i], IsItem(Next(i, 1))));
                    break;
                case CodeKind.Branch when open.TryPop(out var block):
                    block.Before.Add(i);
                    open.Push((block.Before, block.Items && IsItem(Next(i, 1)) && IsItem(Next(i, -1))));
                    break;
                case CodeKind.Close when open.TryPop(out var block) && block.Items && IsItem(Next(i, -1)):
                    glued.AddRange(block.Before.Select(l => (l, true)).Append((i, false)));
                    break;
            }
        }

        // What stands in front of an item is written into it from the nearest line to the farthest, what stands behind it likewise.
        foreach (var (line, before) in glued.Where(g => g.Before).OrderByDescending(g => g.Line).Concat(glued.Where(g => !g.Before).OrderBy(g => g.Line)).ToList())
        {
            var hole = lines[line].Trim()["<!--".Length..^"-->".Length].Replace($"{sign}c", sign + (before ? "b" : "a"), StringComparison.Ordinal);
            var item = Next(line, before ? 1 : -1);
            var text = lines[item].TrimEnd();
            lines[item] = before ? ItemText().Replace(text, m => m.Value + hole, 1) : text.EndsWith('|') ? text[..^1].TrimEnd() + hole + " |" : text + hole;
            lines[line] = Taken;
        }

        return string.Join('\n', lines.Where(l => l != Taken));

        int? NumberOf(int line) => Regex.Match(lines[line], $@"^\s*<!--{sign}c(\d+)x-->\s*$") is { Success: true } m ? int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : null;

        bool IsItem(int line) => line >= 0 && line < lines.Count && ItemText().IsMatch(lines[line]);

        int Next(int line, int step)
        {
            do
            {
                line += step;
            }
            while (line >= 0 && line < lines.Count && (lines[line] == Taken || NumberOf(line) is not null));
            return line;
        }
    }

    private static string Lift(string html, string sign)
    {
        html = Regex.Replace(html, $@"(?<open><li>\s*(?:<p>)?|<tr>\s*<t[dh][^>]*>)(?<holes>(?:{sign}b\d+x)+)", "${holes}${open}");
        // The nearest end of an item behind the sign is its own: nothing stood between them.
        return Regex.Replace(html, $@"(?<holes>(?:{sign}a\d+x)+)(?<close>(?:\s*</t[dh]>)?(?:\s*<td[^>]*>\s*</td>)*\s*</tr>|\s*(?:</p>)?\s*</li>)", "${close}${holes}");
    }

    [GeneratedRegex(@"\A---[ \t]*\r?\n(?<keys>(?:.*\n)*?)---[ \t]*\r?\n")]
    private static partial Regex FrontText();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,60}\z")]
    private static partial Regex NameText();

    [GeneratedRegex(@"(?<open>\{\{[-~]?)\s*content\s*(?<close>[-~]?\}\})")]
    private static partial Regex ContentText();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+[.)])\s+|^\s*\|\s*(?![\s:|-]+$)")]
    private static partial Regex ItemText();
}
