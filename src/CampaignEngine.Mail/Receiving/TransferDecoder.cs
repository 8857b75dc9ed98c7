namespace CampaignEngine.Mail.Receiving;

/// <summary>Undoes Content-Transfer-Encoding; damage is passed over, never an error.</summary>
internal static class TransferDecoder
{
    public static byte[] QuotedPrintable(ReadOnlySpan<byte> text, bool header = false)
    {
        var result = new byte[text.Length];
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (header && b == '_')
            {
                result[written++] = (byte)' ';
            }
            else if (b != '=')
            {
                result[written++] = b;
            }
            else if (i + 2 < text.Length && Hex(text[i + 1]) is { } high && Hex(text[i + 2]) is { } low)
            {
                result[written++] = (byte)((high << 4) | low);
                i += 2;
            }
            else if (EndsLine(text[(i + 1)..]) is { } skipped)
            {
                i += skipped;
            }
            else
            {
                result[written++] = b;
            }
        }

        return result[..written];
    }

    public static byte[] Base64(ReadOnlySpan<byte> text)
    {
        var clean = new byte[text.Length];
        var length = 0;
        foreach (var b in text)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/')
            {
                clean[length++] = b;
            }
        }

        // A lone last character carries no whole byte; padding is put back rather than trusted.
        length = length % 4 == 1 ? length - 1 : length;
        var padded = new byte[(length + 3) / 4 * 4];
        clean.AsSpan(0, length).CopyTo(padded);
        padded.AsSpan(length).Fill((byte)'=');
        var result = new byte[padded.Length / 4 * 3];
        System.Buffers.Text.Base64.DecodeFromUtf8(padded, result, out _, out var written);
        return result[..written];
    }

    /// <summary>Length of white space and line end behind a soft break's "="; null when it is none.</summary>
    private static int? EndsLine(ReadOnlySpan<byte> rest)
    {
        var blank = rest.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (blank < 0)
        {
            return rest.Length;
        }

        return rest[blank] == '\n' ? blank + 1 : rest[blank] == '\r' ? blank + (blank + 1 < rest.Length && rest[blank + 1] == '\n' ? 2 : 1) : null;
    }

    private static int? Hex(byte b) => char.IsAsciiDigit((char)b) ? b - '0' : char.IsAsciiHexDigit((char)b) ? (b | 32) - 'a' + 10 : null;
}
