using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CampaignEngine.Mail.Receiving;

/// <summary>
/// The form of one record in messages.dat, little-endian: magic, length of the entry, length of the message, CRC-32C over both, entry,
/// message. The entry is: receipt time in ticks UTC, sender, Message-ID, subject, number of recipients, recipients; each text as length and UTF-8.
/// </summary>
internal static class StoreRecord
{
    public const int HeadLength = 16;
    public const uint Magic = 0x4745_4D31;
    private const int LongestText = 1000;
    private const int MostRecipients = 1000;

    public static void Write(IBufferWriter<byte> output, ReceivedMessage message)
    {
        var head = MailReader.ReadForListing(message.Data.Span);
        var entry = new ArrayBufferWriter<byte>(256);
        BinaryPrimitives.WriteInt64LittleEndian(entry.GetSpan(8), message.ReceivedAt.UtcTicks);
        entry.Advance(8);
        WriteText(entry, message.Sender);
        WriteText(entry, head.MessageId);
        WriteText(entry, head.Subject);
        var recipients = Math.Min(message.Recipients.Count, MostRecipients);
        BinaryPrimitives.WriteInt16LittleEndian(entry.GetSpan(2), (short)recipients);
        entry.Advance(2);
        for (var i = 0; i < recipients; i++)
        {
            WriteText(entry, message.Recipients[i]);
        }

        var to = output.GetSpan(HeadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], entry.WrittenCount);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], message.Data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], Crc32C.Of(Crc32C.Of(0, entry.WrittenSpan), message.Data.Span));
        output.Advance(HeadLength);
        output.Write(entry.WrittenSpan);
        output.Write(message.Data.Span);
    }

    /// <summary>False when these bytes are not the head of a record that fits into <paramref name="available"/> bytes.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, long available, out int entryLength, out int messageLength, out uint checksum)
    {
        entryLength = messageLength = 0;
        checksum = 0;
        if (head.Length < HeadLength || BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic)
        {
            return false;
        }

        entryLength = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        messageLength = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]);
        return entryLength > 0 && messageLength >= 0 && HeadLength + (long)entryLength + messageLength <= available;
    }

    public static StoredMessage? ReadEntry(ReadOnlySpan<byte> entry, long number, long offset, int messageLength)
    {
        if (entry.Length < 8)
        {
            return null;
        }

        var ticks = BinaryPrimitives.ReadInt64LittleEndian(entry);
        var rest = entry[8..];
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || !TryReadText(ref rest, out var sender) || !TryReadText(ref rest, out var id)
            || !TryReadText(ref rest, out var subject) || rest.Length < 2)
        {
            return null;
        }

        var recipients = new string[Math.Clamp(BinaryPrimitives.ReadInt16LittleEndian(rest), (short)0, (short)MostRecipients)];
        rest = rest[2..];
        for (var i = 0; i < recipients.Length; i++)
        {
            if (!TryReadText(ref rest, out recipients[i]))
            {
                return null;
            }
        }

        return new StoredMessage
        {
            Number = number,
            ReceivedAt = new DateTimeOffset(ticks, TimeSpan.Zero),
            Sender = sender,
            Recipients = recipients,
            MessageId = id,
            Subject = subject,
            Size = messageLength,
            DataOffset = offset + HeadLength + entry.Length,
        };
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        text = text.Length > LongestText ? text[..LongestText] : text;
        var to = output.GetSpan(2 + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, to[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)length);
        output.Advance(2 + length);
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> from, out string text)
    {
        text = "";
        if (from.Length < 2 || from.Length < 2 + BinaryPrimitives.ReadUInt16LittleEndian(from))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(from);
        text = Encoding.UTF8.GetString(from.Slice(2, length));
        from = from[(2 + length)..];
        return true;
    }
}
