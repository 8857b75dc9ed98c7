using System.Buffers.Binary;
using System.Text;

namespace CampaignEngine.Deduplication;

/// <summary>
/// Turns the values of an ordering ("last_order_at desc, city") into bytes whose memcmp order is that ordering, so that one fixed
/// bytea column carries any ordering into SQL. Nulls come last in both directions. Whole numbers and times are exact; decimals are
/// compared as 64-bit floating point (exact to 15 digits), ties fall to the customer key.
/// </summary>
public sealed class SortKey
{
    private byte[] _bytes = new byte[64];
    private int _length;

    public void Clear() => _length = 0;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    /// <exception cref="ArgumentException">A type that has no order.</exception>
    public void Add(object? value, bool descending)
    {
        if (value is null or DBNull)
        {
            Append([1], complement: false);
            return;
        }

        Append([0], complement: false);
        Span<byte> eight = stackalloc byte[8];
        switch (value)
        {
            case string text:
                int size = Encoding.UTF8.GetByteCount(text);
                byte[] utf8 = new byte[size + 1];
                Encoding.UTF8.GetBytes(text, utf8);
                Append(utf8, descending);
                return;
            case bool flag:
                Append([flag ? (byte)1 : (byte)0], descending);
                return;
            case Guid id:
                Append(id.ToByteArray(bigEndian: true), descending);
                return;
            case short or int or long:
                WriteSigned(eight, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                WriteSigned(eight, time.Ticks);
                break;
            case DateTimeOffset time:
                WriteSigned(eight, time.UtcTicks);
                break;
            case DateOnly date:
                WriteSigned(eight, date.DayNumber);
                break;
            case decimal number:
                WriteReal(eight, (double)number);
                break;
            case double or float:
                WriteReal(eight, Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException($"values of type {value.GetType().Name} have no order", nameof(value));
        }
        Append(eight, descending);
    }

    private static void WriteSigned(Span<byte> target, long value) =>
        BinaryPrimitives.WriteUInt64BigEndian(target, (ulong)value ^ 0x8000_0000_0000_0000UL);

    // IEEE 754: positive numbers order by their bits once the sign bit is set; negative ones by their complement.
    private static void WriteReal(Span<byte> target, double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value == 0 ? 0.0 : value);
        BinaryPrimitives.WriteUInt64BigEndian(target, (bits & 0x8000_0000_0000_0000UL) != 0 ? ~bits : bits | 0x8000_0000_0000_0000UL);
    }

    private void Append(ReadOnlySpan<byte> bytes, bool complement)
    {
        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes.Length));
        }

        Span<byte> target = _bytes.AsSpan(_length, bytes.Length);
        bytes.CopyTo(target);
        if (complement)
        {
            foreach (ref byte b in target)
            {
                b = (byte)~b;
            }
        }
        _length += bytes.Length;
    }
}
