using System.Buffers;
using System.Text;

namespace CampaignEngine.Mail.Smtp;

/// <summary>What has to be known about a message's bytes before they may go on the wire.</summary>
/// <param name="NeedsDotStuffing">Some line starts with a dot.</param>
/// <param name="IsEightBit">Not all bytes are ASCII.</param>
/// <param name="HasEightBitHeaders">A header holds other bytes than ASCII: only SMTPUTF8 (RFC 6531) carries that.</param>
internal readonly record struct MessageForm(bool NeedsDotStuffing, bool IsEightBit, bool HasEightBitHeaders)
{
    private const int LongestLine = 998;

    /// <summary>
    /// Null when the bytes can stand in DATA: CRLF is the only line end (anything else is how messages are smuggled), no NUL, no line of
    /// more than 998, CRLF last so that the terminator alone ends the message.
    /// </summary>
    public static string? Check(ReadOnlySpan<byte> message, out MessageForm form)
    {
        form = default;
        if (!message.EndsWith("\r\n"u8))
        {
            return "the message does not end in CRLF";
        }

        if (message.Contains((byte)0))
        {
            return "the message holds a NUL byte";
        }

        var stuffing = message[0] == '.';
        var lines = 0;
        var rest = message;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end <= 0 || rest[end - 1] != '\r')
            {
                return "the message holds a line feed without carriage return";
            }

            if (end - 1 > LongestLine)
            {
                return "the message holds a line of more than 998 bytes";
            }

            lines++;
            rest = rest[(end + 1)..];
            stuffing |= !rest.IsEmpty && rest[0] == '.';
        }

        if (message.Count((byte)'\r') != lines)
        {
            return "the message holds a carriage return without line feed";
        }

        var eightBit = !Ascii.IsValid(message);
        form = new MessageForm(stuffing, eightBit, eightBit && !Ascii.IsValid(HeadersOf(message)));
        return null;
    }

    private static ReadOnlySpan<byte> HeadersOf(ReadOnlySpan<byte> message)
    {
        var end = message.StartsWith("\r\n"u8) ? 0 : message.IndexOf("\r\n\r\n"u8);
        return end < 0 ? message : message[..end];
    }

    /// <summary>RFC 5321 4.5.2: a dot before every line that starts with one.</summary>
    public static void WriteStuffed(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        while (!message.IsEmpty)
        {
            if (message[0] == '.')
            {
                output.Write("."u8);
            }

            var next = message.IndexOf("\r\n."u8);
            var take = next < 0 ? message.Length : next + 2;
            output.Write(message[..take]);
            message = message[take..];
        }
    }
}
