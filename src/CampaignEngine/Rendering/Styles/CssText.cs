using System.Text;

namespace CampaignEngine.Rendering.Styles;

/// <param name="Name">Lower case, except custom properties.</param>
/// <param name="Value">As written, without the importance, in one line.</param>
internal sealed record CssDeclaration(string Name, string Value, bool Important)
{
    public override string ToString() => $"{Name}:{Value}{(Important ? " !important" : "")}";
}

/// <summary>One rule of a style sheet; its own text is kept, so that what stays in the style block stays as written.</summary>
/// <param name="Prelude">Selectors, or an at-rule with its condition.</param>
/// <param name="Body">Text between the braces; null for an at-rule without (import, charset).</param>
internal sealed record CssRule(string Prelude, string? Body)
{
    public bool AtRule => Prelude.StartsWith('@');
}

/// <summary>Splits CSS into rules and declarations and keeps their text: values that only some mail programs know are not this code's to judge.</summary>
internal static class CssText
{
    public static List<CssRule> Rules(string css)
    {
        css = WithoutComments(css);
        var rules = new List<CssRule>();
        var from = 0;
        while (from < css.Length)
        {
            var end = Find(css, from, "{;}");
            var prelude = OneLine(css[from..end]);
            if (end >= css.Length || css[end] == '}' || (css[end] == ';' && !prelude.StartsWith('@')))
            {
                // A stray brace or semicolon ends a rule that is none; the rest is read on.
                from = end + 1;
                continue;
            }

            if (css[end] == ';')
            {
                rules.Add(new CssRule(prelude, null));
                from = end + 1;
                continue;
            }

            var close = EndOfBlock(css, end + 1);
            if (prelude.Length > 0)
            {
                rules.Add(new CssRule(prelude, css[(end + 1)..Math.Min(close, css.Length)].Trim()));
            }

            from = close + 1;
        }

        return rules;
    }

    public static List<CssDeclaration> Declarations(string body)
    {
        var declarations = new List<CssDeclaration>();
        body = WithoutComments(body);
        var from = 0;
        while (from < body.Length)
        {
            var end = Find(body, from, ";");
            var text = body[from..end];
            from = end + 1;
            if (text.IndexOf(':', StringComparison.Ordinal) is not (var colon and > 0))
            {
                continue;
            }

            var name = text[..colon].Trim();
            var value = OneLine(text[(colon + 1)..]);
            var mark = value.LastIndexOf('!');
            var important = mark >= 0 && value[(mark + 1)..].Trim().Equals("important", StringComparison.OrdinalIgnoreCase);
            value = important ? value[..mark].TrimEnd() : value;
            if (name.Length > 0 && value.Length > 0 && !name.Any(char.IsWhiteSpace))
            {
                declarations.Add(new CssDeclaration(name.StartsWith("--", StringComparison.Ordinal) ? name : name.ToLowerInvariant(), value, important));
            }
        }

        return declarations;
    }

    /// <summary>The selectors of a list, each alone.</summary>
    public static List<string> Selectors(string prelude)
    {
        var selectors = new List<string>();
        for (var from = 0; from <= prelude.Length;)
        {
            var end = Find(prelude, from, ",");
            selectors.Add(prelude[from..end].Trim());
            from = end + 1;
        }

        return selectors;
    }

    private static int EndOfBlock(string css, int from)
    {
        for (var depth = 1; ;)
        {
            var at = Find(css, from, "{}");
            if (at >= css.Length)
            {
                return css.Length;
            }

            depth += css[at] == '{' ? 1 : -1;
            if (depth == 0)
            {
                return at;
            }

            from = at + 1;
        }
    }

    /// <summary>The next of these signs outside texts and brackets; the end where there is none.</summary>
    private static int Find(string css, int from, string signs)
    {
        var depth = 0;
        for (var i = from; i < css.Length; i++)
        {
            switch (css[i])
            {
                case '\\':
                    i++;
                    break;
                case '"' or '\'':
                    var close = css[i];
                    for (i++; i < css.Length && css[i] != close && css[i] != '\n'; i++)
                    {
                        i += css[i] == '\\' ? 1 : 0;
                    }

                    break;
                case '(' or '[':
                    depth++;
                    break;
                case ')' or ']':
                    depth = Math.Max(0, depth - 1);
                    break;
                default:
                    // A brace ends even an open bracket: a forgotten ")" shall not swallow the sheet.
                    if (signs.Contains(css[i]) && (depth == 0 || css[i] is '{' or '}'))
                    {
                        return i;
                    }

                    break;
            }
        }

        return css.Length;
    }

    private static string WithoutComments(string css)
    {
        css = css.Replace("<!--", "", StringComparison.Ordinal).Replace("-->", "", StringComparison.Ordinal);
        if (!css.Contains("/*", StringComparison.Ordinal))
        {
            return css;
        }

        var text = new StringBuilder(css.Length);
        var from = 0;
        for (var open = css.IndexOf("/*", StringComparison.Ordinal); open >= 0; open = css.IndexOf("/*", from, StringComparison.Ordinal))
        {
            text.Append(css, from, open - from).Append(' ');
            var close = css.IndexOf("*/", open + 2, StringComparison.Ordinal);
            from = close < 0 ? css.Length : close + 2;
            if (from >= css.Length)
            {
                break;
            }
        }

        return text.Append(css, from, css.Length - from).ToString();
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
