using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>
/// Writes whole messages: headers, then text and HTML as UTF-8, quoted-printable unless 8-bit pays, then pictures and files. One per connection, used for one message after the
/// other; not safe for two threads at once. The same content always gives the same bytes.
/// </summary>
/// <remarks>
/// What it writes has CRLF as its only line end, lines of at most 78 characters (998 for a header word that cannot be folded), only
/// ASCII unless an address itself needs SMTPUTF8, and no line that starts with a dot. Where 8-bit text is allowed its lines are as long as they were.
/// </remarks>
public sealed class MessageComposer
{
    // "=_" cannot occur in quoted-printable or base64 text, so no body line can be taken for a boundary; 8-bit text would have to guess the hash.
    private const string BoundaryPrefix = "=_";

    private readonly byte[] _alternative = NewBoundary();
    private readonly byte[] _related = NewBoundary();
    private readonly byte[] _mixed = NewBoundary();
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] _id = new byte[256];
    private string _boundariesOf = "";

    /// <summary>Appends the message to <paramref name="output"/>; on a fault nothing is written.</summary>
    /// <returns>Null when the message was written.</returns>
    public ComposeFault? Compose(in MessageContent content, IBufferWriter<byte> output)
    {
        if (Check(content) is { } fault)
        {
            return fault;
        }

        var writer = new MimeWriter(output);
        WriteHeaders(ref writer, content);
        WriteBody(ref writer, content);
        writer.Flush();
        return null;
    }

    private static ComposeFault? Check(in MessageContent content)
    {
        if (CheckMailbox(content.From, "From") is { } from)
        {
            return from;
        }

        if (CheckMailbox(content.To, "To") is { } to)
        {
            return to;
        }

        if (content.ReplyTo is { } replyTo && CheckMailbox(replyTo, "Reply-To") is { } reply)
        {
            return reply;
        }

        if (HeaderText.Check(content.Subject) is { } subject)
        {
            return ComposeFault.Of(subject, "Subject");
        }

        if (!HeaderText.IsMessageId(content.MessageId))
        {
            return ComposeFault.Of(ComposeFaultKind.MessageId, "Message-ID");
        }

        foreach (var header in content.ExtraHeaders.Span)
        {
            if (HeaderText.CheckExtra(header) is { } extra)
            {
                return ComposeFault.Of(extra, extra == ComposeFaultKind.HeaderName ? "" : header.Name);
            }
        }

        return content.TextUtf8.IsEmpty && content.HtmlUtf8.IsEmpty ? ComposeFault.Of(ComposeFaultKind.NoBody, "body") : null;
    }

    private static ComposeFault? CheckMailbox(Mailbox mailbox, string header)
    {
        if (mailbox.Address.IsEmpty)
        {
            return ComposeFault.Of(ComposeFaultKind.NoAddress, header);
        }

        return HeaderText.Check(mailbox.DisplayName) is { } fault ? ComposeFault.Of(fault, header) : null;
    }

    private static void WriteHeaders(ref MimeWriter writer, in MessageContent content)
    {
        writer.Write("Date: "u8);
        WriteDate(ref writer, content.Date);
        HeaderWriter.WriteMailbox(ref writer, "From:"u8, content.From);
        if (content.ReplyTo is { } replyTo)
        {
            HeaderWriter.WriteMailbox(ref writer, "Reply-To:"u8, replyTo);
        }

        HeaderWriter.WriteMailbox(ref writer, "To:"u8, content.To);
        HeaderWriter.WriteUnstructured(ref writer, "Subject:"u8, content.Subject);
        writer.Write("Message-ID: <"u8);
        writer.WriteUtf8(content.MessageId);
        writer.Write(">\r\n"u8);
        Span<byte> name = stackalloc byte[80];
        foreach (var header in content.ExtraHeaders.Span)
        {
            var length = Encoding.ASCII.GetBytes(header.Name, name);
            name[length] = (byte)':';
            HeaderWriter.WriteUnstructured(ref writer, name[..(length + 1)], header.Value, HeaderText.IsListOfLinks(header.Name));
        }

        writer.Write("MIME-Version: 1.0\r\n"u8);
    }

    private void WriteBody(ref MimeWriter writer, in MessageContent content)
    {
        if (content.Attachments.IsEmpty)
        {
            WriteTexts(ref writer, content);
            return;
        }

        SetBoundaries(content.MessageId);
        Begin(ref writer, "multipart/mixed"u8, _mixed);
        Separate(ref writer, _mixed);
        WriteTexts(ref writer, content);
        foreach (var attachment in content.Attachments.Span)
        {
            Separate(ref writer, _mixed);
            writer.Write(attachment.Part);
        }

        End(ref writer, _mixed);
    }

    private void WriteTexts(ref MimeWriter writer, in MessageContent content)
    {
        if (content.HtmlUtf8.IsEmpty)
        {
            WritePart(ref writer, "text/plain"u8, content.TextUtf8.Span, content.AllowEightBit);
            return;
        }

        if (content.TextUtf8.IsEmpty)
        {
            WriteHtml(ref writer, content);
            return;
        }

        SetBoundaries(content.MessageId);
        Begin(ref writer, "multipart/alternative"u8, _alternative);
        Separate(ref writer, _alternative);
        WritePart(ref writer, "text/plain"u8, content.TextUtf8.Span, content.AllowEightBit);
        Separate(ref writer, _alternative);
        WriteHtml(ref writer, content);
        End(ref writer, _alternative);
    }

    /// <summary>The HTML, together with its pictures where it has some (RFC 2387).</summary>
    private void WriteHtml(ref MimeWriter writer, in MessageContent content)
    {
        if (content.InlineImages.IsEmpty)
        {
            WritePart(ref writer, "text/html"u8, content.HtmlUtf8.Span, content.AllowEightBit);
            return;
        }

        SetBoundaries(content.MessageId);
        Begin(ref writer, "multipart/related; type=\"text/html\""u8, _related);
        Separate(ref writer, _related);
        WritePart(ref writer, "text/html"u8, content.HtmlUtf8.Span, content.AllowEightBit);
        foreach (var image in content.InlineImages.Span)
        {
            Separate(ref writer, _related);
            writer.Write(image.Part);
        }

        End(ref writer, _related);
    }

    private static void Begin(ref MimeWriter writer, ReadOnlySpan<byte> type, byte[] boundary)
    {
        writer.Write("Content-Type: "u8);
        writer.Write(type);
        writer.Write(";\r\n boundary=\""u8);
        writer.Write(boundary);
        writer.Write("\"\r\n\r\n"u8);
    }

    private static void Separate(ref MimeWriter writer, byte[] boundary)
    {
        writer.Write("--"u8);
        writer.Write(boundary);
        writer.Write("\r\n"u8);
    }

    private static void End(ref MimeWriter writer, byte[] boundary)
    {
        writer.Write("--"u8);
        writer.Write(boundary);
        writer.Write("--\r\n"u8);
    }

    private static void WritePart(ref MimeWriter writer, ReadOnlySpan<byte> type, ReadOnlySpan<byte> text, bool allowEightBit)
    {
        writer.Write("Content-Type: "u8);
        writer.Write(type);
        if (allowEightBit && EightBit.Pays(text))
        {
            writer.Write("; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"u8);
            EightBit.Write(text, ref writer);
        }
        else
        {
            writer.Write("; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"u8);
            QuotedPrintable.Encode(text, ref writer);
        }

        writer.Write("\r\n"u8);
    }

    private static void WriteDate(ref MimeWriter writer, DateTimeOffset date)
    {
        var to = writer.Reserve(40);
        date.TryFormat(to, out var written, "ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture);
        writer.Advance(written);
        var minutes = (int)Math.Abs(date.Offset.TotalMinutes);
        writer.WriteByte(date.Offset < TimeSpan.Zero ? (byte)'-' : (byte)'+');
        to = writer.Reserve(4);
        ((minutes / 60 * 100) + (minutes % 60)).TryFormat(to, out written, "0000", CultureInfo.InvariantCulture);
        writer.Advance(written);
        writer.Write("\r\n"u8);
    }

    // From the Message-ID, so that a forwarded message inside another of ours has boundaries of its own.
    private void SetBoundaries(string messageId)
    {
        if (messageId == _boundariesOf)
        {
            return;
        }

        _boundariesOf = messageId;
        var length = Encoding.ASCII.GetBytes(messageId, _id);
        SHA256.HashData(_id.AsSpan(0, length), _hash);
        Convert.TryToHexStringLower(_hash.AsSpan(0, 16), _alternative.AsSpan(BoundaryPrefix.Length), out _);
        Convert.TryToHexStringLower(_hash.AsSpan(16, 16), _related.AsSpan(BoundaryPrefix.Length), out _);
        Convert.TryToHexStringLower(_hash.AsSpan(8, 16), _mixed.AsSpan(BoundaryPrefix.Length), out _);
    }

    private static byte[] NewBoundary()
    {
        var boundary = new byte[BoundaryPrefix.Length + 32];
        Encoding.ASCII.GetBytes(BoundaryPrefix, boundary);
        return boundary;
    }
}
