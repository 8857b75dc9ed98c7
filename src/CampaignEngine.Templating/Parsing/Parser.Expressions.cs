using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Parsing;

/// <summary>
/// Expressions. The language has calls without parentheses (<c>f a b</c>), so an operand that follows another one makes
/// the first a function; inside the arguments operators bind tighter than the call.
/// </summary>
internal sealed partial class Parser
{
    private List<NamedArgument>? _loopOptions;

    private enum Mode
    {
        Default,
        NoNamedArgument,
        Basic,
        When,
    }

    private enum Parent
    {
        Other,
        Statement,
        Nested,
        For,
        Pipe,
        Alias,
    }

    private bool IsStartOfExpression => Current.Kind is TokenKind.Identifier or TokenKind.SpecialIdentifier or TokenKind.Integer or TokenKind.HexInteger
        or TokenKind.BinaryInteger or TokenKind.Float or TokenKind.String or TokenKind.VerbatimString or TokenKind.InterpolationText
        or TokenKind.OpenParen or TokenKind.OpenBrace or TokenKind.OpenBracket || IsUnary;

    private bool IsUnary => Current.Kind is TokenKind.Bang or TokenKind.Minus or TokenKind.Plus or TokenKind.At or TokenKind.Caret
        or TokenKind.DoublePlus or TokenKind.DoubleMinus;

    private static bool IsPath(Expr expression) => expression is VariableExpr or MemberExpr or IndexExpr or ThisExpr or IsEmptyExpr or NestedExpr;

    private Expr? ExpectExpression(Parent parent, bool insideCall = false, int precedence = 0, Mode mode = Mode.Default, bool allowAssignment = true, string? message = null)
    {
        if (IsStartOfExpression)
        {
            return ParseExpression(parent, insideCall, precedence, mode, allowAssignment);
        }

        Fault(message ?? $"an expression is needed instead of {Shown(Current)}");
        return null;
    }

    private Expr? ParseExpression(Parent parent, bool insideCall, int precedence, Mode mode, bool allowAssignment)
    {
        EnterDepth();
        _level++;
        var depth = _depth;
        var expression = ParseOperands(parent, insideCall, precedence, mode, allowAssignment);
        _level--;
        _depth = depth - 1;
        return expression;
    }

    private Expr? ParseOperands(Parent parent, bool insideCall, int precedence, Mode mode, bool allowAssignment)
    {
        var originalMode = mode;
        mode = mode == Mode.When ? Mode.Default : mode;
        CallExpr? call = null;
        while (true)
        {
            var left = ParseOperand();
            if (left is null)
            {
                if (_messages.Count == 0 || Current.Kind != TokenKind.End)
                {
                    Fault($"unexpected {Shown(Current)} in an expression");
                }

                return null;
            }

            var another = false;
            var state = new Operand(parent, insideCall, precedence, mode, originalMode, allowAssignment);
            while (left is not FunctionExpr { Function.Name: null })
            {
                var step = ParseSuffix(ref left, ref call, state, out another);
                if (step == Step.Failed)
                {
                    return left;
                }

                if (step == Step.Over)
                {
                    break;
                }
            }

            if (another)
            {
                continue;
            }

            if (call is null)
            {
                return left;
            }

            call.Arguments.Add(left);
            call.End = left.End;
            return call;
        }
    }

    private readonly record struct Operand(Parent Parent, bool InsideCall, int Precedence, Mode Mode, Mode OriginalMode, bool AllowAssignment);

    private enum Step
    {
        Again,
        Over,
        Failed,
    }

    /// <summary>One thing that may follow an operand; <paramref name="another"/> when the next operand is an argument of a call.</summary>
    private Step ParseSuffix(ref Expr left, ref CallExpr? call, Operand state, out bool another)
    {
        another = false;
        var kind = Current.Kind;
        if (kind is TokenKind.Dot or TokenKind.QuestionDot)
        {
            EnterDepth();
            return ParseMember(ref left);
        }

        if (kind is TokenKind.DoublePlus or TokenKind.DoubleMinus)
        {
            if (!IsPath(left))
            {
                Fault("only a variable, a member or an element can be stepped with ++ or --");
            }

            left = new StepExpr(left, kind == TokenKind.DoublePlus ? 1 : -1, true) { Start = left.Start, End = Current.End };
            Next();
            kind = Current.Kind;
        }

        if (kind == TokenKind.OpenBracket && (IsPath(left) || left is LiteralExpr or CallExpr or InterpolatedExpr) && !AfterWhiteSpace)
        {
            EnterDepth();
            ParseIndex(ref left, call is not null, state.Mode);
            return Step.Again;
        }

        if (state.Mode == Mode.Basic || state.Parent == Parent.Alias)
        {
            return Step.Over;
        }

        if (state.Mode != Mode.NoNamedArgument && kind == TokenKind.Colon)
        {
            if (left is not VariableExpr name)
            {
                Fault(left.Start, "a plain name is needed before the : of a named argument");
                return Step.Over;
            }

            Next();
            var value = ExpectExpression(state.Parent == Parent.Statement ? Parent.Other : state.Parent);
            left = new NamedArgument(name.Name, value) { Start = name.Start, End = value?.End ?? name.End };
            return Step.Over;
        }

        if (kind == TokenKind.Equal && TryDeclare(left, state) is { } declared)
        {
            left = declared;
            return Step.Over;
        }

        if (AssignmentOf(kind) is var (isAssignment, op) && isAssignment)
        {
            ParseAssignment(ref left, op, call is not null, state);
            return Step.Over;
        }

        if (BinaryOf(kind) is var (binary, newPrecedence) && newPrecedence > 0)
        {
            if (state.OriginalMode == Mode.When && binary == BinaryOp.Or)
            {
                return Step.Over;
            }

            if (newPrecedence <= state.Precedence)
            {
                return Step.Over;
            }

            return ParseBinary(ref left, binary, newPrecedence, call is not null || state.InsideCall, state.Mode);
        }

        if (kind == TokenKind.Question)
        {
            return ParseConditional(ref left, ref call, state);
        }

        if (IsStartOfExpression)
        {
            return ParseArgument(ref left, ref call, state, out another);
        }

        if (state.Precedence > 0 || state.Parent == Parent.Pipe || kind is not (TokenKind.Bar or TokenKind.BarGreater))
        {
            return Step.Over;
        }

        ParsePipes(ref left, ref call);
        return Step.Over;
    }

    private bool AfterWhiteSpace => Current.Start > 0 && char.IsWhiteSpace(_source.Text[Current.Start - 1]);

    private FunctionExpr? TryDeclare(Expr left, Operand state)
    {
        if (_level > 1 || !state.AllowAssignment)
        {
            return null;
        }

        return TryParseInlineFunction(left);
    }

    private Step ParseMember(ref Expr left)
    {
        var optional = Current.Kind == TokenKind.QuestionDot || left is MemberExpr { Optional: true };
        var name = Peek();
        if (name.Kind != TokenKind.Identifier)
        {
            Fault(name.Start, $"a member name is needed after the dot instead of {Shown(name)}");
            Next();
            return Step.Failed;
        }

        Next();
        if (name.Value is "empty" or "blank" && Peek() is { Kind: TokenKind.Question } mark && mark.Start == name.End)
        {
            Next();
            Next();
            left = new IsEmptyExpr(left) { Start = left.Start, End = mark.End };
            return Step.Again;
        }

        Next();
        left = new MemberExpr(left, name.Value!, name.Start, optional) { Start = left.Start, End = name.End };
        return Step.Again;
    }

    private void ParseIndex(ref Expr left, bool insideCall, Mode mode)
    {
        Next();
        var index = ExpectExpression(Parent.Other, insideCall, 0, mode == Mode.Basic ? Mode.Default : mode);
        if (Current.Kind == TokenKind.CloseBracket)
        {
            Next();
        }
        else
        {
            Fault($"a ] is missing before {Shown(Current)}");
        }

        left = new IndexExpr(left, OrNull(index, Current.Start)) { Start = left.Start, End = Previous.End };
    }

    private void ParseAssignment(ref Expr left, BinaryOp? op, bool insideCall, Operand state)
    {
        if (!IsAssignable(left) || insideCall || _level > 1 || !state.AllowAssignment)
        {
            // A target that can never be assigned is a fault of evaluation in the language: report it where it stands.
            Fault(left.Start, _level > 1 || insideCall || !state.AllowAssignment
                ? "an assignment is a statement of its own; it cannot stand inside an expression"
                : "only a variable, a member or an element can be assigned");
        }

        Next();
        var value = OrNull(ExpectExpression(Parent.Other, state.InsideCall), Current.Start);
        left = new AssignExpr(left, op, value) { Start = left.Start, End = value.End };
    }

    private static bool IsAssignable(Expr target) => target is VariableExpr or MemberExpr or IndexExpr or IsEmptyExpr or ThisExpr or NestedExpr;

    private Step ParseBinary(ref Expr left, BinaryOp op, int precedence, bool insideCall, Mode mode)
    {
        EnterDepth();
        var at = Current;
        Next();
        var right = ExpectExpression(Parent.Nested, insideCall, precedence, mode, message: $"an expression is needed after {Shown(at)} instead of {Shown(Current)}");
        left = new BinaryExpr(op, left, OrNull(right, Current.Start), at.Start) { Start = left.Start, End = right?.End ?? at.End };
        return Step.Again;
    }

    private Step ParseConditional(ref Expr left, ref CallExpr? call, Operand state)
    {
        if (state.Precedence > 0)
        {
            return Step.Over;
        }

        if (call is not null)
        {
            call.Arguments.Add(left);
            call.End = left.End;
            left = call;
            call = null;
        }

        Next();
        var then = ExpectExpression(Parent.Nested, mode: Mode.NoNamedArgument);
        if (Current.Kind == TokenKind.Colon)
        {
            Next();
        }
        else
        {
            Fault($"a : is missing before {Shown(Current)}");
        }

        var otherwise = ExpectExpression(Parent.Nested, mode: Mode.NoNamedArgument);
        left = new ConditionalExpr(left, OrNull(then, Current.Start), OrNull(otherwise, Current.Start)) { Start = left.Start, End = Previous.End };
        return Step.Over;
    }

    private Step ParseArgument(ref Expr left, ref CallExpr? call, Operand state, out bool another)
    {
        another = false;
        if (state.InsideCall)
        {
            return Step.Over;
        }

        if (Current.Kind == TokenKind.Identifier && (state.Parent == Parent.For || Peek().Kind == TokenKind.Colon))
        {
            return ParseNamedArguments(ref left, ref call, state, out another);
        }

        if (Current.Kind == TokenKind.OpenParen && !AfterWhiteSpace)
        {
            EnterDepth();
            left = ParseExplicitCall(left);
            return Step.Again;
        }

        another = true;
        if (call is null)
        {
            call = new CallExpr(left, []) { Start = left.Start, End = left.End };
        }
        else
        {
            call.Arguments.Add(left);
            call.End = left.End;
        }

        return Step.Over;
    }

    private CallExpr ParseExplicitCall(Expr target)
    {
        var call = new CallExpr(target, []) { Start = target.Start, End = target.End, Explicit = true };
        Next();
        while (Current.Kind != TokenKind.CloseParen)
        {
            if (call.Arguments.Count > 0)
            {
                if (Current.Kind == TokenKind.Comma)
                {
                    Next();
                }
                else
                {
                    Fault("a comma is missing between the arguments of a call");
                }
            }

            if (!IsStartOfExpression || ParseExpression(Parent.Nested, false, 0, Mode.Default, false) is not { } argument)
            {
                FatalAt(Current.Start, $"an argument or ) is needed instead of {Shown(Current)}");
                break;
            }

            call.Arguments.Add(argument);
        }

        call.End = Current.End;
        Next();
        return call;
    }

    /// <summary><c>name: value</c> arguments of a call, or the options of a loop, which may stand without a value.</summary>
    private Step ParseNamedArguments(ref Expr left, ref CallExpr? call, Operand state, out bool another)
    {
        another = false;
        var options = state.Parent == Parent.For ? _loopOptions : null;
        if (options is null)
        {
            if (call is null)
            {
                call = new CallExpr(left, []) { Start = left.Start, End = left.End };
            }
            else
            {
                call.Arguments.Add(left);
            }
        }

        while (Current.Kind == TokenKind.Identifier && (options is not null || Peek().Kind == TokenKind.Colon))
        {
            var name = Current;
            Next();
            Expr? value = null;
            if (Current.Kind == TokenKind.Colon)
            {
                Next();
                value = ExpectExpression(Parent.Other, mode: Mode.Basic);
            }

            var argument = new NamedArgument(name.Value!, value) { Start = name.Start, End = value?.End ?? name.End };
            if (options is not null)
            {
                options.Add(argument);
                continue;
            }

            call!.Arguments.Add(argument);
            call.End = argument.End;
            if (value is FunctionExpr)
            {
                break;
            }
        }

        if (options is null && IsStartOfExpression)
        {
            // Positional arguments may not follow named ones in practice; the next operand is still read as one.
            another = true;
            return Step.Over;
        }

        if (call is not null)
        {
            left = call;
            call = null;
        }

        return Current.Kind is TokenKind.Bar or TokenKind.BarGreater ? Step.Again : Step.Over;
    }

    private void ParsePipes(ref Expr left, ref CallExpr? call)
    {
        if (call is not null)
        {
            call.Arguments.Add(left);
            call.End = left.End;
            left = call;
            call = null;
        }

        while (Current.Kind is TokenKind.Bar or TokenKind.BarGreater)
        {
            EnterDepth();
            _newLinesHidden++;
            Next();
            _newLinesHidden--;
            var to = ExpectExpression(Parent.Pipe);
            if (to is null)
            {
                return;
            }

            left = Piped(left, to);
        }
    }

    /// <summary>Puts a piped value before the arguments of the call that stands first on the right of the pipe.</summary>
    private static Expr Piped(Expr from, Expr to)
    {
        switch (to)
        {
            case CallExpr { Piped: false } call:
                call.Arguments.Insert(0, from);
                call.Piped = true;
                return call;
            case VariableExpr or MemberExpr or IndexExpr or NestedExpr:
                return new CallExpr(to, [from]) { Start = to.Start, End = to.End, Piped = true };
            case BinaryExpr binary:
                return new BinaryExpr(binary.Op, Piped(from, binary.Left), binary.Right, binary.OperatorStart) { Start = binary.Start, End = binary.End };
            case ConditionalExpr conditional:
                return new ConditionalExpr(Piped(from, conditional.Condition), conditional.Then, conditional.Else) { Start = to.Start, End = to.End };
            default:
                return new PipeExpr(from, to) { Start = to.Start, End = to.End };
        }
    }

    private static (bool IsAssignment, BinaryOp? Op) AssignmentOf(TokenKind kind) => kind switch
    {
        TokenKind.Equal => (true, null),
        TokenKind.PlusEqual => (true, BinaryOp.Add),
        TokenKind.MinusEqual => (true, BinaryOp.Subtract),
        TokenKind.StarEqual => (true, BinaryOp.Multiply),
        TokenKind.SlashEqual => (true, BinaryOp.Divide),
        TokenKind.DoubleSlashEqual => (true, BinaryOp.DivideRound),
        TokenKind.PercentEqual => (true, BinaryOp.Modulus),
        _ => (false, null),
    };

    private static (BinaryOp Op, int Precedence) BinaryOf(TokenKind kind) => kind switch
    {
        TokenKind.DoubleQuestion => (BinaryOp.Coalesce, 20),
        TokenKind.QuestionBang => (BinaryOp.NotNullThen, 20),
        TokenKind.DoubleBar => (BinaryOp.Or, 30),
        TokenKind.DoubleAmpersand => (BinaryOp.And, 40),
        TokenKind.Ampersand => (BinaryOp.BitAnd, 60),
        TokenKind.DoubleEqual => (BinaryOp.Equal, 70),
        TokenKind.BangEqual => (BinaryOp.NotEqual, 70),
        TokenKind.Less => (BinaryOp.Less, 80),
        TokenKind.LessEqual => (BinaryOp.LessOrEqual, 80),
        TokenKind.Greater => (BinaryOp.Greater, 80),
        TokenKind.GreaterEqual => (BinaryOp.GreaterOrEqual, 80),
        TokenKind.Plus => (BinaryOp.Add, 100),
        TokenKind.Minus => (BinaryOp.Subtract, 100),
        TokenKind.Star => (BinaryOp.Multiply, 110),
        TokenKind.Slash => (BinaryOp.Divide, 110),
        TokenKind.DoubleSlash => (BinaryOp.DivideRound, 110),
        TokenKind.Percent => (BinaryOp.Modulus, 110),
        TokenKind.DoubleLess => (BinaryOp.ShiftLeft, 110),
        TokenKind.DoubleGreater => (BinaryOp.ShiftRight, 110),
        TokenKind.DoubleDot => (BinaryOp.Range, 130),
        TokenKind.DoubleDotLess => (BinaryOp.RangeExclusive, 130),
        _ => (default, 0),
    };
}
