using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>Writes checked header values: folded at 78, encoded words (RFC 2047) where ASCII does not suffice.</summary>
internal static class HeaderWriter
{
    private const int FoldAt = 78;
    private const int LongestQuotedName = 60;

    /// <summary>RFC 2047 2: a line with encoded words has at most 76 characters; a word of 75 and the space before it.</summary>
    private const int EncodedLineLength = 76;

    /// <summary>With less room than this a word starts on the next line.</summary>
    private const int LeastUsefulRoom = 24;

    /// <summary>76 less " =?utf-8?B?" and "?=" leaves 63, of which 60 are whole groups of four: 45 bytes.</summary>
    private const int Base64BytesPerWord = 45;

    /// <summary>
    /// Subject and other free text: what a reader decodes is exactly <paramref name="value"/>. With <paramref name="verbatim"/> the value
    /// is a list of links, which is written as it stands even where it looks encoded.
    /// </summary>
    public static void WriteUnstructured(ref MimeWriter writer, scoped ReadOnlySpan<byte> nameAndColon, ReadOnlySpan<char> value, bool verbatim = false)
    {
        writer.Write(nameAndColon);
        var column = nameAndColon.Length;
        if (verbatim || CanStandPlain(value))
        {
            WriteFolded(ref writer, value.Trim(' '), ref column);
        }
        else
        {
            WriteEncodedWords(ref writer, value, ref column);
        }

        writer.Write("\r\n"u8);
    }

    public static void WriteMailbox(ref MimeWriter writer, scoped ReadOnlySpan<byte> nameAndColon, Mailbox mailbox)
    {
        writer.Write(nameAndColon);
        var column = nameAndColon.Length;
        if (!string.IsNullOrEmpty(mailbox.DisplayName))
        {
            if (CanBeQuoted(mailbox.DisplayName))
            {
                WriteQuoted(ref writer, mailbox.DisplayName, ref column);
            }
            else
            {
                WriteEncodedWords(ref writer, mailbox.DisplayName, ref column);
            }

            // " <" and ">" around the address.
            if (column + mailbox.Address.Text.Length + 3 > FoldAt)
            {
                writer.Write("\r\n"u8);
            }
        }

        writer.Write(" <"u8);
        writer.WriteUtf8(mailbox.Address.Text);
        writer.Write(">\r\n"u8);
    }

    /// <summary>Plain text survives unfolding and decoding unchanged: nothing that looks encoded, no space at the ends, no endless word.</summary>
    private static bool CanStandPlain(ReadOnlySpan<char> value) =>
        value.IsEmpty
        || (HeaderText.IsPrintableAscii(value) && value[0] != ' ' && value[^1] != ' '
            && value.IndexOf("=?", StringComparison.Ordinal) < 0 && !HeaderText.HasEndlessWord(value));

    private static bool CanBeQuoted(string name) =>
        HeaderText.IsPrintableAscii(name)
        && name.Length + name.AsSpan().Count('"') + name.AsSpan().Count('\\') <= LongestQuotedName
        && !name.Contains("=?", StringComparison.Ordinal);

    /// <summary>Breaks before the spaces in front of a word that would pass column 78.</summary>
    private static void WriteFolded(ref MimeWriter writer, ReadOnlySpan<char> value, ref int column)
    {
        if (value.IsEmpty)
        {
            return;
        }

        writer.WriteByte((byte)' ');
        column++;
        for (var first = true; !value.IsEmpty; first = false)
        {
            var unit = HeaderText.LengthOfNextWord(value);
            if (!first && column + unit > FoldAt)
            {
                writer.Write("\r\n"u8);
                column = 0;
            }

            writer.WriteUtf8(value[..unit]);
            column += unit;
            value = value[unit..];
        }
    }

    private static void WriteQuoted(ref MimeWriter writer, ReadOnlySpan<char> name, ref int column)
    {
        writer.Write(" \""u8);
        column += 3;
        foreach (var c in name)
        {
            if (c is '"' or '\\')
            {
                writer.WriteByte((byte)'\\');
                column++;
            }

            writer.WriteByte((byte)c);
            column++;
        }

        writer.WriteByte((byte)'"');
    }

    /// <summary>One encoded word a line; spaces between neighbouring encoded words vanish on reading, so the text comes back whole.</summary>
    private static void WriteEncodedWords(ref MimeWriter writer, ReadOnlySpan<char> value, ref int column)
    {
        Span<byte> utf8 = stackalloc byte[4];
        Span<byte> chunk = stackalloc byte[Base64BytesPerWord];
        var q = PrefersQ(value);
        var open = false;
        var filled = 0;
        var room = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            var cost = q ? QLength(utf8[..length]) : length;
            if (open && cost > room)
            {
                CloseWord(ref writer, chunk[..filled], q, ref column);
                open = false;
            }

            if (!open)
            {
                room = OpenWord(ref writer, q, ref column);
                filled = 0;
                open = true;
            }

            room -= cost;
            if (q)
            {
                WriteQ(ref writer, utf8[..length]);
                column += cost;
            }
            else
            {
                utf8[..length].CopyTo(chunk[filled..]);
                filled += length;
            }
        }

        if (open)
        {
            CloseWord(ref writer, chunk[..filled], q, ref column);
        }
    }

    /// <summary>Starts a word on this line when a useful part of it fits, else on the next. Gives its room: characters for Q, bytes for B.</summary>
    private static int OpenWord(ref MimeWriter writer, bool q, ref int column)
    {
        var opening = q ? " =?utf-8?Q?"u8 : " =?utf-8?B?"u8;
        if (column + opening.Length + LeastUsefulRoom + 2 > EncodedLineLength)
        {
            writer.Write("\r\n"u8);
            column = 0;
        }

        writer.Write(opening);
        column += opening.Length;
        var characters = EncodedLineLength - column - 2;
        return q ? characters : characters / 4 * 3;
    }

    private static void CloseWord(ref MimeWriter writer, scoped ReadOnlySpan<byte> chunk, bool q, ref int column)
    {
        if (!q)
        {
            System.Buffers.Text.Base64.EncodeToUtf8(chunk, writer.Reserve(64), out _, out var written);
            writer.Advance(written);
            column += written;
        }

        writer.Write("?="u8);
        column += 2;
    }

    /// <summary>Q is readable and shorter while most characters are ASCII letters.</summary>
    private static bool PrefersQ(ReadOnlySpan<char> value)
    {
        var plain = 0;
        foreach (var c in value)
        {
            plain += c < 128 && IsQPlain((byte)c) ? 1 : 0;
        }

        return plain * 3 >= value.Length * 2;
    }

    private static int QLength(ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        foreach (var b in utf8)
        {
            length += IsQPlain(b) ? 1 : 3;
        }

        return length;
    }

    private static void WriteQ(ref MimeWriter writer, scoped ReadOnlySpan<byte> utf8)
    {
        foreach (var b in utf8)
        {
            if (b == ' ')
            {
                writer.WriteByte((byte)'_');
            }
            else if (IsQPlain(b))
            {
                writer.WriteByte(b);
            }
            else
            {
                writer.WriteHex(b);
            }
        }
    }

    // RFC 2047 5 (3): the set that may also stand in a display name. The space is written as an underscore.
    private static bool IsQPlain(byte b) => b is (byte)' ' or (byte)'!' or (byte)'*' or (byte)'+' or (byte)'-' or (byte)'/'
        || (b < 128 && char.IsAsciiLetterOrDigit((char)b));
}
