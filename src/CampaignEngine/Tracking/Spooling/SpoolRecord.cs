using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine.Tracking.Spooling;

/// <summary>
/// One event in a spool segment, little-endian: magic, length of the body, CRC-32C over the body, body. The body is kind, mailing, ordinal, link (0: none),
/// time in ticks UTC, flags (1 HEAD, 2 prefetch, 4 a machine's), score, and the texts key, signs, user agent and network, each as length (65535: null) and UTF-8.
/// </summary>
internal static class SpoolRecord
{
    public const int HeadLength = 12;
    private const uint Magic = 0x3156_4543;            // "CEV1"
    private const int FixedLength = 1 + 4 + 4 + 2 + 8 + 1 + 2;
    private const int LongestText = 4_000;
    private const ushort Null = ushort.MaxValue;

    // No body is longer: four texts of at most three bytes a character.
    private const int LongestBody = FixedLength + (4 * (2 + (3 * LongestText)));

    public static void Write(IBufferWriter<byte> output, TrackedEvent tracked)
    {
        string?[] texts = [tracked.Key, tracked.Score.Signs, tracked.UserAgent, tracked.Network?.ToString()];
        var most = HeadLength + FixedLength;
        foreach (var text in texts)
        {
            most += 2 + Encoding.UTF8.GetMaxByteCount(text?.Length ?? 0);
        }

        var record = output.GetSpan(most);
        var body = record[HeadLength..];
        body[0] = (byte)tracked.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(body[1..], tracked.MailingId);
        BinaryPrimitives.WriteInt32LittleEndian(body[5..], tracked.Ordinal);
        BinaryPrimitives.WriteUInt16LittleEndian(body[9..], (ushort)(tracked.LinkNo ?? 0));
        BinaryPrimitives.WriteInt64LittleEndian(body[11..], tracked.At.UtcTicks);
        body[19] = (byte)((tracked.Head ? 1 : 0) | (tracked.Prefetch ? 2 : 0) | (tracked.Machine ? 4 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(body[20..], (ushort)Math.Clamp(tracked.Score.Score, 0, ushort.MaxValue));
        var length = FixedLength;
        foreach (var text in texts)
        {
            length += WriteText(body[length..], text);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Crc32C.Of(0, body[..length]));
        output.Advance(HeadLength + length);
    }

    /// <summary>Reads the record that begins here. False: there is none, it is damaged, or it goes on behind these bytes.</summary>
    /// <param name="length">Bytes of the record; where the bytes only end too early, those it would take, so that a caller can bring more.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TrackedEvent? tracked, out int length)
    {
        (tracked, length) = (null, 0);
        if (bytes.Length < HeadLength)
        {
            length = HeadLength;
            return false;
        }

        var bodyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic || bodyLength is < FixedLength or > LongestBody)
        {
            return false;
        }

        length = HeadLength + bodyLength;
        if (bytes.Length < length)
        {
            return false;
        }

        var body = bytes[HeadLength..length];
        if (Crc32C.Of(0, body) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) && ReadBody(body) is { } read)
        {
            tracked = read;
            return true;
        }

        length = 0;
        return false;
    }

    /// <summary>Where the next record may begin behind the first byte; the length of the bytes where nothing looks like one.</summary>
    public static int FindNext(ReadOnlySpan<byte> bytes)
    {
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        return bytes.Length > 1 && bytes[1..].IndexOf(magic) is >= 0 and var at ? 1 + at : bytes.Length;
    }

    private static TrackedEvent? ReadBody(ReadOnlySpan<byte> body)
    {
        var rest = body[FixedLength..];
        var link = BinaryPrimitives.ReadUInt16LittleEndian(body[9..]);
        return Enum.IsDefined((EventKind)body[0]) && TryReadText(ref rest, out var key) && key is not null && TryReadText(ref rest, out var signs) && TryReadText(ref rest, out var agent)
            && TryReadText(ref rest, out var network)
            ? new TrackedEvent
            {
                Kind = (EventKind)body[0],
                MailingId = BinaryPrimitives.ReadInt32LittleEndian(body[1..]),
                Ordinal = BinaryPrimitives.ReadInt32LittleEndian(body[5..]),
                LinkNo = link == 0 ? null : link,
                At = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(body[11..]), TimeSpan.Zero),
                Key = key,
                Score = new MachineScore(BinaryPrimitives.ReadUInt16LittleEndian(body[20..]), signs),
                Head = (body[19] & 1) != 0,
                Prefetch = (body[19] & 2) != 0,
                Machine = (body[19] & 4) != 0,
                Network = network is null ? null : IPNetwork.Parse(network),
                UserAgent = agent,
            }
            : null;
    }

    private static int WriteText(Span<byte> to, string? text)
    {
        if (text is null)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to, Null);
            return 2;
        }

        var length = Encoding.UTF8.GetBytes(text.AsSpan(0, Math.Min(text.Length, LongestText)), to[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)length);
        return 2 + length;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> from, out string? text)
    {
        text = null;
        if (from.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(from);
        from = from[2..];
        if (length == Null)
        {
            return true;
        }

        if (from.Length < length)
        {
            return false;
        }

        text = Encoding.UTF8.GetString(from[..length]);
        from = from[length..];
        return true;
    }
}
