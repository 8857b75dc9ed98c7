using System.Globalization;
using System.Numerics;
using System.Text;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>The binary operators and the signs over values of the language.</summary>
internal static class Operators
{
    /// <summary>Integers of more bits than this are refused: they would only be a way to use up memory.</summary>
    private const int MaxIntegerBits = 8192;

    public static bool IsNumber(object? value) => value is int or long or BigInteger or float or double or decimal;

    public static bool IsInteger(object? value) => value is int or long or BigInteger;

    public static object? Binary(Interpreter run, BinaryOp op, object? left, object? right, int place, Node leftNode, Node rightNode)
    {
        left = left is HtmlText or char ? left.ToString() : left;
        right = right is HtmlText or char ? right.ToString() : right;

        try
        {
            if (op is BinaryOp.ShiftLeft or BinaryOp.ShiftRight && left is not null && right is not null && (left is EmptyValue || right is EmptyValue))
            {
                throw Unsupported(run, op, left, right, place);
            }

            if (op == BinaryOp.ShiftLeft && left is not null && right is not null && (left is ScriptList or RangeValue || ListOperators.IsBesideList(left, right)))
            {
                return ListOperators.Append(run, left, right);
            }

            if (op == BinaryOp.ShiftRight && left is not null && right is not null && (right is ScriptList or RangeValue || ListOperators.IsBesideList(right, left)))
            {
                return ListOperators.Prepend(run, left, right);
            }

            if (left is string || right is string)
            {
                return Text(run, op, left, right, place, leftNode, rightNode);
            }

            if (left is null || right is null)
            {
                return Null(op, left, right);
            }

            if (left is EmptyValue || right is EmptyValue)
            {
                return Empty(run, op, left, right);
            }

            if (left is ScriptList or RangeValue || right is ScriptList or RangeValue)
            {
                return ListOperators.Binary(run, op, left, right, leftNode, rightNode);
            }

            return Values(run, op, left, right, place);
        }
        catch (DivideByZeroException)
        {
            throw run.Fault(place, "division by zero");
        }
        catch (OverflowException)
        {
            throw run.Fault(place, "the result is too large for its kind of number");
        }
        catch (Exception failure) when (failure is FormatException or InvalidCastException)
        {
            throw run.Fault(place, $"{Symbol(op)} does not work between a {Interpreter.TypeName(left)} and a {Interpreter.TypeName(right)}");
        }
        catch (RenderFault fault)
        {
            throw run.Fault(place, fault.Message, fault.Code);
        }
    }

    public static object? Sign(Interpreter run, object? value, bool negate, Expr node)
    {
        return value switch
        {
            int i => negate ? Integers.Fit(-(long)i) : value,
            long l => negate ? Integers.Fit(-(Int128)l) : value,
            BigInteger b => negate ? -b : value,
            float f => negate ? -f : value,
            double d => negate ? -d : value,
            decimal m => negate ? -m : value,
            TimeSpan t => negate ? -t : value,
            _ => throw run.Fault(node, $"a {Interpreter.TypeName(value)} has no sign; - and + need a number"),
        };
    }

    /// <summary>A list piped into a list literal, which cannot be called: the elements of both, each once.</summary>
    public static object? Union(Interpreter run, object? left, object right, PipeExpr pipe) => left is ScriptList or RangeValue
        ? ListOperators.Union(run, left, right)
        : throw run.Fault(pipe.To, $"a {Interpreter.TypeName(left)} cannot be piped into a list");

    public static string Symbol(BinaryOp op) => op switch
    {
        BinaryOp.Add => "+",
        BinaryOp.Subtract => "-",
        BinaryOp.Multiply => "*",
        BinaryOp.Divide => "/",
        BinaryOp.DivideRound => "//",
        BinaryOp.Modulus => "%",
        BinaryOp.BitAnd => "&",
        BinaryOp.ShiftLeft => "<<",
        BinaryOp.ShiftRight => ">>",
        BinaryOp.Coalesce => "??",
        BinaryOp.NotNullThen => "?!",
        BinaryOp.And => "&&",
        BinaryOp.Or => "||",
        BinaryOp.Equal => "==",
        BinaryOp.NotEqual => "!=",
        BinaryOp.Less => "<",
        BinaryOp.LessOrEqual => "<=",
        BinaryOp.Greater => ">",
        BinaryOp.GreaterOrEqual => ">=",
        BinaryOp.Range => "..",
        _ => "..<",
    };

    private static object? Text(Interpreter run, BinaryOp op, object? left, object? right, int place, Node leftNode, Node rightNode)
    {
        var a = run.ToText(left);
        var b = run.ToText(right);
        switch (op)
        {
            case BinaryOp.Add:
                run.CheckText((a?.Length ?? 0L) + (b?.Length ?? 0L), null);
                return a + b;
            case BinaryOp.Multiply:
                return Repeat(run, left, right, leftNode, rightNode);
            case BinaryOp.Equal:
                return a == b;
            case BinaryOp.NotEqual:
                return a != b;
            case BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual:
                return Ordered(op, string.CompareOrdinal(a, b));
            default:
                throw run.Fault(place, $"{Symbol(op)} does not work on text");
        }
    }

    private static string Repeat(Interpreter run, object? left, object? right, Node leftNode, Node rightNode)
    {
        var (text, times, node) = right is string ? ((string)right, left, leftNode) : ((string)left!, right, rightNode);
        int count;
        try
        {
            count = run.ToInt(times);
        }
        catch (RenderFault)
        {
            throw run.Fault(node, "a text can be multiplied by an integer only");
        }

        if (count <= 0 || text.Length == 0)
        {
            return string.Empty;
        }

        run.CheckText((long)text.Length * count, node);
        return new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
    }

    private static object Ordered(BinaryOp op, int order) => op switch
    {
        BinaryOp.Less => order < 0,
        BinaryOp.LessOrEqual => order <= 0,
        BinaryOp.Greater => order > 0,
        _ => order >= 0,
    };

    private static object? Null(BinaryOp op, object? left, object? right) => op switch
    {
        BinaryOp.Equal => left is null && right is null,
        BinaryOp.NotEqual => !(left is null && right is null),
        BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual => false,
        _ => null,
    };

    private static object? Empty(Interpreter run, BinaryOp op, object left, object right)
    {
        var both = left is EmptyValue && right is EmptyValue;
        var empty = both || run.IsEmpty(left is EmptyValue ? right : left) is true;
        return op switch
        {
            BinaryOp.Equal or BinaryOp.LessOrEqual or BinaryOp.GreaterOrEqual => empty,
            BinaryOp.NotEqual => !empty,
            BinaryOp.Less or BinaryOp.Greater => false,
            _ => EmptyValue.Instance,
        };
    }

    private static object? Values(Interpreter run, BinaryOp op, object left, object right, int place)
    {
        if (left is bool && right is bool)
        {
            return Booleans(run, op, (bool)left, (bool)right, place);
        }

        if (op is BinaryOp.Equal or BinaryOp.NotEqual && left is bool != right is bool && !IsNumber(left) && !IsNumber(right))
        {
            // Beside a truth value everything else counts as its own.
            return Booleans(run, op, Interpreter.Truthy(left), Interpreter.Truthy(right), place);
        }

        left = left is bool l ? (l ? 1 : 0) : left;
        right = right is bool r ? (r ? 1 : 0) : right;
        if (IsNumber(left) && IsNumber(right))
        {
            return Numbers(run, op, left, right, place);
        }

        switch (left, right)
        {
            case (DateTime a, DateTime b):
                return op == BinaryOp.Subtract ? a - b : Compare(run, op, a.CompareTo(b), left, right, place);
            case (DateTime a, TimeSpan b) when op is BinaryOp.Add or BinaryOp.Subtract:
                return op == BinaryOp.Add ? a + b : a - b;
            case (TimeSpan a, DateTime b) when op == BinaryOp.Add:
                return b + a;
            case (TimeSpan a, TimeSpan b):
                return op == BinaryOp.Add ? a + b : op == BinaryOp.Subtract ? a - b : Compare(run, op, a.CompareTo(b), left, right, place);
        }

        return op switch
        {
            BinaryOp.Equal or BinaryOp.NotEqual when IsNumber(left) != IsNumber(right) || (left is DateTime && right is TimeSpan) =>
                throw Unsupported(run, op, left, right, place),
            BinaryOp.Equal => Equals(left, right),
            BinaryOp.NotEqual => !Equals(left, right),
            _ => throw Unsupported(run, op, left, right, place),
        };
    }

    private static TemplateException Unsupported(Interpreter run, BinaryOp op, object? left, object? right, int place) =>
        run.Fault(place, $"{Symbol(op)} does not work between a {Interpreter.TypeName(left)} and a {Interpreter.TypeName(right)}");

    private static object Compare(Interpreter run, BinaryOp op, int order, object left, object right, int place) => op switch
    {
        BinaryOp.Equal => order == 0,
        BinaryOp.NotEqual => order != 0,
        BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual => Ordered(op, order),
        _ => throw Unsupported(run, op, left, right, place),
    };

    private static object Booleans(Interpreter run, BinaryOp op, bool left, bool right, int place) => op switch
    {
        BinaryOp.Equal => left == right,
        BinaryOp.NotEqual => left != right,
        _ => throw Unsupported(run, op, left, right, place),
    };

    public static object? Numbers(Interpreter run, BinaryOp op, object left, object right, int place)
    {
        if (left is decimal || right is decimal)
        {
            return Decimals(run, op, System.Convert.ToDecimal(Plain(left), null), System.Convert.ToDecimal(Plain(right), null), place);
        }

        if (left is double || right is double)
        {
            return Doubles(run, op, ToDouble(left), ToDouble(right), place);
        }

        if (left is float || right is float)
        {
            var result = Doubles(run, op, ToDouble(left), ToDouble(right), place);
            return result is double number ? (float)number : result;
        }

        if (left is BigInteger || right is BigInteger)
        {
            return Big(run, op, ToBig(left), ToBig(right), place);
        }

        return Longs(run, op, left is int a ? a : (long)left, right is int b ? b : (long)right, place);
    }

    private static object Plain(object value) => value is BigInteger big ? (decimal)big : value;

    private static double ToDouble(object value) => value is BigInteger big ? (double)big : System.Convert.ToDouble(value, null);

    private static BigInteger ToBig(object value) => value is BigInteger big ? big : value is int i ? i : (long)value;

    private static object Longs(Interpreter run, BinaryOp op, long left, long right, int place)
    {
        switch (op)
        {
            case BinaryOp.Add: return Integers.Fit((Int128)left + right);
            case BinaryOp.Subtract: return Integers.Fit((Int128)left - right);
            case BinaryOp.Multiply: return Integers.Fit((Int128)left * right);
            case BinaryOp.Divide: return (double)left / right;
            case BinaryOp.DivideRound: return Integers.Fit((Int128)left / right);
            case BinaryOp.Modulus: return right == -1 ? 0 : Integers.Fit(left % right);
            case BinaryOp.Range: return new RangeValue(left, right);
            case BinaryOp.RangeExclusive: return left == right ? new RangeValue(left, left) { Empty = true } : new RangeValue(left, left < right ? right - 1 : right + 1);
            case BinaryOp.ShiftLeft or BinaryOp.ShiftRight: return Big(run, op, left, right, place);
            case BinaryOp.BitAnd: return Integers.Fit((Int128)(left & right));
            default: return Compare(run, op, left.CompareTo(right), left, right, place);
        }
    }

    private static object Big(Interpreter run, BinaryOp op, BigInteger left, BigInteger right, int place)
    {
        BigInteger result;
        switch (op)
        {
            case BinaryOp.Add: result = left + right; break;
            case BinaryOp.Subtract: result = left - right; break;
            case BinaryOp.Multiply: result = left * right; break;
            case BinaryOp.Divide: return (double)left / (double)right;
            case BinaryOp.DivideRound: result = left / right; break;
            case BinaryOp.Modulus: result = left % right; break;
            case BinaryOp.ShiftLeft: result = left << ShiftBits(run, right, place); break;
            case BinaryOp.ShiftRight: result = left >> ShiftBits(run, right, place); break;
            case BinaryOp.BitAnd: result = left & right; break;
            case BinaryOp.Range or BinaryOp.RangeExclusive: throw run.Fault(place, "a range needs integers of 64 bits at most", Faults.ListLength);
            default: return Compare(run, op, left.CompareTo(right), left, right, place);
        }

        if (result.GetBitLength() > MaxIntegerBits)
        {
            throw run.Fault(place, $"an integer cannot have more than {MaxIntegerBits} bits");
        }

        return Integers.Fit(result);
    }

    private static int ShiftBits(Interpreter run, BigInteger bits, int place) =>
        bits >= -MaxIntegerBits && bits <= MaxIntegerBits ? (int)bits : throw run.Fault(place, $"a shift needs a number of bits from {-MaxIntegerBits} to {MaxIntegerBits}");

    private static object Doubles(Interpreter run, BinaryOp op, double left, double right, int place) => op switch
    {
        BinaryOp.Add => left + right,
        BinaryOp.Subtract => left - right,
        BinaryOp.Multiply => left * right,
        BinaryOp.Divide => left / right,
        BinaryOp.DivideRound => Math.Round(left / right),
        BinaryOp.Modulus => left % right,
        BinaryOp.Equal => left == right,
        BinaryOp.NotEqual => left != right,
        BinaryOp.Less => left < right,
        BinaryOp.LessOrEqual => left <= right,
        BinaryOp.Greater => left > right,
        BinaryOp.GreaterOrEqual => left >= right,
        BinaryOp.ShiftLeft => left * Math.Pow(2, right),
        BinaryOp.ShiftRight => left / Math.Pow(2, right),
        _ => throw Unsupported(run, op, left, right, place),
    };

    private static object Decimals(Interpreter run, BinaryOp op, decimal left, decimal right, int place) => op switch
    {
        BinaryOp.Add => left + right,
        BinaryOp.Subtract => left - right,
        BinaryOp.Multiply => left * right,
        BinaryOp.Divide => left / right,
        BinaryOp.DivideRound => Math.Round(left / right),
        BinaryOp.Modulus => left % right,
        BinaryOp.ShiftLeft => left * (decimal)Math.Pow(2, (double)right),
        BinaryOp.ShiftRight => left / (decimal)Math.Pow(2, (double)right),
        _ => Compare(run, op, left.CompareTo(right), left, right, place),
    };
}

/// <summary>An order over all values, for sorting: nulls first, numbers by size, texts as a reader sorts them.</summary>
internal sealed class ValueOrder : IComparer<object?>
{
    public static readonly ValueOrder Instance = new();

    public int Compare(object? x, object? y)
    {
        if (ReferenceEquals(x, y))
        {
            return 0;
        }

        if (x is null || y is null)
        {
            return x is null ? -1 : 1;
        }

        if (Operators.IsNumber(x) && Operators.IsNumber(y))
        {
            return Number(x, y);
        }

        return (x, y) switch
        {
            (string a, string b) => CultureInfo.InvariantCulture.CompareInfo.Compare(a, b),
            (char a, char b) => a.CompareTo(b),
            (string or char, string or char) => Compare(x.ToString(), y.ToString()),
            (DateTime a, DateTime b) => a.CompareTo(b),
            (TimeSpan a, TimeSpan b) => a.CompareTo(b),
            (bool a, bool b) => a.CompareTo(b),
            _ => Rank(x).CompareTo(Rank(y)),
        };
    }

    private static int Number(object x, object y)
    {
        if (x is int a && y is int b)
        {
            return a.CompareTo(b);
        }

        if (Operators.IsInteger(x) && Operators.IsInteger(y))
        {
            return Big(x).CompareTo(Big(y));
        }

        if (x is decimal || y is decimal)
        {
            return Decimal(x).CompareTo(Decimal(y));
        }

        return (x is BigInteger p ? (double)p : System.Convert.ToDouble(x, null)).CompareTo(y is BigInteger q ? (double)q : System.Convert.ToDouble(y, null));
    }

    private static BigInteger Big(object value) => value is BigInteger big ? big : value is int i ? i : (long)value;

    private static decimal Decimal(object value)
    {
        try
        {
            return value is BigInteger big ? (decimal)big : System.Convert.ToDecimal(value, null);
        }
        catch (OverflowException)
        {
            return System.Convert.ToDouble(value is BigInteger b ? (double)b : value, null) > 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }

    private static int Rank(object value) => value switch
    {
        bool => 0,
        string or char => 2,
        DateTime => 3,
        TimeSpan => 4,
        ScriptList => 5,
        _ => Operators.IsNumber(value) ? 1 : 6,
    };
}
