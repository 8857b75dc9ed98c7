using System.Globalization;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

internal enum NumKind : byte
{
    Null,
    Integer,
    Double,
    Decimal,
}

/// <summary>A number of the language without a box. Integers beyond 64 bits leave the fast path.</summary>
internal readonly struct Num
{
    private readonly decimal _decimal;
    private readonly long _bits;

    private Num(NumKind kind, long bits, decimal number) => (Kind, _bits, _decimal) = (kind, bits, number);

    public NumKind Kind { get; }

    public bool IsNull => Kind == NumKind.Null;

    public long Integer => _bits;

    public double Double => BitConverter.Int64BitsToDouble(_bits);

    public decimal Decimal => _decimal;

    public static Num Of(long value) => new(NumKind.Integer, value, 0);

    public static Num Of(double value) => new(NumKind.Double, BitConverter.DoubleToInt64Bits(value), 0);

    public static Num Of(decimal value) => new(NumKind.Decimal, 0, value);

    public static bool TryOf(object? value, out Num number)
    {
        (var known, number) = value switch
        {
            null => (true, default),
            int i => (true, Of(i)),
            long l => (true, Of(l)),
            double d => (true, Of(d)),
            decimal m => (true, Of(m)),
            _ => (false, default(Num)),
        };
        return known;
    }

    public object? ToObject() => Kind switch
    {
        NumKind.Null => null,
        NumKind.Integer => Evaluation.Integers.Fit(_bits),
        NumKind.Double => Double,
        _ => _decimal,
    };

    public decimal ToDecimal() => Kind switch
    {
        NumKind.Null => 0,
        NumKind.Integer => _bits,
        NumKind.Double => (decimal)Double,
        _ => _decimal,
    };

    public double ToDouble() => Kind switch
    {
        NumKind.Integer => _bits,
        NumKind.Double => Double,
        _ => (double)_decimal,
    };

    /// <summary>An int as the language turns a number into one; leaves the fast path where that is a fault.</summary>
    public int ToInt() => Kind switch
    {
        NumKind.Null => 0,
        NumKind.Integer when _bits is >= int.MinValue and <= int.MaxValue => (int)_bits,
        NumKind.Double when Double is > int.MinValue and < int.MaxValue => System.Convert.ToInt32(Double),
        NumKind.Decimal when _decimal is > int.MinValue and < int.MaxValue => System.Convert.ToInt32(_decimal),
        _ => throw Frame.Leave(),
    };

    public int Format(Span<byte> room, ReadOnlySpan<char> format, CultureInfo culture)
    {
        int written;
        var done = Kind switch
        {
            NumKind.Integer when _bits is >= int.MinValue and <= int.MaxValue => ((int)_bits).TryFormat(room, out written, format, culture),
            NumKind.Integer => _bits.TryFormat(room, out written, format, culture),
            NumKind.Double => Double.TryFormat(room, out written, format, culture),
            _ => _decimal.TryFormat(room, out written, format, culture),
        };
        return done ? written : throw Frame.Leave();
    }

    public static Num Apply(BinaryOp op, Num a, Num b)
    {
        if (a.IsNull || b.IsNull)
        {
            return default;
        }

        try
        {
            if (a.Kind == NumKind.Decimal || b.Kind == NumKind.Decimal)
            {
                return Of(Decimals(op, a.ToDecimal(), b.ToDecimal()));
            }

            if (a.Kind == NumKind.Double || b.Kind == NumKind.Double || op == BinaryOp.Divide)
            {
                return Of(Doubles(op, a.ToDouble(), b.ToDouble()));
            }

            return Of(Integers(op, a._bits, b._bits));
        }
        catch (ArithmeticException)
        {
            throw Frame.Leave();
        }
    }

    private static long Integers(BinaryOp op, long a, long b) => op switch
    {
        BinaryOp.Add => checked(a + b),
        BinaryOp.Subtract => checked(a - b),
        BinaryOp.Multiply => checked(a * b),
        BinaryOp.DivideRound => checked(a / b),
        BinaryOp.Modulus => b == -1 ? 0 : a % b,
        _ => throw Frame.Leave(),
    };

    private static double Doubles(BinaryOp op, double a, double b) => op switch
    {
        BinaryOp.Add => a + b,
        BinaryOp.Subtract => a - b,
        BinaryOp.Multiply => a * b,
        BinaryOp.Divide => a / b,
        BinaryOp.DivideRound => Math.Round(a / b),
        BinaryOp.Modulus => a % b,
        _ => throw Frame.Leave(),
    };

    private static decimal Decimals(BinaryOp op, decimal a, decimal b) => op switch
    {
        BinaryOp.Add => a + b,
        BinaryOp.Subtract => a - b,
        BinaryOp.Multiply => a * b,
        BinaryOp.Divide => a / b,
        BinaryOp.DivideRound => Math.Round(a / b),
        BinaryOp.Modulus => a % b,
        _ => throw Frame.Leave(),
    };

    public static bool Compare(BinaryOp op, Num a, Num b)
    {
        if (a.IsNull || b.IsNull)
        {
            return op switch
            {
                BinaryOp.Equal => a.IsNull && b.IsNull,
                BinaryOp.NotEqual => !(a.IsNull && b.IsNull),
                _ => false,
            };
        }

        if (a.Kind != NumKind.Decimal && b.Kind != NumKind.Decimal && (a.Kind == NumKind.Double || b.Kind == NumKind.Double))
        {
            var (x, y) = (a.ToDouble(), b.ToDouble());
            return op switch
            {
                BinaryOp.Equal => x == y,
                BinaryOp.NotEqual => x != y,
                BinaryOp.Less => x < y,
                BinaryOp.LessOrEqual => x <= y,
                BinaryOp.Greater => x > y,
                _ => x >= y,
            };
        }

        try
        {
            var order = a.Kind == NumKind.Integer && b.Kind == NumKind.Integer ? a._bits.CompareTo(b._bits) : a.ToDecimal().CompareTo(b.ToDecimal());
            return Order(op, order);
        }
        catch (OverflowException)
        {
            throw Frame.Leave();
        }
    }

    public static bool Order(BinaryOp op, int order) => op switch
    {
        BinaryOp.Equal => order == 0,
        BinaryOp.NotEqual => order != 0,
        BinaryOp.Less => order < 0,
        BinaryOp.LessOrEqual => order <= 0,
        BinaryOp.Greater => order > 0,
        _ => order >= 0,
    };
}
