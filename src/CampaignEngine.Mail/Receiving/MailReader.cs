using System.Text;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Receiving;

/// <summary>
/// Reads messages for showing and checking: headers, the plain text, the HTML, its links. Takes any bytes: what is no mail gives a mail
/// with little in it, never an exception, and every bound of <see cref="MailReaderLimits"/> holds.
/// </summary>
public static class MailReader
{
    private static readonly MailReaderLimits Usual = new();

    public static ReadMail Read(ReadOnlyMemory<byte> message, MailReaderLimits? limits = null)
    {
        limits ??= Usual;
        var span = message.Span;
        var walk = new Walk(limits);
        var headers = ReadHeaderBlock(span, limits.MostHeaders, decode: true, out var body, ref walk.Complete);
        walk.Part(RawHeaders(span, limits), span[body..], 0);
        var links = walk.Html is not null ? LinkFinder.InHtml(walk.Html, limits.MostLinks)
            : walk.Text is not null ? LinkFinder.InText(walk.Text, limits.MostLinks)
            : [];
        return new ReadMail { Headers = headers, Text = walk.Text, Html = walk.Html, Links = links, IsComplete = walk.Complete };
    }

    /// <summary>Message-ID and Subject only: cheap enough for every message that is received.</summary>
    internal static ReadMail ReadForListing(ReadOnlySpan<byte> message)
    {
        var headers = new List<MessageHeader>(2);
        var at = 0;
        while (headers.Count < 2 && at < message.Length)
        {
            var start = at;
            var line = NextLine(message, ref at);
            if (line.IsEmpty)
            {
                break;
            }

            var colon = line.IndexOf((byte)':');
            if (colon > 0 && (Ascii.EqualsIgnoreCase(line[..colon], "Subject"u8) || Ascii.EqualsIgnoreCase(line[..colon], "Message-ID"u8)))
            {
                while (at < message.Length && message[at] is (byte)' ' or (byte)'\t')
                {
                    NextLine(message, ref at);
                }

                var complete = true;
                headers.AddRange(ReadHeaderBlock(message[start..at], 1, decode: true, out _, ref complete));
            }
        }

        return new ReadMail { Headers = headers };
    }

    private static List<MessageHeader> RawHeaders(ReadOnlySpan<byte> entity, MailReaderLimits limits)
    {
        var complete = true;
        return ReadHeaderBlock(entity, limits.MostHeaders, decode: false, out _, ref complete);
    }

    private static List<MessageHeader> ReadHeaderBlock(ReadOnlySpan<byte> entity, int most, bool decode, out int body, ref bool complete)
    {
        var headers = new List<MessageHeader>();
        var name = "";
        var value = new StringBuilder();
        var tooMany = false;
        body = 0;
        while (body < entity.Length)
        {
            var line = NextLine(entity, ref body);
            if (line.IsEmpty)
            {
                break;
            }

            if (line[0] is (byte)' ' or (byte)'\t')
            {
                value.Append(Text(line));
                continue;
            }

            Keep();
            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                complete = false;
                continue;
            }

            name = Text(line[..colon]).Trim();
            value.Append(Text(line[(colon + 1)..]));
        }

        Keep();
        complete &= !tooMany;
        return headers;

        void Keep()
        {
            if (name.Length > 0)
            {
                tooMany |= headers.Count == most;
                if (!tooMany)
                {
                    var text = value.ToString().Trim(' ', '\t');
                    headers.Add(new MessageHeader(name, decode ? EncodedWordReader.Decode(text) : text));
                }
            }

            name = "";
            value.Clear();
        }
    }

    private static ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> text, ref int at)
    {
        var rest = text[at..];
        var end = rest.IndexOf((byte)'\n');
        at += end < 0 ? rest.Length : end + 1;
        var line = end < 0 ? rest : rest[..end];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private struct Walk(MailReaderLimits limits)
    {
        public bool Complete = true;
        private int _parts;

        public string? Text { get; private set; }

        public string? Html { get; private set; }

        public void Part(List<MessageHeader> headers, ReadOnlySpan<byte> body, int depth)
        {
            if (++_parts > limits.MostParts || depth > limits.Depth)
            {
                Complete = false;
                return;
            }

            var type = new ContentType(Find(headers, "Content-Type"));
            if (type.Is("multipart/") && type.Parameter("boundary") is { Length: > 0 } boundary)
            {
                Multipart(body, boundary, depth);
            }
            else if (Text is null && (type.IsEmpty || type.Is("text/plain")))
            {
                Text = Decode(headers, type, body);
            }
            else if (Html is null && type.Is("text/html"))
            {
                Html = Decode(headers, type, body);
            }
        }

        private void Multipart(ReadOnlySpan<byte> body, string boundary, int depth)
        {
            var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
            var start = -1;
            var at = 0;
            while (at < body.Length)
            {
                var lineStart = at;
                var line = NextLine(body, ref at);
                if (!line.StartsWith(delimiter) || !(line.Length == delimiter.Length || line[delimiter.Length..].StartsWith("--"u8) || line[delimiter.Length] is (byte)' ' or (byte)'\t'))
                {
                    continue;
                }

                if (start >= 0)
                {
                    Entity(body[start..lineStart], depth);
                }

                start = at;
                if (line[delimiter.Length..].StartsWith("--"u8) || _parts > limits.MostParts)
                {
                    return;
                }
            }

            // The closing line is missing: the message was cut.
            Complete = false;
            if (start >= 0)
            {
                Entity(body[start..], depth);
            }
        }

        private void Entity(ReadOnlySpan<byte> entity, int depth)
        {
            // The line end before the delimiter belongs to the delimiter (RFC 2046 5.1.1).
            entity = entity.EndsWith("\r\n"u8) ? entity[..^2] : entity.EndsWith("\n"u8) ? entity[..^1] : entity;
            var headers = ReadHeaderBlock(entity, limits.MostHeaders, decode: false, out var body, ref Complete);
            Part(headers, entity[body..], depth + 1);
        }

        private string Decode(List<MessageHeader> headers, ContentType type, ReadOnlySpan<byte> body)
        {
            if (body.Length > limits.LargestText)
            {
                body = body[..limits.LargestText];
                Complete = false;
            }

            var bytes = (Find(headers, "Content-Transfer-Encoding") ?? "").Trim().ToUpperInvariant() switch
            {
                "QUOTED-PRINTABLE" => TransferDecoder.QuotedPrintable(body),
                "BASE64" => TransferDecoder.Base64(body),
                _ => body.ToArray(),
            };
            return Charsets.Decode(type.Parameter("charset"), bytes);
        }

        private static string? Find(List<MessageHeader> headers, string name) =>
            headers.Find(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }
}
