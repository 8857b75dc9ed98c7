using CampaignEngine.Reporting.Details;
using CampaignEngine.Reporting.Pages;

namespace CampaignEngine.Reporting.Documents;

/// <summary>A report as a PDF: the figures, pictures and tables of its page, laid out on A4.</summary>
public sealed class ReportDocument
{
    private const double Margin = 40;
    private const double Room = PdfPages.Width - (2 * Margin);
    private const double Bottom = PdfPages.Height - 56;
    private const double Small = 8;
    private const double Body = 9.5;

    private readonly PdfPages _pages;
    private double _y;

    private ReportDocument(PdfPages pages) => _pages = pages;

    /// <param name="missing">Gets the characters that no font of this machine has.</param>
    internal static byte[] Write(CampaignReport report, ReportDetails details, FontFile font, FontFinder finder, out IReadOnlyCollection<System.Text.Rune> missing)
    {
        var document = new ReportDocument(new PdfPages(font, finder));
        var bytes = document.Write(report, details);
        missing = document._pages.Missing;
        return bytes;
    }

    private byte[] Write(CampaignReport report, ReportDetails details)
    {
        var tables = new PageTables(report);
        var (figures, texts) = (new PageFigures(report, details, tables), new PageTexts(report, tables));
        var title = details.Title ?? report.Campaign;
        NewPage();
        Paragraph(title, 20, PrintedStyle.Ink, bold: true);
        Paragraph(texts.Subtitle, Body, PrintedStyle.Quiet);
        foreach (var notice in texts.Notices)
        {
            Paragraph(notice, Body, PrintedStyle.Ink, bold: true);
        }

        Tiles([.. texts.Tiles()]);
        Section("What came of it", figures.Results());
        Section("Over time", figures.OverTime());
        Section("Who got it, and what they did", figures.Behaviour());
        foreach (var (message, drop, links) in MessageLinks.Of(report, details))
        {
            Table(details.Messages.Count > 1 ? $"Where people clicked: {message.Drop}" : "Where people clicked", MessageLinks.Table(message, drop, links, tables));
        }

        Section("Money", figures.Money());
        Heading("All figures");
        foreach (var (heading, table) in tables.All())
        {
            Table(heading, table);
        }

        Heading("How to read this");
        foreach (var note in PageTexts.Notes)
        {
            Paragraph(note, Body, PrintedStyle.Ink);
        }

        for (var page = 0; page < _pages.Count; page++)
        {
            var number = FormattableString.Invariant($"{page + 1} / {_pages.Count}");
            _pages.Text(Margin, PdfPages.Height - 30, $"{report.Campaign} as of {texts.Moment}", Small, PrintedStyle.Quiet, page: page);
            _pages.Text(PdfPages.Width - Margin - _pages.TextWidth(number, Small), PdfPages.Height - 30, number, Small, PrintedStyle.Quiet, page: page);
        }

        return _pages.Write($"{title}: report as of {texts.Moment}", report.AsOf);
    }

    private void NewPage()
    {
        _pages.Add();
        _y = Margin;
    }

    private void Keep(double height)
    {
        if (_y + height > Bottom && _y > Margin)
        {
            NewPage();
        }
    }

    private void Heading(string text)
    {
        Keep(90);
        _y += 14;
        _pages.Line(Margin, _y, PdfPages.Width - Margin, _y, PrintedStyle.Ink, 1);
        _y += 20;
        _pages.Text(Margin, _y, text, 13, PrintedStyle.Ink, bold: true);
        _y += 12;
    }

    private void Paragraph(string text, double size, Colour colour, bool bold = false)
    {
        foreach (var line in Lines(text, size, Room))
        {
            Keep(size * 1.4);
            _y += size * 1.1;
            _pages.Text(Margin, _y, line, size, colour, bold);
            _y += size * 0.35;
        }

        _y += size * 0.5;
    }

    private void Tiles(IReadOnlyList<(string Name, TableCell Figure)> tiles)
    {
        const int InRow = 3;
        const double Gap = 10;
        var width = (Room - (Gap * (InRow - 1))) / InRow;
        foreach (var row in tiles.Chunk(InRow))
        {
            var notes = row.Select(t => Lines(t.Figure.Note ?? "", Small, width - 4).ToList()).ToList();
            var height = 40 + (notes.Max(n => n.Count) * Small * 1.35);
            Keep(height);
            for (var i = 0; i < row.Length; i++)
            {
                var x = Margin + (i * (width + Gap));
                _pages.Line(x, _y + 2, x + width, _y + 2, PrintedStyle.Rule, 0.75);
                _pages.Text(x, _y + 14, row[i].Name, Small, PrintedStyle.Quiet);
                _pages.Text(x, _y + 32, row[i].Figure.Shown, 15, PrintedStyle.Ink, bold: true);
                for (var line = 0; line < notes[i].Count; line++)
                {
                    _pages.Text(x, _y + 44 + (line * Small * 1.35), notes[i][line], Small, PrintedStyle.Quiet);
                }
            }

            _y += height + 4;
        }
    }

    private void Section(string heading, IReadOnlyList<Figure> figures)
    {
        if (figures.Count == 0)
        {
            return;
        }

        Heading(heading);
        foreach (var figure in figures)
        {
            var picture = figure.Draw(PageWriter.Wide);
            var scale = Math.Min(Room / picture.Width, (Bottom - Margin - 80) / picture.Height);
            var caption = Lines(figure.Caption, Small, Room).ToList();
            Keep(24 + (picture.Height * scale) + (caption.Count * Small * 1.4) + 18);
            _y += 14;
            _pages.Text(Margin, _y, figure.Title, 10.5, PrintedStyle.Ink, bold: true);
            _y += 8;
            _pages.Picture(picture, Margin, _y, scale);
            _y += (picture.Height * scale) + 4;
            foreach (var line in caption)
            {
                _y += Small * 1.4;
                _pages.Text(Margin, _y, line, Small, PrintedStyle.Quiet);
            }

            _y += 10;
        }
    }

    private void Table(string heading, Table table)
    {
        const double Gap = 12;
        const double Line = 12;
        const double SmallLine = 10;
        var columns = table.Columns.Count;
        double Wide(string text) => _pages.TextWidth(text, Body);
        var widths = Enumerable.Range(0, columns).Select(c => table.Rows.Select(r => Math.Max(Wide(r[c].Shown), r[c].Note is { } note ? _pages.TextWidth(note, Small) : 0)).Append(Wide(table.Columns[c])).Max()).ToList();
        // Names take what the figures leave.
        widths[0] = Math.Min(widths[0], Room - widths.Skip(1).Sum() - (Gap * (columns - 1)));
        Keep(70);
        _y += 20;
        _pages.Text(Margin, _y, heading, 10.5, PrintedStyle.Ink, bold: true);
        _y += 4;
        Head();
        foreach (var row in table.Rows)
        {
            var name = Lines(row[0].Shown, Body, Math.Max(60, widths[0])).ToList();
            var below = row[0].Note is { } about ? Lines(about, Small, Math.Max(60, widths[0])).ToList() : [];
            var height = Math.Max((name.Count * Line) + (below.Count * SmallLine), row.Skip(1).Any(c => c.Note is not null) ? Line + 10 : Line) + 5;
            if (_y + height > Bottom)
            {
                NewPage();
                Head();
            }

            for (var i = 0; i < name.Count; i++)
            {
                _pages.Text(Margin, _y + Line + (i * Line) - 1, name[i], Body, PrintedStyle.Ink);
            }

            for (var i = 0; i < below.Count; i++)
            {
                _pages.Text(Margin, _y + (name.Count * Line) + ((i + 1) * SmallLine) - 1, below[i], Small, PrintedStyle.Quiet);
            }

            var right = PdfPages.Width - Margin;
            for (var c = columns - 1; c > 0; c--)
            {
                Right(row[c].Shown, right, _y + Line - 1, Body, PrintedStyle.Ink);
                if (row[c].Note is { } note)
                {
                    Right(note, right, _y + Line + 9, Small, PrintedStyle.Quiet);
                }

                right -= widths[c] + Gap;
            }

            _y += height;
            _pages.Line(Margin, _y, PdfPages.Width - Margin, _y, PrintedStyle.Rule, 0.5);
        }

        void Head()
        {
            var right = PdfPages.Width - Margin;
            _y += Line + 3;
            for (var c = columns - 1; c > 0; c--)
            {
                Right(table.Columns[c], right, _y, Body, PrintedStyle.Quiet);
                right -= widths[c] + Gap;
            }

            _pages.Text(Margin, _y, table.Columns[0], Body, PrintedStyle.Quiet);
            _y += 4;
            _pages.Line(Margin, _y, PdfPages.Width - Margin, _y, PrintedStyle.Quiet, 0.75);
        }
    }

    private void Right(string text, double right, double y, double size, Colour colour) => _pages.Text(right - _pages.TextWidth(text, size), y, text, size, colour);

    // Broken at spaces; a word that is wider than the room, or of a script without spaces, within.
    private IEnumerable<string> Lines(string text, double size, double room)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (_pages.TextWidth(longer, size) <= room)
            {
                line = longer;
                continue;
            }

            if (line.Length > 0)
            {
                yield return line;
            }

            line = word;
            while (_pages.TextWidth(line, size) > room)
            {
                var fits = 1;
                while (_pages.TextWidth(line[..(fits + 1)], size) <= room)
                {
                    fits++;
                }

                fits -= fits > 1 && char.IsHighSurrogate(line[fits - 1]) ? 1 : 0;
                yield return line[..fits];
                line = line[fits..];
            }
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }
}
