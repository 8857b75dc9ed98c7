using System.Text;
using CampaignEngine.Templating.Parsing;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Functions;

/// <summary>The text of a declared function: its source with white space only where two words meet and behind a semicolon.</summary>
internal static class FunctionText
{
    public static string Of(FunctionNode node)
    {
        // Read as a block of its own, whose two marks are left out again: the body may leave the code and come back.
        var source = new SourceText("{{" + node.Source.Text[node.Start..node.End] + "}}", null);
        var tokens = new Lexer(source, []).Read();
        var text = new StringBuilder();
        var last = tokens.FindLastIndex(t => t.End < source.Text.Length && t.Kind is not (TokenKind.Semicolon or TokenKind.NewLine));
        for (var i = 1; i <= last; i++)
        {
            var token = tokens[i];
            var apart = tokens[i - 1].End < token.Start;
            if (tokens[i - 1].Kind == TokenKind.Semicolon || (apart && EndsWord(tokens[i - 1].Kind) && StartsWord(token.Kind)))
            {
                text.Append(' ');
            }

            text.Append(source.Text, token.Start, token.End - token.Start);
        }

        return text.ToString();
    }

    private static bool EndsWord(TokenKind kind) => IsWord(kind) || kind is TokenKind.CloseParen or TokenKind.CloseBracket or TokenKind.CloseBrace or TokenKind.InterpolationEnd;

    private static bool StartsWord(TokenKind kind) =>
        IsWord(kind) || kind is TokenKind.OpenParen or TokenKind.OpenBracket or TokenKind.OpenBrace or TokenKind.At or TokenKind.Caret or TokenKind.Bang or TokenKind.InterpolationText;

    private static bool IsWord(TokenKind kind) => kind is TokenKind.Identifier or TokenKind.SpecialIdentifier or TokenKind.Integer or TokenKind.HexInteger
        or TokenKind.BinaryInteger or TokenKind.Float or TokenKind.String or TokenKind.VerbatimString;
}
