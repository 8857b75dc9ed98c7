using System.Globalization;
using System.Text;
using CampaignEngine.Reporting.Charts;

namespace CampaignEngine.Reporting.Documents;

/// <summary>Pages of A4 on which text and pictures are put, in points from the upper left corner.</summary>
internal sealed class PdfPages
{
    public const double Width = 595;
    public const double Height = 842;

    private readonly List<StringBuilder> _pages = [];
    private readonly List<PdfFont> _fonts = [];
    private readonly FontFinder _finder;
    private readonly HashSet<Rune> _missing = [];

    /// <param name="text">Of the report's own words.</param>
    /// <param name="finder">Looks for fonts of other scripts once a text needs one.</param>
    public PdfPages(FontFile text, FontFinder finder)
    {
        _finder = finder;
        _fonts.Add(new PdfFont("F1", text));
    }

    public int Count => _pages.Count;

    /// <summary>Characters that no font has; a box stands for each.</summary>
    public IReadOnlyCollection<Rune> Missing => _missing;

    private StringBuilder Page => _pages[^1];

    public void Add() => _pages.Add(new StringBuilder(FormattableString.Invariant($"1 0 0 -1 0 {Height} cm\n")));

    public double TextWidth(string text, double size) => Visible(text).Sum(r => FontOf(r).Width(r, size));

    /// <param name="y">Of the base line.</param>
    /// <param name="page">Null: the last.</param>
    public void Text(double x, double y, string text, double size, Colour colour, bool bold = false, int? page = null)
    {
        var into = page is { } number ? _pages[number] : Page;
        // One font has no bold face; a thin line around the letters makes one.
        Add(into, $"BT {colour.Fill} {(bold ? $"{colour.Stroke} 2 Tr {N(size / 30)} w" : "0 Tr")} 1 0 0 -1 {N(x)} {N(y)} Tm\n");
        PdfFont? font = null;
        var run = new StringBuilder();
        foreach (var rune in Visible(text))
        {
            var needed = FontOf(rune);
            if (needed != font)
            {
                Flush();
                font = needed;
            }

            run.Append(CultureInfo.InvariantCulture, $"{font.Numbering(font.Use(rune)):X4}");
        }

        Flush();
        Add(into, $"ET\n");

        void Flush()
        {
            if (run.Length > 0)
            {
                Add(into, $"/{font!.Name} {N(size)} Tf <{run}> Tj\n");
                run.Clear();
            }
        }
    }

    public void Line(double x1, double y1, double x2, double y2, Colour colour, double thick) =>
        Add(Page, $"{colour.Stroke} {N(thick)} w {N(x1)} {N(y1)} m {N(x2)} {N(y2)} l S\n");

    /// <summary>A picture of the report's page as it is there, in the place given.</summary>
    public void Picture(Svg picture, double left, double top, double scale)
    {
        double X(double x) => left + (x * scale);
        double Y(double y) => top + (y * scale);
        foreach (var shape in picture.Drawn)
        {
            var ink = PrintedStyle.Of(shape.Style);
            switch (shape)
            {
                case DrawnRect rect when rect.W > 0:
                    Add(Page, $"{ink.Colour.Lighter(ink.Strength * rect.Strength).Fill} {N(X(rect.X))} {N(Y(rect.Y))} {N(rect.W * scale)} {N(rect.H * scale)} re f\n");
                    break;
                case DrawnDot dot:
                    Dot(X(dot.X), Y(dot.Y), dot.Radius * scale, ink.Colour);
                    break;
                case DrawnPath path when path.Points.Count > 1:
                    var points = string.Join(' ', path.Points.Select((p, i) => $"{N(X(p.X))} {N(Y(p.Y))} {(i == 0 ? "m" : "l")}"));
                    Add(Page, path.Closed ? $"{ink.Colour.Lighter(ink.Strength).Fill} {points} h f\n" : $"{ink.Colour.Stroke} {N(ink.Thick * scale)} w {(ink.Dashed ? "[2 3] 0 d" : "[] 0 d")} {points} S [] 0 d\n");
                    break;
                case DrawnText text:
                    var size = ink.Size * scale;
                    var wide = text.Anchor == "start" ? 0 : TextWidth(text.Text, size);
                    Text(X(text.X) - (text.Anchor == "middle" ? wide / 2 : wide), Y(text.Y), text.Text, size, ink.Colour, ink.Bold);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The finished file.</summary>
    public byte[] Write(string title, DateTimeOffset at)
    {
        var pdf = new PdfFile();
        var (catalog, tree) = (pdf.Reserve(), pdf.Reserve());
        var fonts = string.Join(' ', _fonts.Select(f => $"/{f.Name} {f.Write(pdf)} 0 R"));
        var resources = pdf.Add($"<< /Font << {fonts} >> >>");
        var pages = _pages.ConvertAll(p => pdf.Add(FormattableString.Invariant(
            $"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {Width} {Height}] /Resources {resources} 0 R /Contents {pdf.AddStream(Encoding.ASCII.GetBytes(p.ToString()))} 0 R >>")));
        pdf.Set(tree, $"<< /Type /Pages /Count {pages.Count} /Kids [{string.Join(' ', pages.Select(p => $"{p} 0 R"))}] >>");
        pdf.Set(catalog, $"<< /Type /Catalog /Pages {tree} 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>");
        var info = pdf.Add(FormattableString.Invariant($"<< /Title {PdfFile.TextString(title)} /CreationDate (D:{at.UtcDateTime:yyyyMMddHHmmss}Z) >>"));
        return pdf.Write(catalog, info);
    }

    // Four curves: 0.5523 of the radius makes them all but round.
    private void Dot(double x, double y, double r, Colour colour)
    {
        var k = r * 0.5523;
        Add(Page, $"{colour.Fill} {N(x + r)} {N(y)} m {N(x + r)} {N(y + k)} {N(x + k)} {N(y + r)} {N(x)} {N(y + r)} c {N(x - k)} {N(y + r)} {N(x - r)} {N(y + k)} {N(x - r)} {N(y)} c "
            + $"{N(x - r)} {N(y - k)} {N(x - k)} {N(y - r)} {N(x)} {N(y - r)} c {N(x + k)} {N(y - r)} {N(x + r)} {N(y - k)} {N(x + r)} {N(y)} c f\n");
    }

    private PdfFont FontOf(Rune character)
    {
        if (_fonts.Find(f => f.Has(character)) is { } known)
        {
            return known;
        }

        if (_missing.Contains(character) || _finder.For([character]) is not { } found)
        {
            _missing.Add(character);
            return _fonts[0];
        }

        _fonts.Add(new PdfFont(FormattableString.Invariant($"F{_fonts.Count + 1}"), found));
        return _fonts[^1];
    }

    // What only says how a line may break has no shape.
    private static IEnumerable<Rune> Visible(string text) => text.EnumerateRunes().Where(r => Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Format or UnicodeCategory.Control));

    private static void Add(StringBuilder page, string operators) => page.Append(operators);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
