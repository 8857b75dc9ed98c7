using System.Globalization;
using System.Text;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;

namespace CampaignEngine.Templating.Compilation;

/// <summary>A number as printing it gives it, or by a .NET format.</summary>
internal sealed class NumberText(NumberNode number, string? format = null, CultureInfo? culture = null, bool nullIsEmpty = false) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var value = number.Get(f);
        isNull = value.IsNull && !nullIsEmpty;
        return value.IsNull ? default : f.Keep(value.Format(f.Scratch(512), format, culture ?? f.Culture));
    }
}

internal sealed class BooleanText(BooleanNode value) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var flag = value.Get(f, out isNull);
        return isNull ? default : flag ? "true"u8 : "false"u8;
    }
}

/// <summary>A date by a format of <c>%</c> codes that is known when the template is compiled.</summary>
internal sealed class DateText(DateNode date, string format, CultureInfo? culture = null) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var value = date.Get(f, out isNull);
        if (isNull)
        {
            return default;
        }

        var room = f.Scratch((format.Length * 48) + 64);
        var at = 0;
        Append(format, value, culture ?? f.Culture, f.Zone, room, ref at);
        return f.Keep(at);
    }

    private static void Append(ReadOnlySpan<char> format, DateTime date, CultureInfo culture, TimeZoneInfo zone, Span<byte> room, ref int at)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                var next = format[i..].IndexOf('%');
                var run = next <= 0 ? format[i..] : format.Slice(i, next);
                run = format[i] == '%' ? format.Slice(i, 1) : run;
                at += Encoding.UTF8.GetBytes(run, room[at..]);
                i += run.Length - 1;
                continue;
            }

            switch (format[++i])
            {
                case 'g': culture = CultureInfo.InvariantCulture; break;
                case 'Y': Digits(date.Year, 4, room, ref at); break;
                case 'm': Digits(date.Month, 2, room, ref at); break;
                case 'd': Digits(date.Day, 2, room, ref at); break;
                case 'y': Digits(date.Year % 100, 2, room, ref at); break;
                case 'H': Digits(date.Hour, 2, room, ref at); break;
                case 'I': Digits(date.Hour % 12 == 0 ? 12 : date.Hour % 12, 2, room, ref at); break;
                case 'M': Digits(date.Minute, 2, room, ref at); break;
                case 'S': Digits(date.Second, 2, room, ref at); break;
                case 'j': Digits(date.DayOfYear, 3, room, ref at); break;
                case 'F': Append("%Y-%m-%d", date, culture, zone, room, ref at); break;
                case 'D': Append("%m/%d/%y", date, culture, zone, room, ref at); break;
                case 'T': Append("%H:%M:%S", date, culture, zone, room, ref at); break;
                case 'R': Append("%H:%M", date, culture, zone, room, ref at); break;
                case 'r': Append("%I:%M:%S %p", date, culture, zone, room, ref at); break;
                case 'a': Net(date, "ddd", culture, room, ref at); break;
                case 'A': Net(date, "dddd", culture, room, ref at); break;
                case 'b' or 'h': Net(date, "MMM", culture, room, ref at); break;
                case 'B': Net(date, "MMMM", culture, room, ref at); break;
                case 'p': Net(date, "tt", culture, room, ref at); break;
                case '%': room[at++] = (byte)'%'; break;
                default:
                    // Rare codes: correctness over speed.
                    at += Encoding.UTF8.GetBytes(Dates.Format(date, "%" + format[i], culture, zone), room[at..]);
                    break;
            }
        }
    }

    private static void Digits(int value, int width, Span<byte> room, ref int at)
    {
        for (var i = width - 1; i >= 0; i--)
        {
            room[at + i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        at += width;
    }

    private static void Net(DateTime date, string format, CultureInfo culture, Span<byte> room, ref int at)
    {
        if (!date.TryFormat(room[at..], out var written, format, culture))
        {
            throw Frame.Leave();
        }

        at += written;
    }
}

/// <summary>Texts joined: <c>+</c> and interpolated strings; null joins as nothing.</summary>
internal sealed class Concatenation(TextNode[] parts) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        isNull = false;
        var total = 0;
        foreach (var part in parts)
        {
            total += part.Get(f, out _).Length;
        }

        if (total > f.Limits.StringLength)
        {
            throw Frame.Leave();
        }

        // Parts are made twice; nearly all are slots and constants, and no list of spans is needed for them.
        var room = f.Scratch(total, out var chunk, out var start);
        _ = room;
        f.Keep(total);
        var at = start;
        foreach (var part in parts)
        {
            var text = part.Get(f, out _);
            text.CopyTo(chunk.AsSpan(at));
            at += text.Length;
        }

        return chunk.AsSpan(start, total);
    }
}

/// <summary>Text functions that give a part of the text or the text in another case.</summary>
internal sealed class TextChange(string function, TextNode text) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var value = text.Get(f, out isNull);
        if (isNull)
        {
            // Capitalising and stripping lines turn null into an empty text; the others keep it.
            isNull = function is not "capitalize";
            return default;
        }

        switch (function)
        {
            case "strip":
                return Trim(value, true, true);
            case "lstrip":
                return Trim(value, true, false);
            case "rstrip":
                return Trim(value, false, true);
            case "upcase" or "downcase":
                return Case(f, value, function == "upcase");
            default:
                return Capitalize(f, value);
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value, bool start, bool end)
    {
        while (start && value.Length > 0)
        {
            Rune.DecodeFromUtf8(value, out var rune, out var size);
            if (!Rune.IsWhiteSpace(rune))
            {
                break;
            }

            value = value[size..];
        }

        while (end && value.Length > 0)
        {
            Rune.DecodeLastFromUtf8(value, out var rune, out var size);
            if (!Rune.IsWhiteSpace(rune))
            {
                break;
            }

            value = value[..^size];
        }

        return value;
    }

    private static ReadOnlySpan<byte> Case(Frame f, ReadOnlySpan<byte> value, bool upper)
    {
        if (Ascii.IsValid(value))
        {
            var room = f.Scratch(value.Length);
            _ = upper ? Ascii.ToUpper(value, room, out var written) : Ascii.ToLower(value, room, out written);
            return f.Keep(written);
        }

        var chars = f.Chars(value);
        var changed = f.OtherChars(chars.Length);
        _ = upper ? MemoryExtensions.ToUpperInvariant(chars, changed) : MemoryExtensions.ToLowerInvariant(chars, changed);
        return f.Encode(changed);
    }

    private static ReadOnlySpan<byte> Capitalize(Frame f, ReadOnlySpan<byte> value)
    {
        if (value.Length == 0 || value[0] is >= (byte)'A' and <= (byte)'Z')
        {
            return value;
        }

        if (value[0] < 0x80)
        {
            var room = f.Scratch(value.Length);
            value.CopyTo(room);
            room[0] = value[0] is >= (byte)'a' and <= (byte)'z' ? (byte)(value[0] - 32) : value[0];
            return f.Keep(value.Length);
        }

        var chars = f.Chars(value);
        chars[0] = char.IsUpper(chars[0]) ? chars[0] : char.ToUpperInvariant(chars[0]);
        return f.Encode(chars);
    }
}

internal sealed class TextTruncation(TextNode text, NumberNode length, TextNode ellipsis) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var value = text.Get(f, out _);
        isNull = false;
        var most = length.Get(f).ToInt();
        if (value.Length <= most)
        {
            return value;
        }

        if (!Ascii.IsValid(value))
        {
            var whole = Encoding.UTF8.GetString(value);
            return f.Encode(TextFunctions.Truncate(whole, most, Encoding.UTF8.GetString(ellipsis.Get(f, out _))));
        }

        var end = ellipsis.Get(f, out _);
        if (!Ascii.IsValid(end))
        {
            return f.Encode(TextFunctions.Truncate(Encoding.UTF8.GetString(value), most, Encoding.UTF8.GetString(end)));
        }

        var kept = Math.Clamp(most - end.Length, 0, value.Length);
        var room = f.Scratch(kept + end.Length);
        value[..kept].CopyTo(room);
        end.CopyTo(room[kept..]);
        return f.Keep(kept + end.Length);
    }
}

/// <summary>A test of one text by another: contains, starts_with, ends_with.</summary>
internal sealed class TextTest(string function, TextNode text, TextNode value) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        var a = text.Get(f, out var textNull);
        var b = value.Get(f, out var valueNull);
        if (textNull || valueNull || b.Length == 0)
        {
            return false;
        }

        return function switch
        {
            "contains" => a.IndexOf(b) >= 0,
            "starts_with" => a.StartsWith(b),
            _ => a.EndsWith(b),
        };
    }
}

internal sealed class TextIsEmpty(TextNode text) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        return text.Get(f, out _).Length == 0;
    }
}

/// <summary>The length of a text in UTF-16 units, as the language counts.</summary>
internal sealed class TextSize(TextNode text, bool nullIsFault) : NumberNode
{
    public override Num Get(Frame f)
    {
        var value = text.Get(f, out var isNull);
        return isNull && nullIsFault ? throw Frame.Leave() : Num.Of(Encoding.UTF8.GetCharCount(value));
    }
}

internal sealed class Plural(NumberNode number, TextNode singular, TextNode plural) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull) =>
        number.Get(f).ToInt() == 1 ? singular.Get(f, out isNull) : plural.Get(f, out isNull);
}

internal sealed class Rounding(string function, NumberNode number, int digits) : NumberNode
{
    public override Num Get(Frame f)
    {
        var value = number.Get(f);
        if (value.IsNull)
        {
            return Num.Of(0.0);
        }

        if (value.Kind == NumKind.Decimal)
        {
            return Num.Of(function switch
            {
                "round" => Math.Round(value.Decimal, digits),
                "floor" => Math.Floor(value.Decimal),
                _ => Math.Ceiling(value.Decimal),
            });
        }

        var plain = value.ToDouble();
        return Num.Of(function switch
        {
            "round" => Math.Round(plain, digits),
            "floor" => Math.Floor(plain),
            _ => Math.Ceiling(plain),
        });
    }
}

internal sealed class DateShift(string unit, DateNode date, NumberNode count) : DateNode
{
    public override DateTime Get(Frame f, out bool isNull)
    {
        var value = date.Get(f, out isNull);
        if (isNull)
        {
            throw Frame.Leave();
        }

        var n = count.Get(f);
        try
        {
            return unit switch
            {
                "days" => value.AddDays(n.ToDouble()),
                "hours" => value.AddHours(n.ToDouble()),
                "minutes" => value.AddMinutes(n.ToDouble()),
                "months" => value.AddMonths(n.ToInt()),
                _ => value.AddYears(n.ToInt()),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Frame.Leave();
        }
    }
}

internal sealed class DateMember(DateNode date, string member) : NumberNode
{
    public override Num Get(Frame f)
    {
        var value = date.Get(f, out var isNull);
        return isNull ? throw Frame.Leave() : Num.Of((long)(member switch
        {
            "year" => value.Year,
            "month" => value.Month,
            "day" => value.Day,
            "hour" => value.Hour,
            "minute" => value.Minute,
            _ => value.DayOfYear,
        }));
    }
}
