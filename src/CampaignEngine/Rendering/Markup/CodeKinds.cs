using System.Text.RegularExpressions;

namespace CampaignEngine.Rendering.Markup;

/// <summary>What a piece of code does to the text around it, as far as its first words tell.</summary>
internal enum CodeKind
{
    /// <summary>Prints a value, or nothing (a comment).</summary>
    Output,

    /// <summary>Prints another template.</summary>
    Include,

    /// <summary>Opens a block: if, for, case ...</summary>
    Open,

    /// <summary>Another branch of an open block: else, when.</summary>
    Branch,

    Close,

    /// <summary>Sets a variable and prints nothing.</summary>
    Statement,

    /// <summary>Several statements in one pair of braces, or an escape block.</summary>
    Mixed,
}

internal static partial class CodeKinds
{
    public static CodeKind Of(ReadOnlySpan<char> code)
    {
        if (!code.StartsWith("{{", StringComparison.Ordinal))
        {
            return CodeKind.Mixed;
        }

        var inner = Bare(TemplatePieces.Inner(code));
        if (inner.AsSpan().ContainsAny(";\n\r"))
        {
            return CodeKind.Mixed;
        }

        return FirstWord().Match(inner).Value switch
        {
            "if" or "for" or "while" or "case" or "capture" or "with" or "wrap" or "tablerow" or "func" => CodeKind.Open,
            "else" or "when" => CodeKind.Branch,
            "end" => CodeKind.Close,
            "include" or "include_join" => CodeKind.Include,
            "ret" or "break" or "continue" => CodeKind.Mixed,
            "import" or "readonly" => CodeKind.Statement,
            _ => Assignment().IsMatch(inner) ? CodeKind.Statement : CodeKind.Output,
        };
    }

    /// <summary>What a piece of code does to blocks in the end: several statements in one pair of braces count by what they leave open.</summary>
    public static CodeKind BlockOf(ReadOnlySpan<char> code)
    {
        if (Of(code) is not CodeKind.Mixed and var kind)
        {
            return kind;
        }

        var bare = Bare(TemplatePieces.Inner(code));
        return (BlockStart().Count(bare) - BlockEnd().Count(bare)) switch { > 0 => CodeKind.Open, < 0 => CodeKind.Close, _ => CodeKind.Mixed };
    }

    public static bool IsLoop(ReadOnlySpan<char> code) => LoopStart().IsMatch(Bare(TemplatePieces.Inner(code)));

    // Without the texts and comments in it, whose signs mean nothing.
    private static string Bare(string inner) => Texts().Replace(inner, m => m.Value[0] == '#' ? "" : "''").Trim();

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""|'(?:\\.|[^'\\])*'|`[^`]*`|##.*?##|#[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Texts();

    // "else if" opens nothing; a condition behind a value ("x if y") does not exist in the language.
    [GeneratedRegex(@"(?<!else\s+)(?<![.\w])(?:if|for|while|case|capture|with|wrap|tablerow|func)\b(?!\s*[=.])")]
    private static partial Regex BlockStart();

    [GeneratedRegex(@"(?<![.\w])end\b")]
    private static partial Regex BlockEnd();

    [GeneratedRegex(@"(?<![.\w])(?:for|while|tablerow)\b")]
    private static partial Regex LoopStart();

    [GeneratedRegex(@"^\w+")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"^[\w$.\[\]']+\s*(?:[-+*/%]?=(?![=>])|\+\+|--)")]
    private static partial Regex Assignment();
}
