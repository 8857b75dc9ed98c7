using System.Globalization;
using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>A file that goes along with a message, encoded once for all messages that carry it.</summary>
public sealed class Attachment
{
    private const int FoldAt = 76;
    private const int LongestName = 200;

    private readonly byte[] _part;

    /// <param name="fileName">Any script; no path, no control characters, at most 200 characters.</param>
    /// <param name="contentType">"application/pdf".</param>
    /// <exception cref="ArgumentException">Name or type cannot stand in a header.</exception>
    public Attachment(string fileName, string contentType, ReadOnlySpan<byte> data)
    {
        EncodedPart.RequireType(contentType);
        if (fileName.Trim().Length == 0 || fileName.Length > LongestName || fileName.AsSpan().ContainsAny('/', '\\') || HeaderText.Check(fileName) is not null)
        {
            throw new ArgumentException("a file name has 1 to 200 characters, no path and no control characters", nameof(fileName));
        }

        FileName = fileName;
        _part = EncodedPart.Of($"Content-Type: {contentType}\r\nContent-Disposition: attachment;{FileNameParameter(fileName)}\r\n", data);
    }

    public string FileName { get; }

    /// <summary>Headers and body, each line with its end.</summary>
    internal ReadOnlySpan<byte> Part => _part;

    /// <summary>Quoted where ASCII suffices, else percent-encoded UTF-8 in as many numbered pieces as lines need (RFC 2231).</summary>
    private static string FileNameParameter(string name)
    {
        if (HeaderText.IsPrintableAscii(name) && name.Length + 14 <= FoldAt)
        {
            return $"\r\n filename=\"{name.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }

        var pieces = new StringBuilder();
        var line = new StringBuilder();
        var number = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            var encoded = Percent(rune);
            if (line.Length + encoded.Length + 1 > FoldAt)
            {
                pieces.Append("\r\n").Append(line).Append(';');
                line.Clear();
            }

            if (line.Length == 0)
            {
                line.Append(CultureInfo.InvariantCulture, $" filename*{number++}*={(number == 1 ? "utf-8''" : "")}");
            }

            line.Append(encoded);
        }

        return pieces.Append("\r\n").Append(line).ToString();
    }

    // RFC 2231 7: attribute-char.
    private static string Percent(Rune rune)
    {
        if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || "!#$&+-.^_`{|}~".Contains((char)rune.Value, StringComparison.Ordinal)))
        {
            return rune.ToString();
        }

        Span<byte> utf8 = stackalloc byte[4];
        var text = new StringBuilder(12);
        foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
        {
            text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }
}
