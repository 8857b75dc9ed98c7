using CampaignEngine.Reporting.Details;

namespace CampaignEngine.Reporting.Pages;

/// <summary>A message's words with each link where it stands, filled as far as people followed it.</summary>
internal static class MessageMap
{
    public static void Write(PageWriter page, CampaignReport report, ReportDetails details, PageTables tables)
    {
        foreach (var message in details.Messages)
        {
            var links = details.Links.Where(l => l.Drop == message.Drop).ToList();
            var drop = report.Drops.FirstOrDefault(d => d.Drop == message.Drop);
            if (links.Count == 0 || drop is null || links.TrueForAll(l => l.ClicksRaw == 0))
            {
                continue;
            }

            TableCell Clicks(LinkClicks link, bool machines) => new(Numbers.Count(machines ? link.ClicksRaw : link.Clicks))
            {
                Rows = tables.Query(drop, machines ? "clicks_raw" : "clicks") with { Link = link.Url },
                Figure = machines ? link.ClicksRaw : link.Clicks,
            };

            var most = links.MaxBy(l => l.Clicks)!;
            page.Raw("<figure>").Element("h3", details.Messages.Count > 1 ? $"Where people clicked: {message.Drop}" : "Where people clicked");
            page.Raw("<div class=\"message\">");
            foreach (var line in message.Lines)
            {
                page.Raw($"<p{(line.Title ? " class=\"title\"" : "")}>{string.Concat(line.Parts.Select(part => Part(part, links, Clicks)))}</p>");
            }

            page.Raw("</div>");
            page.Element("figcaption", $"Most people followed {most.Url}: {Numbers.Count(most.Clicks)}, {Numbers.Share(Share(most.Clicks, drop.Contacted).Rate, Share(most.Clicks, drop.Contacted).Wilson())} of those contacted. "
                + "A link is filled by its part of all people's clicks; … stands for what differs from person to person.");
            page.Raw("<details><summary>The same as a table</summary>").Table(new Table(["Link", "People", "With machines", "Of contacted"], [.. links.Select(l => (IReadOnlyList<TableCell>)
                [l.Url, Clicks(l, false), Clicks(l, true), Numbers.Share(Share(l.Clicks, drop.Contacted).Rate)])]));
            page.Raw("</details></figure>");

            string Part(OutlinePart part, List<LinkClicks> all, Func<LinkClicks, bool, TableCell> clicks)
            {
                var text = PageWriter.Encode(part.Text).Replace("…", "<span class=\"hole\">…</span>", StringComparison.Ordinal);
                if (part.Url is null || all.Find(l => l.Url == part.Url) is not { } link)
                {
                    return text;
                }

                var filled = Math.Round(100.0 * link.Clicks / Math.Max(1, all.Sum(l => l.Clicks)));
                return $"<span class=\"link\" style=\"--part:{filled}%\">{text} <b>{page.Cell(clicks(link, false))}</b></span>";
            }
        }
    }

    private static Statistics.Proportion Share(long clicks, long contacted) => new(Math.Min(clicks, contacted), contacted);
}
