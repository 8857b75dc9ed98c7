using System.Buffers;
using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>Writes bytes into a caller's buffer with as few calls on it as possible.</summary>
internal ref struct MimeWriter(IBufferWriter<byte> output)
{
    private const int Block = 4096;
    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _free;
    private int _used;

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _used += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _used++;
    }

    public void WriteUtf8(scoped ReadOnlySpan<char> text) => _used += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public void WriteHex(byte value)
    {
        var to = Reserve(3);
        to[0] = (byte)'=';
        to[1] = HexDigits[value >> 4];
        to[2] = HexDigits[value & 15];
        _used += 3;
    }

    public void Flush()
    {
        _output.Advance(_used);
        _free = default;
        _used = 0;
    }

    /// <summary>Room for at least <paramref name="length"/> bytes; the caller reports what it used by <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_free.Length - _used < length)
        {
            Flush();
            _free = _output.GetSpan(Math.Max(length, Block));
        }

        return _free[_used..];
    }

    public void Advance(int count) => _used += count;

    private static ReadOnlySpan<byte> HexDigits => "0123456789ABCDEF"u8;
}
