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
        var parts = MailParts.Read(message, limits);
        var text = parts.Parts.FirstOrDefault(p => p.Is("text/plain"))?.Text();
        var html = parts.Parts.FirstOrDefault(p => p.Is("text/html"))?.Text();
        var links = html is not null ? LinkFinder.InHtml(html, limits.MostLinks)
            : text is not null ? LinkFinder.InText(text, limits.MostLinks)
            : [];
        return new ReadMail
        {
            Headers = [.. parts.Headers.Select(h => h with { Value = EncodedWordReader.Decode(h.Value) })],
            Text = text,
            Html = html,
            Links = links,
            IsComplete = parts.IsComplete,
        };
    }

    /// <summary>Message-ID and Subject only: cheap enough for every message that is received.</summary>
    internal static ReadMail ReadForListing(ReadOnlySpan<byte> message)
    {
        var headers = new List<MessageHeader>(2);
        var at = 0;
        while (headers.Count < 2 && at < message.Length)
        {
            var start = at;
            var line = HeaderReader.NextLine(message, ref at);
            if (line.IsEmpty)
            {
                break;
            }

            var colon = line.IndexOf((byte)':');
            if (colon > 0 && (Ascii.EqualsIgnoreCase(line[..colon], "Subject"u8) || Ascii.EqualsIgnoreCase(line[..colon], "Message-ID"u8)))
            {
                while (at < message.Length && message[at] is (byte)' ' or (byte)'\t')
                {
                    HeaderReader.NextLine(message, ref at);
                }

                var complete = true;
                headers.AddRange(HeaderReader.Read(message[start..at], 1, decode: true, out _, ref complete));
            }
        }

        return new ReadMail { Headers = headers };
    }
}
