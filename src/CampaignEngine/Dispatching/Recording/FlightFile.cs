using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace CampaignEngine.Dispatching.Recording;

/// <summary>How far an item had come when its worker wrote last.</summary>
internal enum FlightState
{
    /// <summary>Nothing on the wire, or nobody's slot.</summary>
    Unmarked = 0,

    /// <summary>Its terminator may have been written.</summary>
    Marked = 1,

    /// <summary>The attempt has ended, and how is written beside it.</summary>
    Concluded = 2,
}

/// <summary>
/// The bytes of a flight recorder: one header, then slots of one size. Numbers are little-endian; checksums (CRC-32C) cover what they stand
/// behind and the slot's number, so that nothing but the writer's own whole records is ever believed.
/// </summary>
internal static class FlightFile
{
    public const int HeaderSize = 512;
    public const int SlotSize = 256;
    public const int StateSize = 4;

    /// <summary>Place of the flag in the header that takes the file's evidence away; it stands outside the checksum.</summary>
    public const int Distrusted = HeaderSize - 4;

    private const ulong Magic = 0x3154_4847_494C_4643; // "CFLIGHT1"
    private const int LongestOwner = 256;
    private const int KeyCheck = StateSize;
    private const int Key = KeyCheck + 4;
    private const int KeySize = 12;
    private const int Verdict = Key + KeySize;
    private const int Text = Verdict + 24;
    private const int LongestText = SlotSize - Text;

    public static int SizeOf(int slots) => HeaderSize + (slots * SlotSize);

    public static int PlaceOf(int slot) => HeaderSize + (slot * SlotSize);

    public static void WriteHeader(Span<byte> header, string owner, Guid installation, int slots)
    {
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], SlotSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], slots);
        installation.TryWriteBytes(header[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[32..], Encoding.UTF8.GetBytes(owner, header.Slice(36, LongestOwner)));
        BinaryPrimitives.WriteUInt32LittleEndian(header[(Distrusted - 4)..], Check(header[..(Distrusted - 4)], 0));
    }

    /// <summary>Returns the record's length.</summary>
    public static int WriteKey(Span<byte> record, int slot, int mailing, int ordinal, int attempt)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record[Key..], mailing);
        BinaryPrimitives.WriteInt32LittleEndian(record[(Key + 4)..], ordinal);
        BinaryPrimitives.WriteInt32LittleEndian(record[(Key + 8)..], attempt);
        BinaryPrimitives.WriteUInt32LittleEndian(record[KeyCheck..], Check(record.Slice(Key, KeySize), slot));
        return Key + KeySize;
    }

    /// <summary>Returns the record's length. Of a long text only its beginning is kept.</summary>
    public static int WriteVerdict(Span<byte> record, int slot, int mailing, int ordinal, int attempt, SendVerdict verdict, DateTimeOffset at)
    {
        WriteKey(record, slot, mailing, ordinal, attempt);
        BinaryPrimitives.WriteInt32LittleEndian(record[(Verdict + 4)..], (int)verdict.Outcome);
        BinaryPrimitives.WriteInt32LittleEndian(record[(Verdict + 8)..], verdict.Code);
        BinaryPrimitives.WriteInt64LittleEndian(record[(Verdict + 12)..], at.UtcTicks);
        Encoding.UTF8.GetEncoder().Convert(verdict.Text, record.Slice(Text, LongestText), flush: true, out _, out var length, out _);
        BinaryPrimitives.WriteInt32LittleEndian(record[(Verdict + 20)..], verdict.Text is null ? -1 : length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[Verdict..], Check(record[(Verdict + 4)..(Text + length)], slot));
        return Text + length;
    }

    /// <summary>Everything the file says, or null when it is not whole.</summary>
    public static FlightReading? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderSize || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(file[(Distrusted - 4)..]) != Check(file[..(Distrusted - 4)], 0)
            || BinaryPrimitives.ReadInt32LittleEndian(file[8..]) != SlotSize
            || file.Length != SizeOf(BinaryPrimitives.ReadInt32LittleEndian(file[12..])))
        {
            return null;
        }

        var items = new Dictionary<(int Mailing, int Ordinal, int Attempt), FlightEnd?>();
        for (var slot = 0; slot < (file.Length - HeaderSize) / SlotSize; slot++)
        {
            var record = file.Slice(PlaceOf(slot), SlotSize);
            switch ((FlightState)BinaryPrimitives.ReadInt32LittleEndian(record))
            {
                case FlightState.Unmarked:
                    break;
                case FlightState.Marked when TryReadKey(record, slot, out var key) && items.TryAdd(key, null):
                    break;
                case FlightState.Concluded when TryReadKey(record, slot, out var key) && ReadEnd(record, slot) is { } end && items.TryAdd(key, end):
                    break;
                default:
                    return null;
            }
        }

        return new FlightReading(
            Encoding.UTF8.GetString(file.Slice(36, Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(file[32..]), 0, LongestOwner))),
            new Guid(file.Slice(16, 16)),
            BinaryPrimitives.ReadInt32LittleEndian(file[Distrusted..]) == 0,
            items);
    }

    private static bool TryReadKey(ReadOnlySpan<byte> record, int slot, out (int Mailing, int Ordinal, int Attempt) key)
    {
        key = (BinaryPrimitives.ReadInt32LittleEndian(record[Key..]), BinaryPrimitives.ReadInt32LittleEndian(record[(Key + 4)..]), BinaryPrimitives.ReadInt32LittleEndian(record[(Key + 8)..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(record[KeyCheck..]) == Check(record.Slice(Key, KeySize), slot);
    }

    private static FlightEnd? ReadEnd(ReadOnlySpan<byte> record, int slot)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(record[(Verdict + 20)..]);
        if (length is < -1 or > LongestText
            || BinaryPrimitives.ReadUInt32LittleEndian(record[Verdict..]) != Check(record[(Verdict + 4)..(Text + Math.Max(length, 0))], slot))
        {
            return null;
        }

        return new FlightEnd(
            new SendVerdict(
                (SendOutcome)BinaryPrimitives.ReadInt32LittleEndian(record[(Verdict + 4)..]),
                BinaryPrimitives.ReadInt32LittleEndian(record[(Verdict + 8)..]),
                length < 0 ? null : Encoding.UTF8.GetString(record.Slice(Text, length))),
            new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(record[(Verdict + 12)..]), TimeSpan.Zero));
    }

    private static uint Check(ReadOnlySpan<byte> bytes, int slot)
    {
        var check = BitOperations.Crc32C(~0u, (uint)slot);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            check = BitOperations.Crc32C(check, word);
        }

        foreach (var last in bytes[(words.Length * sizeof(ulong))..])
        {
            check = BitOperations.Crc32C(check, last);
        }

        return ~check;
    }
}
