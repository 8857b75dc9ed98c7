namespace CampaignEngine.Customers.Import;

/// <summary>
/// Remembers the last row staged for each key, so that a customer's row is not staged again for every order line. Exact, and bounded:
/// when its memory is full it forgets everything, and the merge finds the repeats instead.
/// </summary>
internal sealed class RepeatedRows(int capacity = 16 * 1024 * 1024)
{
    private readonly Dictionary<byte[], byte[]> _rows = new(Bytes.Instance);
    private int _size;

    /// <summary>True when this very row was the last one of its key.</summary>
    public bool IsRepeat(ReadOnlySpan<byte> key, ReadOnlySpan<byte> row)
    {
        var lookup = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(key, out var last) && row.SequenceEqual(last))
        {
            return true;
        }

        if (_size > capacity)
        {
            _rows.Clear();
            _size = 0;
        }

        lookup[key] = row.ToArray();
        _size += key.Length + row.Length + 100;
        return false;
    }

    private sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Bytes Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
