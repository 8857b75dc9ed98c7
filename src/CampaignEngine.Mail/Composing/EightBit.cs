using System.Buffers;

namespace CampaignEngine.Mail.Composing;

/// <summary>Text as it is (RFC 6152), for relays that carry it: what quoted-printable makes three times as long stays as short as it was.</summary>
internal static class EightBit
{
    private const int LongestLine = 998;

    private static readonly SearchValues<byte> NotAscii = SearchValues.Create([.. Enumerable.Range(128, 128).Select(b => (byte)b)]);

    /// <summary>At least an eighth shorter than quoted-printable, and nothing in it that would not arrive as it is.</summary>
    public static bool Pays(ReadOnlySpan<byte> text)
    {
        // Each such byte takes two more in quoted-printable.
        if (text.CountAny(NotAscii) * 2 < text.Length / 7 || text.Contains((byte)0))
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            // A mailbox file changes such a line, which would break a signature.
            if (text.StartsWith("From "u8))
            {
                return false;
            }

            var end = text.IndexOfAny((byte)'\r', (byte)'\n');
            if ((end < 0 ? text.Length : end) > LongestLine)
            {
                return false;
            }

            text = end < 0 ? default : text[(end + 1)..];
        }

        return true;
    }

    /// <summary>CR, LF and CRLF become CRLF. The result is empty or continues a line: the caller writes the CRLF that follows.</summary>
    public static void Write(ReadOnlySpan<byte> text, ref MimeWriter writer)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                writer.Write(text);
                return;
            }

            writer.Write(text[..end]);
            writer.Write("\r\n"u8);
            text = text[(end + (text[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }
    }
}
