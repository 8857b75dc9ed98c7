using System.Globalization;
using System.Text;

namespace CampaignEngine.Mail.Smtp;

/// <summary>A server's answer: three digits, an optional enhanced code, text.</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="EnhancedCode">RFC 3463, or null.</param>
/// <param name="Text">Printable text without codes; several lines are joined by a space.</param>
public readonly record struct SmtpReply(int Code, string? EnhancedCode, string Text)
{
    public bool IsPositive => Code is >= 200 and < 300;

    public override string ToString() => EnhancedCode is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Code} {Text}")
        : string.Create(CultureInfo.InvariantCulture, $"{Code} {EnhancedCode} {Text}");

    /// <summary>Splits "5.1.1 No such user" when the first digit agrees with the code.</summary>
    internal static SmtpReply Of(int code, ReadOnlySpan<byte> text)
    {
        var length = EnhancedLength(code, text);
        if (length == 0)
        {
            return new(code, null, Printable(text));
        }

        var rest = text[length..];
        return new(code, Encoding.ASCII.GetString(text[..length]), Printable(rest.TrimStart((byte)' ')));
    }

    internal static int EnhancedLength(int code, ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || text[0] != '0' + (code / 100) || text[1] != '.')
        {
            return 0;
        }

        var at = 2 + DigitsAt(text[2..]);
        if (at is 2 or > 5 || at >= text.Length || text[at] != '.')
        {
            return 0;
        }

        var detail = DigitsAt(text[(at + 1)..]);
        var end = at + 1 + detail;
        return detail is 0 or > 3 || (end < text.Length && text[end] != ' ') ? 0 : end;
    }

    private static int DigitsAt(ReadOnlySpan<byte> text)
    {
        var count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length : count;
    }

    // The words go into tables, logs and pages: whatever is not printable becomes a question mark.
    private static string Printable(ReadOnlySpan<byte> text)
    {
        var chars = Encoding.UTF8.GetString(text);
        return chars.AsSpan().ContainsAnyInRange('\0', '\x1f') || chars.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Concat(chars.Select(c => char.IsControl(c) ? '?' : c))
            : chars;
    }
}
