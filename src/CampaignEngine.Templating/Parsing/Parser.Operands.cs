using System.Globalization;
using System.Numerics;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Parsing;

/// <summary>Operands: literals, variables, arrays, objects, nested and unary expressions.</summary>
internal sealed partial class Parser
{
    private Expr? ParseOperand()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Identifier or TokenKind.SpecialIdentifier:
                return ParseVariable();
            case TokenKind.Integer:
                return Literal(ParseInteger(token));
            case TokenKind.HexInteger:
                return Literal(ParseRadix(token, 16));
            case TokenKind.BinaryInteger:
                return Literal(ParseRadix(token, 2));
            case TokenKind.Float:
                return Literal(ParseFloat(token));
            case TokenKind.String or TokenKind.VerbatimString:
                return Literal(token.Value);
            case TokenKind.InterpolationText:
                return ParseInterpolated();
            case TokenKind.OpenParen:
                return ParseNested();
            case TokenKind.OpenBracket:
                return ParseArray();
            case TokenKind.OpenBrace:
                return ParseObject();
            case TokenKind.DoublePlus or TokenKind.DoubleMinus:
                return ParseStep();
            case TokenKind.Bang:
                return ParseUnary(UnaryOp.Not);
            case TokenKind.Minus:
                return ParseUnary(UnaryOp.Negate);
            case TokenKind.Plus:
                return ParseUnary(UnaryOp.Plus);
            case TokenKind.At:
                return ParseUnary(UnaryOp.Alias);
            case TokenKind.Caret:
                return ParseUnary(UnaryOp.Expand);
            default:
                return null;
        }
    }

    private LiteralExpr Literal(object? value)
    {
        var token = Current;
        Next();
        return new LiteralExpr(value) { Start = token.Start, End = token.End };
    }

    private Expr ParseVariable()
    {
        var token = Current;
        switch (token.Value)
        {
            case "null": return Literal(null);
            case "true": return Literal(true);
            case "false": return Literal(false);
            case "this":
                Next();
                return new ThisExpr { Start = token.Start, End = token.End };
            case "do":
                Next();
                return new FunctionExpr(ParseFunctionRest(token.Start, null, true)) { Start = token.Start, End = Previous.End };
        }

        Next();
        if (token.Kind == TokenKind.Identifier)
        {
            CheckLoopMember(token);
            return new VariableExpr(token.Value!, false) { Start = token.Start, End = token.End };
        }

        var name = token.Value![1..];
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return new IndexExpr(
                new VariableExpr(string.Empty, true) { Start = token.Start, End = token.End },
                new LiteralExpr(index) { Start = token.Start, End = token.End }) { Start = token.Start, End = token.End };
        }

        return new VariableExpr(name, true) { Start = token.Start, End = token.End };
    }

    private void CheckLoopMember(Token loop)
    {
        if (loop.Value is not ("for" or "while" or "tablerow") || Current.Kind != TokenKind.Dot)
        {
            return;
        }

        var member = Peek();
        if (member.Kind != TokenKind.Identifier)
        {
            Fault(loop.Start, $"a loop variable is needed after {loop.Value}. instead of {Shown(member)}");
            return;
        }

        var known = member.Value switch
        {
            "first" or "even" or "odd" or "index" => true,
            "last" or "changed" or "length" or "rindex" => loop.Value != "while",
            "col" => loop.Value == "tablerow",
            _ => false,
        };
        if (!known)
        {
            Fault(loop.Start, $"there is no loop variable {loop.Value}.{member.Value}; known are index, first, even, odd"
                + (loop.Value == "while" ? string.Empty : ", last, changed, length, rindex") + (loop.Value == "tablerow" ? ", col" : string.Empty));
        }
    }

    private object? ParseInteger(Token token)
    {
        var text = token.Value!.Replace("_", string.Empty, StringComparison.Ordinal);
        var exponent = text.IndexOfAny(['e', 'E']);
        if (exponent >= 0 && (!int.TryParse(text.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || power > 400))
        {
            Fault(token.Start, $"the number {text} is too large");
            return null;
        }

        if (BigInteger.TryParse(text, NumberStyles.Integer | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number))
        {
            return number >= int.MinValue && number <= int.MaxValue ? (object)(int)number
                : number >= long.MinValue && number <= long.MaxValue ? (object)(long)number
                : number;
        }

        Fault(token.Start, $"the number {text} cannot be read");
        return null;
    }

    private object? ParseRadix(Token token, int radix)
    {
        var digits = token.Value!.AsSpan(2).ToString().Replace("_", string.Empty, StringComparison.Ordinal);
        var unsigned = digits.EndsWith('u') || digits.EndsWith('U');
        digits = unsigned ? digits[..^1] : digits;
        if (digits.Length == 0 || digits.Length > 256)
        {
            return null;
        }

        var number = BigInteger.Zero;
        foreach (var digit in digits)
        {
            number = (number * radix) + HexDigit(digit);
        }

        if (number <= uint.MaxValue)
        {
            return unsigned ? ((long)number <= int.MaxValue ? (object)(int)number : (object)(long)number) : unchecked((int)(uint)number);
        }

        if (number <= ulong.MaxValue && !unsigned)
        {
            return unchecked((long)(ulong)number);
        }

        return number;
    }

    private static int HexDigit(char c) => c <= '9' ? c - '0' : char.ToUpperInvariant(c) - 'A' + 10;

    private object? ParseFloat(Token token)
    {
        var text = token.Value!.Replace("_", string.Empty, StringComparison.Ordinal);
        var suffix = char.ToUpperInvariant(text[^1]);
        var digits = suffix is 'F' or 'D' or 'M' ? text[..^1] : text;
        const NumberStyles style = NumberStyles.Float;
        object? value = suffix switch
        {
            'F' => float.TryParse(digits, style, CultureInfo.InvariantCulture, out var single) ? single : null,
            'M' when decimal.TryParse(digits, style, CultureInfo.InvariantCulture, out var number) => number,
            _ => double.TryParse(digits, style, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
        if (value is null)
        {
            Fault(token.Start, $"the number {text} cannot be read");
        }

        return value;
    }

    private InterpolatedExpr ParseInterpolated()
    {
        var start = Current.Start;
        var parts = new List<Expr>();
        while (Current.Kind == TokenKind.InterpolationText)
        {
            if (Current.Value!.Length > 0)
            {
                parts.Add(new LiteralExpr(Current.Value) { Start = Current.Start, End = Current.End });
            }

            Next();
            if (Current.Kind != TokenKind.InterpolationOpen)
            {
                break;
            }

            Next();
            parts.Add(OrNull(ExpectExpression(Parent.Nested), Current.Start));
            if (Current.Kind != TokenKind.InterpolationClose)
            {
                Fault($"a }} is missing in this interpolated string before {Shown(Current)}");
                break;
            }

            Next();
        }

        if (Current.Kind == TokenKind.InterpolationEnd)
        {
            Next();
        }
        else
        {
            Fault($"unexpected {Shown(Current)} in an expression");
        }

        return new InterpolatedExpr(parts) { Start = start, End = Previous.End };
    }

    private NestedExpr ParseNested()
    {
        var start = Current.Start;
        Next();
        var inner = ExpectExpression(Parent.Nested);
        if (Current.Kind == TokenKind.CloseParen)
        {
            Next();
        }
        else
        {
            Fault($"a ) is missing before {Shown(Current)}");
        }

        return new NestedExpr(OrNull(inner, start)) { Start = start, End = Previous.End };
    }

    private ArrayExpr ParseArray()
    {
        var start = Current.Start;
        var items = new List<Expr>();
        _newLinesHidden++;
        Next();
        while (Current.Kind != TokenKind.CloseBracket)
        {
            if (ExpectExpression(Parent.Nested) is not { } item)
            {
                break;
            }

            items.Add(item);
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Next();
        }

        _newLinesHidden--;
        if (Current.Kind != TokenKind.CloseBracket)
        {
            Fault($"a ] is missing before {Shown(Current)}");
        }

        Next();
        return new ArrayExpr(items) { Start = start, End = Previous.End };
    }

    private ObjectExpr ParseObject()
    {
        var start = Current.Start;
        var members = new List<(string, Expr)>();
        var broken = false;
        _newLinesHidden++;
        Next();
        while (Current.Kind != TokenKind.CloseBrace)
        {
            if (Current.Kind is not (TokenKind.Identifier or TokenKind.String or TokenKind.VerbatimString))
            {
                Fault($"a member name is needed instead of {Shown(Current)}");
                broken = true;
                break;
            }

            var name = Current.Value!;
            Next();
            if (Current.Kind != TokenKind.Colon)
            {
                Fault($"a : is needed after the member name {name} instead of {Shown(Current)}");
                broken = true;
                break;
            }

            Next();
            if (!IsStartOfExpression || ParseExpression(Parent.Nested, false, 0, Mode.Default, true) is not { } value)
            {
                Fault($"a value is needed for the member {name} instead of {Shown(Current)}");
                broken = true;
                break;
            }

            members.Add((name, value));
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Next();
        }

        _newLinesHidden--;
        if (broken)
        {
            // Where the object ends is unknown: what follows is read as if it had ended here.
            return new ObjectExpr(members) { Start = start, End = Previous.End };
        }

        if (Current.Kind != TokenKind.CloseBrace)
        {
            FatalAt(Current.Start, $"a }} is missing before {Shown(Current)}");
        }

        Next();
        return new ObjectExpr(members) { Start = start, End = Previous.End };
    }

    private StepExpr ParseStep()
    {
        var token = Current;
        Next();
        var target = ExpectExpression(Parent.Nested, precedence: 210);
        if (target is null || !IsPath(target))
        {
            Fault("only a variable, a member or an element can be stepped with ++ or --");
        }

        return new StepExpr(OrNull(target, token.End), token.Kind == TokenKind.DoublePlus ? 1 : -1, false) { Start = token.Start, End = Previous.End };
    }

    private UnaryExpr ParseUnary(UnaryOp op)
    {
        var start = Current.Start;
        Next();
        var right = ExpectExpression(op == UnaryOp.Alias ? Parent.Alias : Parent.Nested, precedence: 200);
        return new UnaryExpr(op, OrNull(right, Current.Start)) { Start = start, End = right?.End ?? Previous.End };
    }
}
