using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Parsing;

internal sealed partial class Parser
{
    /// <param name="endsStatement">False for <c>do ... end</c>, which may stand inside an expression.</param>
    private Block ParseBlock(BlockKind kind, out Terminator terminator, bool endsStatement = true)
    {
        EnterDepth();
        var statements = new List<Statement>();
        var start = Current.Start;
        terminator = Terminator.EndOfText;
        var going = true;
        while (going)
        {
            switch (Current.Kind)
            {
                case TokenKind.End:
                    if (kind != BlockKind.Page)
                    {
                        MissingEnd();
                    }

                    going = false;
                    break;
                case TokenKind.Raw or TokenKind.Escape:
                    if (kind != BlockKind.CaseHead)
                    {
                        statements.Add(new RawStatement { Start = Current.Start, End = Current.End, IsEscape = Current.Kind == TokenKind.Escape });
                    }

                    Next();
                    break;
                case TokenKind.CodeEnter:
                    statements.Add(new EnterStatement(IndentBefore(statements)) { Start = Current.Start, End = Current.End });
                    Next();
                    break;
                case TokenKind.EscapeEnter:
                    statements.Add(new EnterStatement(string.Empty) { Start = Current.Start, End = Current.End });
                    Next();
                    break;
                case TokenKind.CodeExit or TokenKind.EscapeExit:
                    statements.Add(new ExitStatement { Start = Current.Start, End = Current.End });
                    Next();
                    break;
                case TokenKind.NewLine or TokenKind.Semicolon:
                    Next();
                    break;
                default:
                    going = kind == BlockKind.Page
                        ? ParseStatement(kind, statements, endsStatement, ref terminator)
                        : ParseInnerStatement(kind, statements, endsStatement, ref terminator);
                    break;
            }
        }

        _depth--;
        return new Block(statements) { Start = start, End = Previous.End };
    }

    private bool ParseInnerStatement(BlockKind kind, List<Statement> statements, bool endsStatement, ref Terminator terminator)
    {
        try
        {
            return ParseStatement(kind, statements, endsStatement, ref terminator);
        }
        catch (FatalFault) when (!_alone)
        {
            // The `end` of this block cannot be looked for any more.
            MissingEnd();
            throw;
        }
    }

    /// <summary>The white space from the start of the line to a code block, when nothing else stands before it.</summary>
    private string IndentBefore(List<Statement> statements)
    {
        if (statements.Count == 0 || statements[^1] is not RawStatement raw)
        {
            return string.Empty;
        }

        var start = raw.End;
        while (start > 0 && _source.Text[start - 1] != '\n')
        {
            start--;
            if (!char.IsWhiteSpace(_source.Text[start]))
            {
                return string.Empty;
            }
        }

        return _source.Text[start..raw.End];
    }

    /// <summary>Parses one statement into the list; false when the block is over.</summary>
    private bool ParseStatement(BlockKind kind, List<Statement> statements, bool endsStatement, ref Terminator terminator)
    {
        var word = Current.Kind == TokenKind.Identifier ? Current.Value : null;
        switch (word)
        {
            case "end":
                Next();
                if (kind == BlockKind.Page)
                {
                    Fault(Previous.End - 1, "this `end` has no block to close");
                    return false;
                }

                if (endsStatement)
                {
                    ExpectEndOfStatement();
                }

                terminator = Terminator.End;
                return false;
            case "else":
                if (kind is not (BlockKind.If or BlockKind.For or BlockKind.When))
                {
                    _alone = true;
                    FatalAt(Current.Start, "an `else` must follow an if, a when or a for loop");
                }

                terminator = Terminator.Else;
                return false;
            case "when":
                if (kind is not (BlockKind.CaseHead or BlockKind.When))
                {
                    _alone = true;
                    FatalAt(Current.Start, "a `when` must stand inside a `case`");
                }

                terminator = Terminator.When;
                return false;
        }

        if (kind == BlockKind.CaseHead)
        {
            Fault($"unexpected {Shown(Current)} inside a `case`; only `when` and `else` may stand there");
        }

        var isLoopMember = word is "for" or "while" or "tablerow" && Peek().Kind == TokenKind.Dot;
        var at = _index;
        Statement? statement = isLoopMember ? ParseExpressionStatement() : word switch
        {
            "if" => ParseIf(),
            "case" => ParseCase(),
            "for" => ParseFor(false),
            "tablerow" => ParseFor(true),
            "while" => ParseWhile(),
            "with" => ParseTargetAndBody((target, body, start) => new WithStatement(target, body) { Start = start }),
            "wrap" => ParseTargetAndBody((target, body, start) => new WrapStatement(target, body) { Start = start }),
            "capture" => ParseTargetAndBody((target, body, start) => new CaptureStatement(target, body) { Start = start }),
            "import" => ParseImport(),
            "readonly" => ParseReadOnly(),
            "ret" => ParseReturn(),
            "break" => ParseWord(new BreakStatement { Start = Current.Start, End = Current.End }),
            "continue" => ParseWord(new ContinueStatement { Start = Current.Start, End = Current.End }),
            "func" => ParseFunction(),
            _ => IsStartOfExpression ? ParseExpressionStatement() : null,
        };
        if (statement is null)
        {
            if (at == _index)
            {
                FatalAt(Current.Start, $"unexpected {Shown(Current)}");
            }

            return true;
        }

        statements.Add(statement);
        return true;
    }

    private T ParseWord<T>(T statement) where T : Statement
    {
        Next();
        ExpectEndOfStatement();
        return statement;
    }

    private static Expr OrNull(Expr? expression, int at) => expression ?? new LiteralExpr(null) { Start = at, End = at };

    private Statement? ParseExpressionStatement()
    {
        var start = Current.Start;
        var expression = ExpectExpression(Parent.Statement);
        if (expression is null)
        {
            return null;
        }

        if (expression is FunctionExpr { Function.Name: { } name } inline)
        {
            return new FunctionStatement(new VariableExpr(name, false) { Start = start, End = start + name.Length }, inline.Function) { Start = start, End = inline.End };
        }

        ExpectEndOfStatement();
        return new ExpressionStatement(expression) { Start = start, End = expression.End };
    }

    private IfStatement ParseIf()
    {
        var start = Current.Start;
        EnterDepth();
        Next();
        var condition = OrNull(ExpectExpression(Parent.Other, allowAssignment: false), Current.Start);
        ExpectEndOfStatement();
        var then = ParseBlock(BlockKind.If, out var terminator);
        Block? otherwise = null;
        if (terminator == Terminator.Else)
        {
            if (Peek() is { Kind: TokenKind.Identifier, Value: "if" })
            {
                Next();
                var nested = ParseIf();
                otherwise = new Block([nested]) { Start = nested.Start, End = nested.End };
            }
            else
            {
                otherwise = ParseElse();
            }
        }

        _depth--;
        return new IfStatement(condition, then, otherwise) { Start = start, End = Previous.End };
    }

    private Block ParseElse()
    {
        Next();
        ExpectEndOfStatement();
        return ParseBlock(BlockKind.Else, out _);
    }

    private CaseStatement ParseCase()
    {
        var start = Current.Start;
        Next();
        var value = OrNull(ExpectExpression(Parent.Other, allowAssignment: false), Current.Start);
        ExpectEndOfStatement();
        var whens = new List<WhenClause>();
        Block? otherwise = null;
        var head = ParseBlock(BlockKind.CaseHead, out var terminator);
        while (terminator == Terminator.When)
        {
            var whenStart = Current.Start;
            Next();
            var values = new List<Expr>();
            while (IsStartOfExpression)
            {
                if (ParseExpression(Parent.Other, false, 0, Mode.When, false) is not { } matched)
                {
                    break;
                }

                values.Add(matched);
                if (Current.Kind is TokenKind.Comma or TokenKind.DoubleBar)
                {
                    Next();
                }
            }

            if (values.Count == 0)
            {
                Fault("a `when` needs at least one value");
            }

            ExpectEndOfStatement();
            whens.Add(new WhenClause(values, ParseBlock(BlockKind.When, out terminator)) { Start = whenStart, End = Previous.End });
        }

        if (terminator == Terminator.Else)
        {
            otherwise = ParseElse();
        }

        return new CaseStatement(value, whens, otherwise) { Start = start, End = Previous.End, LeavesIndent = head.Statements.Exists(s => s is EnterStatement) };
    }

    private ForStatement ParseFor(bool tableRow)
    {
        var start = Current.Start;
        Next();
        var variable = ExpectExpression(Parent.Other, mode: Mode.Basic);
        if (variable is null)
        {
            throw new FatalFault();
        }

        if (!IsPath(variable))
        {
            Fault(start, "a loop needs a variable: for x in list");
        }

        if (IsWord("in"))
        {
            Next();
        }
        else
        {
            Fault(start, $"the word `in` is missing before {Shown(Current)}");
        }

        var options = new List<NamedArgument>();
        _loopOptions = options;
        var iterator = OrNull(ExpectExpression(Parent.For), Current.Start);
        ExpectEndOfStatement();
        var body = ParseBlock(BlockKind.For, out var terminator);
        Block? otherwise = null;
        if (terminator == Terminator.Else)
        {
            otherwise = ParseElse();
        }

        return new ForStatement(variable, iterator, options, body, otherwise, tableRow) { Start = start, End = Previous.End };
    }

    private WhileStatement ParseWhile()
    {
        var start = Current.Start;
        Next();
        var condition = OrNull(ExpectExpression(Parent.Other, allowAssignment: false), Current.Start);
        ExpectEndOfStatement();
        return new WhileStatement(condition, ParseBlock(BlockKind.Other, out _)) { Start = start, End = Previous.End };
    }

    private T ParseTargetAndBody<T>(Func<Expr, Block, int, T> build) where T : Statement
    {
        var start = Current.Start;
        Next();
        var target = OrNull(ExpectExpression(Parent.Other), Current.Start);
        EndHead();
        var statement = build(target, ParseBlock(BlockKind.Other, out _), start);
        statement.End = Previous.End;
        return statement;
    }

    private ImportStatement ParseImport()
    {
        var start = Current.Start;
        Next();
        var value = OrNull(ExpectExpression(Parent.Other), Current.Start);
        ExpectEndOfStatement();
        return new ImportStatement(value) { Start = start, End = value.End };
    }

    private ReadOnlyStatement? ParseReadOnly()
    {
        var start = Current.Start;
        Next();
        var variable = ExpectVariable(start);
        ExpectEndOfStatement();
        return variable is null ? null : new ReadOnlyStatement(variable) { Start = start, End = variable.End };
    }

    private VariableExpr? ExpectVariable(int start)
    {
        if (Current.Kind is TokenKind.Identifier or TokenKind.SpecialIdentifier && ParseVariable() is VariableExpr variable)
        {
            return variable;
        }

        Fault(start, $"a variable is needed instead of {Shown(Current)}");
        return null;
    }

    private ReturnStatement ParseReturn()
    {
        var start = Current.Start;
        Next();
        var value = IsStartOfExpression ? ParseExpression(Parent.Other, false, 0, Mode.Default, true) : null;
        ExpectEndOfStatement();
        return new ReturnStatement(value) { Start = start, End = Previous.End };
    }

    private FunctionStatement? ParseFunction()
    {
        var start = Current.Start;
        Next();
        var name = ExpectVariable(start);
        if (name is null)
        {
            throw new FatalFault();
        }

        var function = ParseFunctionRest(start, name.Name, false);
        return new FunctionStatement(name, function) { Start = start, End = function.End };
    }
}
