using System.Globalization;
using CampaignEngine.Reporting.Details;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Pages;

/// <summary>The links of a message in reading order, with the people who followed each.</summary>
internal static class MessageLinks
{
    private const int LongestWords = 60;

    /// <summary>Messages whose links anybody followed, with those links and their drop's row.</summary>
    public static IEnumerable<(MessageOutline Message, ReportRow Drop, IReadOnlyList<LinkClicks> Links)> Of(CampaignReport report, ReportDetails details) =>
        from message in details.Messages
        let drop = report.Drops.FirstOrDefault(d => d.Drop == message.Drop)
        let links = details.Links.Where(l => l.Drop == message.Drop).OrderBy(l => Place(message, l.Url)).ToList()
        where drop is not null && links.Exists(l => l.ClicksRaw > 0)
        select (message, drop, (IReadOnlyList<LinkClicks>)links);

    public static Table Table(MessageOutline message, ReportRow drop, IReadOnlyList<LinkClicks> links, PageTables tables) => new(
        ["Link", "People", "With machines", "Of contacted"],
        [.. links.Select(l => (IReadOnlyList<TableCell>)[new TableCell(l.Url, Words(message, l.Url)), Clicks(l, drop, tables, false), Clicks(l, drop, tables, true), Numbers.Share(Share(l.Clicks, drop).Rate)])]);

    /// <summary>People who followed a link, which leads to them.</summary>
    public static TableCell Clicks(LinkClicks link, ReportRow drop, PageTables tables, bool machines) => new(Numbers.Count(machines ? link.ClicksRaw : link.Clicks))
    {
        Rows = tables.Query(drop, machines ? "clicks_raw" : "clicks") with { Link = link.Url },
        Figure = machines ? link.ClicksRaw : link.Clicks,
    };

    public static Proportion Share(long clicks, ReportRow drop) => new(Math.Min(clicks, drop.Contacted), drop.Contacted);

    private static int Place(MessageOutline message, string url) =>
        message.Lines.Select((line, i) => (line, i)).Where(l => l.line.Parts.Any(p => p.Url == url)).Select(l => l.i).DefaultIfEmpty(int.MaxValue).First();

    // Where it stands: the first of its lines, and the words that lead to it.
    private static string? Words(MessageOutline message, string url)
    {
        var place = Place(message, url);
        if (place == int.MaxValue)
        {
            return null;
        }

        var words = string.Concat(message.Lines[place].Parts.Where(p => p.Url == url).Select(p => p.Text)).Trim();
        return string.Create(CultureInfo.InvariantCulture, $"line {place + 1} of {message.Lines.Count}: {(words.Length > LongestWords ? words[..LongestWords] + "…" : words)}");
    }
}
