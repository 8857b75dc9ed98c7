namespace CampaignEngine.Rendering.Markup;

/// <summary>A run of a template's text: code with its braces (or a whole escape block), or what is printed as it stands.</summary>
internal readonly record struct TemplatePiece(int Start, int End, bool Code);

/// <summary>Splits a template into its code and the text around it, without understanding the code.</summary>
internal static class TemplatePieces
{
    public static List<TemplatePiece> Split(string text)
    {
        var pieces = new List<TemplatePiece>();
        var from = 0;
        for (var at = text.IndexOf('{', 0); at >= 0; at = text.IndexOf('{', at))
        {
            var end = EndOfCode(text, at);
            if (end < 0)
            {
                at++;
                if (at >= text.Length)
                {
                    break;
                }

                continue;
            }

            if (at > from)
            {
                pieces.Add(new TemplatePiece(from, at, false));
            }

            pieces.Add(new TemplatePiece(at, end, true));
            (from, at) = (end, end);
            if (at >= text.Length)
            {
                break;
            }
        }

        if (from < text.Length)
        {
            pieces.Add(new TemplatePiece(from, text.Length, false));
        }

        return pieces;
    }

    /// <summary>What stands between the braces, without the signs of white space control.</summary>
    public static string Inner(ReadOnlySpan<char> code) =>
        code.Length < 4 || !code.StartsWith("{{", StringComparison.Ordinal) ? "" : code[2..^2].Trim("~-").Trim().ToString();

    /// <returns>End of the code that starts here; negative where none does.</returns>
    private static int EndOfCode(string text, int at)
    {
        var signs = at + 1;
        while (signs < text.Length && text[signs] == '%')
        {
            signs++;
        }

        if (signs >= text.Length || text[signs] != '{')
        {
            return -1;
        }

        if (signs > at + 1)
        {
            var close = "}" + text[(at + 1)..signs] + "}";
            return text.IndexOf(close, signs + 1, StringComparison.Ordinal) is var found and >= 0 ? found + close.Length : text.Length;
        }

        var braces = 0;
        for (var i = at + 2; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' or '\'' or '`':
                    i = EndOfString(text, i);
                    break;
                case '#':
                    i = EndOfComment(text, i);
                    break;
                case '{':
                    braces++;
                    break;
                case '}' when braces > 0:
                    braces--;
                    break;
                case '}' when i + 1 < text.Length && text[i + 1] == '}':
                    return i + 2;
            }
        }

        return text.Length;
    }

    private static int EndOfString(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && text[open] != '`')
            {
                i++;
            }
            else if (text[i] == text[open])
            {
                return i;
            }
        }

        return text.Length;
    }

    // "##" runs to the next "##", "#" to the end of the line; both end before closing braces.
    private static int EndOfComment(string text, int open)
    {
        var block = open + 1 < text.Length && text[open + 1] == '#';
        for (var i = open + (block ? 2 : 1); i < text.Length; i++)
        {
            if (i + 1 < text.Length && text[i] == '}' && text[i + 1] == '}')
            {
                return i - 1;
            }

            if (block ? i + 1 < text.Length && text[i] == '#' && text[i + 1] == '#' : text[i] == '\n')
            {
                return block ? i + 1 : i;
            }
        }

        return text.Length;
    }
}
