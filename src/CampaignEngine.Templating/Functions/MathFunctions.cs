using System.Numerics;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Functions;

/// <summary>Numbers keep their kind: a decimal (money) stays a decimal.</summary>
internal static class MathFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("math.abs", "value:any -> number", a => Abs(a[0])),
        new("math.ceil", "value:number -> number", a => a[0] is decimal m ? Math.Ceiling(m) : Whole(a[0], Math.Ceiling)),
        new("math.divided_by", "value:number divisor:any -> number", DividedBy),
        new("math.floor", "value:number -> number", a => a[0] is decimal m ? Math.Floor(m) : Whole(a[0], Math.Floor)),
        new("math.format", "value:any format:text culture:text? -> text", Format),
        new("math.is_number", "value:any -> bool", a => Operators.IsNumber(a[0])),
        new("math.minus", "value:any with:any -> number", a => Operate(a, BinaryOp.Subtract)),
        new("math.modulo", "value:any with:any -> number", a => Operate(a, BinaryOp.Modulus)),
        new("math.plus", "value:any with:any -> number", a => Operate(a, BinaryOp.Add)),
        new("math.round", "value:number precision:int=0 -> number", Round),
        new("math.times", "value:any with:any -> number", a => Operate(a, BinaryOp.Multiply)),
        new("math.uuid", "-> text", Uuid),
        new("math.random", "minValue:int maxValue:int -> int", Random),
    ];

    private static object? Operate(Arguments a, BinaryOp op) => Operators.Binary(a.Run, op, a[0], a[1], a.Caller.Start, a.Caller, a.Caller);

    private static object? Abs(object? value) => value switch
    {
        int i => Integers.Fit(Math.Abs((long)i)),
        long l => Integers.Fit(Int128.Abs(l)),
        BigInteger b => BigInteger.Abs(b),
        float f => Math.Abs(f),
        double d => Math.Abs(d),
        decimal m => Math.Abs(m),
        null or bool or char => value,
        _ => throw new RenderFault($"math.abs needs a number, not a {Interpreter.TypeName(value)}"),
    };

    private static double ToDouble(object? value) => value is BigInteger big ? (double)big : Convert.ToDouble(value, null);

    private static object? Whole(object? value, Func<double, double> round) => value is null ? 0.0 : round(ToDouble(value));

    private static object? DividedBy(Arguments a)
    {
        if (a[1] is null)
        {
            return null;
        }

        var value = a[0] is decimal ? a[0] : a[0] is null ? 0.0 : ToDouble(a[0]);
        var result = Operators.Binary(a.Run, BinaryOp.Divide, value, a[1], a.Caller.Start, a.Caller, a.Caller);
        if (a[1] is not int || result is not (double or float or decimal))
        {
            return result;
        }

        var floor = Math.Floor(result is decimal m ? (double)m : ToDouble(result));
        return double.IsFinite(floor) ? Integers.Fit(new BigInteger(floor)) : throw new RenderFault("division by zero");
    }

    private static object? Round(Arguments a)
    {
        var digits = a.Int(1);
        if (digits is < 0 or > 15)
        {
            throw new RenderFault("the precision of math.round lies between 0 and 15");
        }

        return a[0] is decimal m ? Math.Round(m, digits) : Whole(a[0], d => Math.Round(d, digits));
    }

    private static string Format(Arguments a)
    {
        if (a[0] is null)
        {
            return string.Empty;
        }

        if (!Operators.IsNumber(a[0]))
        {
            throw new RenderFault($"math.format needs a number, not a {Interpreter.TypeName(a[0])}");
        }

        return Formats.Apply((IFormattable)a[0]!, a.TextOrNull(1), a.Culture(2), a.Run);
    }

    private static string Uuid(Arguments a)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < 16; i++)
        {
            bytes[i] = (byte)a.Run.Random(0, 256);
        }

        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static object Random(Arguments a) => a.Int(0) < a.Int(1)
        ? a.Run.Random(a.Int(0), a.Int(1))
        : a.Int(0) == a.Int(1) ? a.Int(0) : throw new RenderFault("the lower bound of math.random lies above the upper one");
}

internal static class Formats
{
    /// <summary>Applies a .NET format; a width or precision that would only fill memory is refused.</summary>
    public static string Apply(IFormattable value, string? format, System.Globalization.CultureInfo culture, Interpreter run)
    {
        var digits = new string([.. (format ?? string.Empty).Where(char.IsAsciiDigit)]);
        if (format?.Length > 200 || digits.Length > 3 && char.IsLetter(format![0]))
        {
            throw new RenderFault("the format is too long");
        }

        try
        {
            var text = value.ToString(format, culture);
            run.CheckText(text.Length, null);
            return text;
        }
        catch (FormatException)
        {
            throw new RenderFault($"`{format}` is not a format for this value");
        }
    }
}
