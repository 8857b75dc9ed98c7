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

    // Without the texts and comments in it, whose signs mean nothing.
    private static string Bare(string inner) => Texts().Replace(inner, m => m.Value[0] == '#' ? "" : "''").Trim();

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""|'(?:\\.|[^'\\])*'|`[^`]*`|##.*?##|#[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Texts();

    [GeneratedRegex(@"^\w+")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"^[\w$.\[\]']+\s*(?:[-+*/%]?=(?![=>])|\+\+|--)")]
    private static partial Regex Assignment();
}
