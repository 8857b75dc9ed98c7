using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Parsing;

/// <summary>
/// Builds the tree of a template. Never throws: every fault becomes a message with its place, and parsing goes on
/// as long as the place of the next fault can be trusted.
/// </summary>
internal sealed partial class Parser
{
    private readonly SourceText _source;
    private readonly TemplateOptions _options;
    private readonly List<TemplateMessage> _messages;
    private readonly List<Token> _tokens;
    private int _index;
    private int _newLinesHidden;
    private int _level;
    private int _depth;
    /// <summary>The last fault says all there is: no missing ends after it.</summary>
    private bool _alone;

    private Parser(SourceText source, TemplateOptions options, List<TemplateMessage> messages, List<Token> tokens)
    {
        (_source, _options, _messages, _tokens) = (source, options, messages, tokens);
    }

    /// <summary>Parses a whole template.</summary>
    public static Block ParseTemplate(SourceText source, TemplateOptions options, List<TemplateMessage> messages)
    {
        if (source.Text.Length > options.MaxLength)
        {
            messages.Add(source.Message(options.MaxLength, Severity.Error, "CE3002", $"the template is longer than {options.MaxLength:N0} characters; split it into includes"));
            return new Block([]);
        }

        var lexed = new List<TemplateMessage>();
        var parser = new Parser(source, options, messages, new Lexer(source, lexed).Read());
        Block block;
        try
        {
            block = parser.ParseBlock(BlockKind.Page, out _);
        }
        catch (FatalFault)
        {
            block = new Block([]);
        }

        messages.AddRange(lexed);
        return block;
    }

    /// <summary>Parses one bare expression (no <c>{{ }}</c> around it).</summary>
    /// <param name="orNothing">White space and comments alone give null and no message.</param>
    public static Expr? ParseSingle(SourceText source, TemplateOptions options, List<TemplateMessage> messages, bool orNothing = false)
    {
        if (source.Text.Length > options.MaxLength)
        {
            messages.Add(source.Message(options.MaxLength, Severity.Error, "CE3002", $"the expression is longer than {options.MaxLength:N0} characters"));
            return null;
        }

        var parser = new Parser(source, options, messages, new Lexer(source, messages, codeOnly: true).Read());
        try
        {
            parser.SkipNewLines();
            if (orNothing && parser.Current.Kind == TokenKind.End)
            {
                return null;
            }

            var expression = parser.ExpectExpression(Parent.Nested, allowAssignment: false);
            parser.SkipNewLines();
            if (expression is not null && parser.Current.Kind != TokenKind.End)
            {
                parser.Fault($"unexpected {parser.Shown(parser.Current)} after the expression");
            }

            return expression;
        }
        catch (FatalFault)
        {
            return null;
        }
    }

    private enum BlockKind
    {
        Page,
        If,
        Else,
        When,
        CaseHead,
        For,
        Other,
    }

    private enum Terminator
    {
        EndOfText,
        End,
        Else,
        When,
    }

    private Token Current => _tokens[_index];

    private Token Previous => _index > 0 ? _tokens[_index - 1] : new Token(TokenKind.End, 0, 0);

    private void Next()
    {
        if (_index < _tokens.Count - 1)
        {
            _index++;
        }

        SkipHidden();
    }

    private void SkipHidden()
    {
        while (_newLinesHidden > 0 && Current.Kind == TokenKind.NewLine)
        {
            _index++;
        }
    }

    private Token Peek()
    {
        var i = _index + 1;
        while (i < _tokens.Count && _newLinesHidden > 0 && _tokens[i].Kind == TokenKind.NewLine)
        {
            i++;
        }

        return i < _tokens.Count ? _tokens[i] : _tokens[^1];
    }

    private string Shown(Token token)
    {
        if (token.Kind == TokenKind.End)
        {
            return "the end of the text";
        }

        if (token.Kind == TokenKind.NewLine)
        {
            return "the end of the line";
        }

        var text = _source.Text[token.Start..Math.Min(token.End, token.Start + 40)];
        return "`" + text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "`";
    }

    private void Fault(string text) => Fault(Current.Start, text);

    private void Fault(int offset, string text)
    {
        if (_messages.Count < 100)
        {
            _messages.Add(_source.Message(offset, Severity.Error, "CE3001", text));
        }
    }

    private void FatalAt(int offset, string text)
    {
        Fault(offset, text);
        throw new FatalFault();
    }

    /// <summary>The end of the first line of a block; when it is not there, the block's `end` is missing as well.</summary>
    private void EndHead()
    {
        try
        {
            ExpectEndOfStatement();
        }
        catch (FatalFault)
        {
            MissingEnd();
            throw;
        }
    }

    private void MissingEnd() => Fault(Previous.Start, "the `end` of this block is missing");

    private void EnterDepth()
    {
        if (++_depth > _options.MaxDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _alone = true;
            _messages.Add(_source.Message(Previous.Start, Severity.Error, "CE3003", $"nested deeper than {_options.MaxDepth} levels; take parts out into variables or includes"));
            throw new FatalFault();
        }
    }

    private void SkipNewLines()
    {
        while (Current.Kind is TokenKind.NewLine or TokenKind.Semicolon)
        {
            Next();
        }
    }

    private bool IsEndOfStatement => Current.Kind is TokenKind.NewLine or TokenKind.CodeExit or TokenKind.Semicolon or TokenKind.End;

    private void ExpectEndOfStatement()
    {
        if (!IsEndOfStatement)
        {
            FatalAt(Current.Start, $"unexpected {Shown(Current)}; a statement ends with a new line, a ; or }}}}");
        }

        if (Current.Kind is TokenKind.NewLine or TokenKind.Semicolon)
        {
            Next();
        }
    }

    private bool IsWord(string word) => Current.Kind == TokenKind.Identifier && Current.Value == word;

    private sealed class FatalFault : Exception;
}
