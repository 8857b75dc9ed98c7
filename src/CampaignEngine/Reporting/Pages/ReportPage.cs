using System.Globalization;
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

    private ReportPage(CampaignReport report, ReportDetails details)
    {
        (_report, _details) = (report, details);
        _tables = new PageTables(report);
        _figures = new PageFigures(report, details, _tables);
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
            .Element("title", $"{title}: report as of {Moment}").Raw($"<style>{Style}</style></head><body><main>");
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

    private string Moment => _report.AsOf.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private void Head(string title)
    {
        _page.Raw("<header>").Element("h1", title);
        _page.Element("p class=\"meta\"", $"Campaign {_report.Campaign}, as of {Moment}. Responses within {_report.Window} of the contact; "
            + $"{(_report.Conversion is { } rule ? $"a conversion is: {rule}" : "no conversions are measured")}; credit: {_report.Attribution}. Intervals are 95\u00a0% intervals.");
        foreach (var drop in _report.Running)
        {
            _page.Element("p class=\"notice\"", $"{drop.Drop} is {(drop.State == "paused" ? "paused" : "still being sent")}: {Numbers.Count(drop.Pending)} of {Numbers.Count(drop.Frozen)} people have no outcome yet, so these figures will change.");
        }

        _page.Raw("</header>");
    }

    private void Tiles()
    {
        var total = _report.Total;
        _page.Raw("<dl class=\"tiles\">");
        Tile("Contacted", _tables.Count(total, "contacted", total.Contacted), $"of {Numbers.Count(total.People)} people on the list");
        Tile("Responded", _tables.Rate(total, "responses", total.Responses, total.ResponseRate), $"{Numbers.Count(total.Responses)} people; {Numbers.Range(total.Responding.Wilson())}\u00a0%{Goal("response_rate")}");
        if (_report.Conversion is not null || total.Conversions > 0)
        {
            Tile("Converted", _tables.Rate(total, "conversions", total.Conversions, total.ConversionRate), $"{Numbers.Count(total.Conversions)} people; {Numbers.Range(total.Converting.Wilson())}\u00a0%{Goal("conversion_rate")}");
            Tile("Revenue a contact", _tables.Value(total, "revenue", total.Revenue, Numbers.Money((decimal)(total.RevenuePerContact ?? 0))), $"{Numbers.Money(total.Revenue)} from {Numbers.Count(total.Orders)} orders");
        }

        if ((total.ConversionMeasured ?? total.ResponseMeasured) is { } lift)
        {
            Tile($"{(total.ConversionMeasured is null ? "Response" : "Conversion")} rate against control", new TableCell(Numbers.Signed(lift.Absolute * 100) + " pts"),
                lift.Interval is { } interval ? $"{Numbers.Signed(interval.Low * 100)} to {Numbers.Signed(interval.High * 100)}" : "no interval");
        }

        if (total.Cost > 0)
        {
            Tile("Cost a conversion", _tables.Value(total, "cost", total.Cost, total.CostPerConversion is { } each ? Numbers.Money(each) : Numbers.None), $"{Numbers.Money(total.Cost)} {_report.Currency} in all");
        }

        _page.Raw("</dl>");
    }

    private string Goal(string name) => _report.Goals.FirstOrDefault(g => g.Goal == name) is not { } goal ? ""
        : $"; goal {Numbers.Share(goal.Wanted, 1)} {goal.Verdict switch { GoalVerdict.Beaten => "beaten", GoalVerdict.Missed => "missed", _ => "within the interval" }}";

    private void Tile(string name, TableCell figure, string note) =>
        _page.Raw($"<div><dt>{PageWriter.Encode(name)}</dt><dd>{_page.Cell(figure with { Note = note })}</dd></div>");

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
        _page.Element("p", "A person counts once in every row, also over several drops; our own seed addresses are in no figure. Rates are shares of the people contacted, in the control cell of its people.");
        _page.Element("p", "An interval says which true values fit what was seen: of a hundred such intervals about 95 hold the true value. Where the interval of a difference includes zero, "
            + "the data do not show that there is a difference.");
        _page.Element("p", "Opens and clicks are those of people; raw figures count mail scanners and privacy proxies as well.");
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
