using CampaignEngine.Reporting.Details;

namespace CampaignEngine.Reporting.Pages;

/// <summary>
/// A report as one HTML file for people: no script, nothing from a network, light and dark, on a phone, a screen and paper. Every count links to the
/// question behind it, which <c>campaign rows</c> answers with the rows.
/// </summary>
public sealed class ReportPage
{
    private static readonly string Style = ReadStyle();

    private readonly CampaignReport _report;
    private readonly ReportDetails _details;
    private readonly PageWriter _page = new();
    private readonly PageTables _tables;
    private readonly PageFigures _figures;
    private readonly PageTexts _texts;

    private ReportPage(CampaignReport report, ReportDetails details)
    {
        (_report, _details) = (report, details);
        _tables = new PageTables(report);
        _figures = new PageFigures(report, details, _tables);
        _texts = new PageTexts(report, _tables);
    }

    /// <summary>The page, and the questions behind its figures, which must be stored for the ids to be answered.</summary>
    public static (string Html, IReadOnlyList<AskedRows> Asked) Write(CampaignReport report, ReportDetails details)
    {
        var page = new ReportPage(report, details);
        page.Write();
        return (page._page.Html, page._page.Asked);
    }

    private void Write()
    {
        var title = _details.Title ?? _report.Campaign;
        _page.Raw("<!doctype html>").Raw("<html lang=\"en\">").Raw("<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">")
            .Raw("<meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">")
            .Element("title", $"{title}: report as of {_texts.Moment}").Raw($"<style>{Style}</style></head><body><main>");
        Head(title);
        Tiles();
        Section("What came of it", _figures.Results());
        Section("Over time", _figures.OverTime());
        Section("Who got it, and what they did", _figures.Behaviour(), () => MessageMap.Write(_page, _report, _details, _tables));
        Section("Money", _figures.Money());
        AllFigures();
        Notes();
        Rows();
        _page.Raw("</main></body></html>");
    }

    private void Head(string title)
    {
        _page.Raw("<header>").Element("h1", title);
        _page.Element("p class=\"meta\"", _texts.Subtitle);
        foreach (var notice in _texts.Notices)
        {
            _page.Element("p class=\"notice\"", notice);
        }

        _page.Raw("</header>");
    }

    private void Tiles()
    {
        _page.Raw("<dl class=\"tiles\">");
        foreach (var (name, figure) in _texts.Tiles())
        {
            _page.Raw($"<div><dt>{PageWriter.Encode(name)}</dt><dd>{_page.Cell(figure)}</dd></div>");
        }

        _page.Raw("</dl>");
    }

    /// <param name="more">Writes further figures behind.</param>
    private void Section(string heading, IReadOnlyList<Figure> figures, Action? more = null)
    {
        if (figures.Count == 0)
        {
            return;
        }

        _page.Element("h2", heading).Raw("<div class=\"figures\">");
        foreach (var figure in figures)
        {
            _page.Figure(figure);
        }

        more?.Invoke();
        _page.Raw("</div>");
    }

    private void AllFigures()
    {
        _page.Element("h2", "All figures");
        foreach (var (heading, table) in _tables.All())
        {
            _page.Element("h3", heading).Table(table);
        }
    }

    private void Notes()
    {
        _page.Element("h2", "How to read this");
        foreach (var note in PageTexts.Notes)
        {
            _page.Element("p", note);
        }
    }

    private void Rows()
    {
        _page.Raw("<section class=\"screen\">").Element("h2", "The rows behind the figures");
        _page.Element("p", "Each underlined figure leads here. The command prints the people or orders that make it up, with the times that made them count.");
        _page.Raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table class=\"text\"><thead><tr><th scope=\"col\">Figure</th><th scope=\"col\">Command</th></tr></thead><tbody>");
        foreach (var asked in _page.Asked)
        {
            var figure = asked.Query.Measure is "revenue" or "cost" ? Numbers.Money(asked.Figure) : Numbers.Count((double)asked.Figure);
            _page.Raw($"<tr id=\"q-{asked.Id}\"><td>{PageWriter.Encode(asked.Query.ToString())}: {figure}</td><td><code>campaign rows {asked.Id}</code></td></tr>");
        }

        _page.Raw("</tbody></table></div></section>");
    }

    private static string ReadStyle()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream($"{typeof(ReportPage).Namespace}.report.css")
            ?? throw new InvalidOperationException("the style sheet of reports is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
