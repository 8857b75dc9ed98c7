using System.Buffers.Binary;
using System.Text;

namespace CampaignEngine.Reporting.Documents;

/// <summary>
/// A TrueType or OpenType font file, read as far as a PDF needs it: which glyph a character has, how wide it is, and the font program with the outlines of unused
/// glyphs blanked, which compression then makes nothing of.
/// </summary>
internal sealed class FontFile
{
    private static readonly string[] TrueTypeTables = ["cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"];

    private readonly byte[] _bytes;
    private readonly Dictionary<string, (int Offset, int Length)> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _glyphs = [];
    private readonly int _units;
    private readonly int _metrics;

    private FontFile(byte[] bytes, int offset)
    {
        _bytes = bytes;
        var count = U16(offset + 4);
        for (var i = 0; i < count; i++)
        {
            var entry = offset + 12 + (16 * i);
            _tables[Encoding.ASCII.GetString(bytes, entry, 4)] = (U32(entry + 8), U32(entry + 12));
        }

        _units = U16(Table("head") + 18);
        _metrics = U16(Table("hhea") + 34);
        Glyphs = U16(Table("maxp") + 4);
        ReadCharacters();
    }

    public int Glyphs { get; }

    /// <summary>Outlines are those of PostScript (the table CFF) and not of TrueType.</summary>
    public bool IsCff => _tables.ContainsKey("CFF ");

    /// <summary>In thousandths of the size.</summary>
    public int Ascent => S16(Table("hhea") + 4) * 1000 / _units;

    public int Descent => S16(Table("hhea") + 6) * 1000 / _units;

    public (int Left, int Bottom, int Right, int Top) Box =>
        (S16(Table("head") + 36) * 1000 / _units, S16(Table("head") + 38) * 1000 / _units, S16(Table("head") + 40) * 1000 / _units, S16(Table("head") + 42) * 1000 / _units);

    /// <summary>The first face of the file; null: no font, one without outlines that a PDF can hold, or one that its maker does not allow to be embedded.</summary>
    public static FontFile? Open(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var first = bytes.Length > 16 && bytes.AsSpan(0, 4).SequenceEqual("ttcf"u8) ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(12)) : 0;
            var font = new FontFile(bytes, first);
            return font._tables.ContainsKey("hmtx") && font._glyphs.Count > 0 && font.MayBeEmbedded && (font.IsCff ? CffFont.Of(font.Data("CFF ")) is not null : font._tables.ContainsKey("glyf")) ? font : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>0: the font has no such character.</summary>
    public int Glyph(Rune character) => _glyphs.GetValueOrDefault(character.Value);

    /// <summary>In thousandths of the size.</summary>
    public int Width(int glyph) => U16(Table("hmtx") + (4 * Math.Min(glyph, _metrics - 1))) * 1000 / _units;

    /// <summary>The number under which a PDF names each glyph.</summary>
    public Func<int, int> Numbering() => IsCff && CffFont.Of(Data("CFF ")) is { } cff ? cff.Number : static glyph => glyph;

    /// <summary>The font program for a PDF, without the outlines of glyphs that are not used.</summary>
    public byte[] Program(IEnumerable<int> used) => IsCff ? CffFont.Of(Data("CFF "))!.Blanked([.. used, 0]) : TrueType(WithParts([.. used, 0]));

    private bool MayBeEmbedded => !_tables.TryGetValue("OS/2", out var os2) || (U16(os2.Offset + 8) & 0xF) != 2;

    private byte[] Data(string table) => _bytes.AsSpan(_tables[table].Offset, _tables[table].Length).ToArray();

    private void ReadCharacters()
    {
        var cmap = Table("cmap");
        var best = 0;
        for (var i = 0; i < U16(cmap + 2); i++)
        {
            var (platform, encoding, at) = (U16(cmap + 4 + (8 * i)), U16(cmap + 6 + (8 * i)), cmap + U32(cmap + 8 + (8 * i)));
            if ((platform == 0 || (platform == 3 && encoding is 1 or 10)) && U16(at) is 4 or 12 && (best == 0 || U16(at) > U16(best)))
            {
                best = at;
            }
        }

        if (best == 0)
        {
            return;
        }

        if (U16(best) == 12)
        {
            ReadGroups(best);
        }
        else
        {
            ReadSegments(best);
        }
    }

    private void ReadGroups(int at)
    {
        for (var i = 0; i < U32(at + 12); i++)
        {
            var (first, last, glyph) = (U32(at + 16 + (12 * i)), U32(at + 20 + (12 * i)), U32(at + 24 + (12 * i)));
            for (var c = first; c <= last && c - first < 0x10000; c++)
            {
                _glyphs[c] = glyph + c - first;
            }
        }
    }

    private void ReadSegments(int at)
    {
        var segments = U16(at + 6) / 2;
        var (ends, starts, deltas, ranges) = (at + 14, at + 16 + (2 * segments), at + 16 + (4 * segments), at + 16 + (6 * segments));
        for (var i = 0; i < segments; i++)
        {
            var (start, end, delta, range) = (U16(starts + (2 * i)), U16(ends + (2 * i)), U16(deltas + (2 * i)), U16(ranges + (2 * i)));
            for (var c = start; c <= end && c != 0xFFFF; c++)
            {
                var glyph = range == 0 ? c : U16(ranges + (2 * i) + range + (2 * (c - start)));
                if (glyph != 0 && ((glyph + delta) & 0xFFFF) is not 0 and var known)
                {
                    _glyphs[c] = known;
                }
            }
        }
    }

    // A glyph may be put together from others.
    private HashSet<int> WithParts(IEnumerable<int> used)
    {
        HashSet<int> all = [];
        Stack<int> open = new(used);
        while (open.TryPop(out var glyph))
        {
            if (!all.Add(glyph))
            {
                continue;
            }

            var (from, to) = Outline(glyph);
            if (to - from < 10 || S16(from) >= 0)
            {
                continue;
            }

            for (var (at, more) = (from + 10, true); more && at + 4 <= to;)
            {
                var flags = U16(at);
                open.Push(U16(at + 2));
                at += 4 + ((flags & 1) != 0 ? 4 : 2) + ((flags & 8) != 0 ? 2 : (flags & 0x40) != 0 ? 4 : (flags & 0x80) != 0 ? 8 : 0);
                more = (flags & 0x20) != 0;
            }
        }

        return all;
    }

    private (int From, int To) Outline(int glyph)
    {
        var (loca, glyf) = (Table("loca"), Table("glyf"));
        return S16(Table("head") + 50) == 0
            ? (glyf + (2 * U16(loca + (2 * glyph))), glyf + (2 * U16(loca + (2 * glyph) + 2)))
            : (glyf + U32(loca + (4 * glyph)), glyf + U32(loca + (4 * glyph) + 4));
    }

    private byte[] TrueType(HashSet<int> kept)
    {
        var outlines = new byte[_tables["glyf"].Length];
        foreach (var glyph in kept)
        {
            var (from, to) = Outline(glyph);
            _bytes.AsSpan(from, to - from).CopyTo(outlines.AsSpan(from - Table("glyf")));
        }

        List<(string Tag, byte[] Data)> tables = [.. TrueTypeTables.Where(_tables.ContainsKey).Select(t => (t, t == "glyf" ? outlines : Data(t)))];
        var file = new MemoryStream();
        void Number(long value, int bytes)
        {
            for (var i = bytes - 1; i >= 0; i--)
            {
                file.WriteByte((byte)(value >> (8 * i)));
            }
        }

        var power = (int)Math.Floor(Math.Log2(tables.Count));
        Number(0x00010000, 4);
        Number(tables.Count, 2);
        Number(16 << power, 2);
        Number(power, 2);
        Number((16 * tables.Count) - (16 << power), 2);
        var offset = 12 + (16 * tables.Count);
        foreach (var (tag, data) in tables)
        {
            file.Write(Encoding.ASCII.GetBytes(tag));
            Number(Checksum(data), 4);
            Number(offset, 4);
            Number(data.Length, 4);
            offset += (data.Length + 3) & ~3;
        }

        foreach (var (_, data) in tables)
        {
            file.Write(data);
            Number(0, (4 - (data.Length % 4)) % 4);
        }

        return file.ToArray();
    }

    private static uint Checksum(byte[] data)
    {
        uint sum = 0;
        for (var i = 0; i < data.Length; i++)
        {
            sum += (uint)data[i] << (8 * (3 - (i % 4)));
        }

        return sum;
    }

    private int Table(string tag) => _tables[tag].Offset;

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(at));

    private int S16(int at) => BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(at));

    private int U32(int at) => BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(at));
}
