using System.Buffers;

namespace CampaignEngine.Mail.Composing;

/// <summary>
/// Quoted-printable (RFC 2045 6.7) for text: lines of at most 76 characters, CRLF for every line end, and no line that starts with a
/// dot or with "From ", so that neither SMTP nor a mailbox file has anything to change in it.
/// </summary>
public static class QuotedPrintable
{
    /// <summary>Characters of a line before the soft break's "=".</summary>
    private const int LineLength = 75;

    // Printable ASCII without '='. A space may stand inside a line; one before a line end is encoded below.
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>
    /// Encodes a whole text. The result either is empty or continues a line: the caller writes the CRLF that follows.
    /// </summary>
    public static void Encode(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var writer = new MimeWriter(output);
        Encode(text, ref writer);
        writer.Flush();
    }

    internal static void Encode(ReadOnlySpan<byte> text, ref MimeWriter writer)
    {
        var column = 0;
        while (!text.IsEmpty)
        {
            var run = text.IndexOfAnyExcept(Plain);
            run = run < 0 ? text.Length : run;
            if (run > 0)
            {
                // A space at the end of a line would be lost on the way, so it leaves the run and is encoded alone.
                var next = run < text.Length ? text[run] : (byte)'\n';
                var keep = next is (byte)'\r' or (byte)'\n' && text[run - 1] == ' ' ? run - 1 : run;
                WritePlain(text[..keep], ref writer, ref column);
                if (keep < run)
                {
                    WriteEncoded((byte)' ', ref writer, ref column);
                }

                text = text[run..];
                continue;
            }

            var b = text[0];
            if (b is (byte)'\r' or (byte)'\n')
            {
                writer.Write("\r\n"u8);
                column = 0;
                text = text[(b == '\r' && text.Length > 1 && text[1] == '\n' ? 2 : 1)..];
                continue;
            }

            WriteEncoded(b, ref writer, ref column);
            text = text[1..];
        }
    }

    private static void WritePlain(ReadOnlySpan<byte> run, ref MimeWriter writer, ref int column)
    {
        while (!run.IsEmpty)
        {
            if (column == LineLength)
            {
                writer.Write("=\r\n"u8);
                column = 0;
            }

            if (column == 0 && (run[0] == '.' || run.StartsWith("From "u8)))
            {
                WriteEncoded(run[0], ref writer, ref column);
                run = run[1..];
                continue;
            }

            var take = Math.Min(run.Length, LineLength - column);
            writer.Write(run[..take]);
            column += take;
            run = run[take..];
        }
    }

    private static void WriteEncoded(byte value, ref MimeWriter writer, ref int column)
    {
        if (column > LineLength - 3)
        {
            writer.Write("=\r\n"u8);
            column = 0;
        }

        writer.WriteHex(value);
        column += 3;
    }
}
