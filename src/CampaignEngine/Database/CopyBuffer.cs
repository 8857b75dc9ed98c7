using System.Buffers.Binary;
using System.Text;

namespace CampaignEngine.Database;

/// <summary>Rows in PostgreSQL's binary COPY format, encoded here so that a row costs no allocation and no round trip.</summary>
internal sealed class CopyBuffer(int capacity = 1 << 20)
{
    private static readonly long UnixToPostgres = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly int PostgresDay = new DateOnly(2000, 1, 1).DayNumber;
    private byte[] _bytes = new byte[capacity];

    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Slice(int start, int end) => _bytes.AsSpan(start, end - start);

    public void Row(int fields) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)fields);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    public void Boolean(bool value)
    {
        var to = Take(5);
        BinaryPrimitives.WriteInt32BigEndian(to, 1);
        to[4] = value ? (byte)1 : (byte)0;
    }

    public void Integer(long value)
    {
        var to = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(to, 8);
        BinaryPrimitives.WriteInt64BigEndian(to[4..], value);
    }

    public void Short(short value)
    {
        var to = Take(6);
        BinaryPrimitives.WriteInt32BigEndian(to, 2);
        BinaryPrimitives.WriteInt16BigEndian(to[4..], value);
    }

    public void Double(double value)
    {
        var to = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(to, 8);
        BinaryPrimitives.WriteDoubleBigEndian(to[4..], value);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        var to = Take(4 + value.Length);
        BinaryPrimitives.WriteInt32BigEndian(to, value.Length);
        value.CopyTo(to[4..]);
    }

    public void Date(DateOnly value)
    {
        var to = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(to, 4);
        BinaryPrimitives.WriteInt32BigEndian(to[4..], value.DayNumber - PostgresDay);
    }

    public void Time(DateTimeOffset value) => Integer((value.UtcTicks - UnixToPostgres) / TimeSpan.TicksPerMicrosecond);

    public void Uuid(Guid value)
    {
        var to = Take(20);
        BinaryPrimitives.WriteInt32BigEndian(to, 16);
        value.TryWriteBytes(to[4..], bigEndian: true, out _);
    }

    public void Text(ReadOnlySpan<char> value)
    {
        var start = Length;
        var room = Take(4 + Encoding.UTF8.GetMaxByteCount(value.Length));
        var count = Encoding.UTF8.GetBytes(value, room[4..]);
        BinaryPrimitives.WriteInt32BigEndian(room, count);
        Length = start + 4 + count;
    }

    public void Texts(IReadOnlyList<string> values)
    {
        const int TextOid = 25;
        var start = Length;
        var head = Take(4 + (values.Count == 0 ? 12 : 20));
        BinaryPrimitives.WriteInt32BigEndian(head[4..], values.Count == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], 0);
        BinaryPrimitives.WriteInt32BigEndian(head[12..], TextOid);
        if (values.Count > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(head[16..], values.Count);
            BinaryPrimitives.WriteInt32BigEndian(head[20..], 1);
        }

        foreach (var value in values)
        {
            Text(value);
        }

        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), Length - start - 4);
    }

    /// <summary>numeric: groups of four decimal digits, most significant first, then how many digits stand after the point.</summary>
    public void Number(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var scale = (bits[3] >> 16) & 0xFF;
        var mantissa = ((UInt128)(uint)bits[2] << 64) | ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
        var padding = (4 - (scale % 4)) % 4;
        for (var i = 0; i < padding; i++)
        {
            mantissa *= 10;
        }

        Span<short> groups = stackalloc short[12];
        var count = 0;
        while (mantissa > ulong.MaxValue)
        {
            (mantissa, var group) = UInt128.DivRem(mantissa, 10000);
            groups[count++] = (short)group;
        }

        for (var small = (ulong)mantissa; small > 0; small /= 10000)
        {
            groups[count++] = (short)(small % 10000);
        }

        var weight = count - 1 - ((scale + padding) / 4);
        var zeros = 0;                                 // trailing groups of zeros are not stored
        while (zeros < count && groups[zeros] == 0)
        {
            zeros++;
        }

        var stored = count - zeros;
        var to = Take(12 + (2 * stored));
        BinaryPrimitives.WriteInt32BigEndian(to, 8 + (2 * stored));
        BinaryPrimitives.WriteInt16BigEndian(to[4..], (short)stored);
        BinaryPrimitives.WriteInt16BigEndian(to[6..], (short)(stored == 0 ? 0 : weight));
        BinaryPrimitives.WriteInt16BigEndian(to[8..], value < 0 ? (short)0x4000 : (short)0);
        BinaryPrimitives.WriteInt16BigEndian(to[10..], (short)scale);
        for (var i = 0; i < stored; i++)
        {
            BinaryPrimitives.WriteInt16BigEndian(to[(12 + (2 * i))..], groups[count - 1 - i]);
        }
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
