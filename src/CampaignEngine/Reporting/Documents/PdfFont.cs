using System.Globalization;
using System.Text;

namespace CampaignEngine.Reporting.Documents;

/// <summary>A font of the document: gathers the glyphs that are used and writes itself when all pages are there.</summary>
/// <param name="name">Of the resource: F1, F2.</param>
internal sealed class PdfFont(string name, FontFile file)
{
    private readonly SortedDictionary<int, Rune> _used = [];

    public string Name => name;

    public bool Has(Rune character) => file.Glyph(character) != 0;

    public double Width(Rune character, double size) => file.Width(file.Glyph(character)) * size / 1000;

    /// <summary>The glyph, noted as used.</summary>
    public int Use(Rune character)
    {
        var glyph = file.Glyph(character);
        _used[glyph] = character;
        return glyph;
    }

    /// <summary>What pages write for a glyph.</summary>
    public Func<int, int> Numbering { get; } = file.Numbering();

    /// <summary>Writes the font with what was used of it; returns the number of its object.</summary>
    public int Write(PdfFile pdf)
    {
        var program = file.Program(_used.Keys);
        var numbered = _used.Select(u => (Number: Numbering(u.Key), Glyph: u.Key, Character: u.Value)).OrderBy(u => u.Number).ToList();
        var (left, bottom, right, top) = file.Box;
        var stream = pdf.AddStream(program, file.IsCff ? "/Subtype /CIDFontType0C" : string.Create(CultureInfo.InvariantCulture, $"/Length1 {program.Length}"));
        var title = $"CAMPGN+Report{name}";
        var descriptor = pdf.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"<< /Type /FontDescriptor /FontName /{title} /Flags 4 /FontBBox [{left} {bottom} {right} {top}] /ItalicAngle 0 /Ascent {file.Ascent} /Descent {file.Descent} /CapHeight {file.Ascent} /StemV 80 /{(file.IsCff ? "FontFile3" : "FontFile2")} {stream} 0 R >>"));
        var widths = string.Join(' ', numbered.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Number} [{file.Width(u.Glyph)}]")));
        var descendant = pdf.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"<< /Type /Font /Subtype /{(file.IsCff ? "CIDFontType0" : "CIDFontType2")} /BaseFont /{title} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /DW 1000 /W [{widths}]{(file.IsCff ? "" : " /CIDToGIDMap /Identity")} >>"));
        var map = pdf.AddStream(Encoding.ASCII.GetBytes(ToUnicode(numbered.Select(u => (u.Number, u.Character)))));
        return pdf.Add($"<< /Type /Font /Subtype /Type0 /BaseFont /{title} /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {map} 0 R >>");
    }

    // So that text can be searched and copied.
    private static string ToUnicode(IEnumerable<(int Number, Rune Character)> used)
    {
        var text = new StringBuilder("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Report def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        foreach (var part in used.Chunk(100))
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length} beginbfchar\n");
            foreach (var (number, character) in part)
            {
                text.Append(CultureInfo.InvariantCulture, $"<{number:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(character.ToString()))}>\n");
            }

            text.Append("endbfchar\n");
        }

        return text.Append("endcmap end end\n").ToString();
    }
}
