using System.Buffers.Binary;

namespace CampaignEngine.Reporting.Documents;

/// <summary>The table CFF of an OpenType font (Adobe technical note 5176), as far as its unused outlines are to be blanked.</summary>
internal sealed class CffFont
{
    private const int CharStringsKey = 17;
    private const int CharsetKey = 15;
    private const int RegistryKey = 1200 + 30;
    private const byte EndOfGlyph = 14;

    private readonly byte[] _bytes;
    private readonly List<(int From, int To)> _outlines;
    private readonly int[]? _numbers;

    private CffFont(byte[] bytes)
    {
        _bytes = bytes;
        var (_, names) = Index(bytes[2]);
        var (dictionaries, _) = Index(names);
        var top = Operands(dictionaries[0]);
        (_outlines, _) = Index(top[CharStringsKey]);
        _numbers = top.ContainsKey(RegistryKey) ? Charset(top.GetValueOrDefault(CharsetKey)) : null;
    }

    /// <summary>Null: not a font of this kind.</summary>
    public static CffFont? Of(byte[] bytes)
    {
        try
        {
            return new CffFont(bytes);
        }
        catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>The number under which a PDF names a glyph: its CID in a font that has them, else its place.</summary>
    public int Number(int glyph) => _numbers?[glyph] ?? glyph;

    /// <summary>The same bytes in the same places, with an empty outline for whatever is not used.</summary>
    public byte[] Blanked(HashSet<int> used)
    {
        var copy = (byte[])_bytes.Clone();
        for (var glyph = 0; glyph < _outlines.Count; glyph++)
        {
            var (from, to) = _outlines[glyph];
            if (!used.Contains(glyph) && to > from)
            {
                copy.AsSpan(from, to - from).Clear();
                copy[from] = EndOfGlyph;
            }
        }

        return copy;
    }

    private (List<(int From, int To)> Items, int End) Index(int at)
    {
        var count = U16(at);
        if (count == 0)
        {
            return ([], at + 2);
        }

        var size = _bytes[at + 2];
        var data = at + 2 + (size * (count + 1));
        int Offset(int i)
        {
            var value = 0;
            for (var k = 0; k < size; k++)
            {
                value = (value << 8) | _bytes[at + 3 + (size * i) + k];
            }

            return data + value;
        }

        return ([.. Enumerable.Range(0, count).Select(i => (Offset(i), Offset(i + 1)))], Offset(count));
    }

    // The last operand of each operator; those of two bytes are 1200 and the second.
    private Dictionary<int, int> Operands((int From, int To) dictionary)
    {
        Dictionary<int, int> operands = [];
        var last = 0;
        for (var at = dictionary.From; at < dictionary.To;)
        {
            var b = _bytes[at];
            switch (b)
            {
                case 12:
                    operands[1200 + _bytes[at + 1]] = last;
                    at += 2;
                    break;
                case <= 21:
                    operands[b] = last;
                    at++;
                    break;
                case 28:
                    last = BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(at + 1));
                    at += 3;
                    break;
                case 29:
                    last = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(at + 1));
                    at += 5;
                    break;
                case 30:
                    // A real number ends with a nibble of ones.
                    for (at++; (_bytes[at] & 0xF) != 0xF && _bytes[at] >> 4 != 0xF; at++)
                    {
                    }

                    at++;
                    break;
                case <= 246:
                    last = b - 139;
                    at++;
                    break;
                case <= 250:
                    last = ((b - 247) * 256) + _bytes[at + 1] + 108;
                    at += 2;
                    break;
                default:
                    last = (-(b - 251) * 256) - _bytes[at + 1] - 108;
                    at += 2;
                    break;
            }
        }

        return operands;
    }

    private int[] Charset(int at)
    {
        var numbers = new int[_outlines.Count];
        var format = _bytes[at++];
        for (var glyph = 1; glyph < numbers.Length;)
        {
            var first = U16(at);
            var more = format switch { 0 => 0, 1 => _bytes[at + 2], _ => U16(at + 2) };
            at += 2 + format;
            for (var i = 0; i <= more && glyph < numbers.Length; i++)
            {
                numbers[glyph++] = first + i;
            }
        }

        return numbers;
    }

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(at));
}
