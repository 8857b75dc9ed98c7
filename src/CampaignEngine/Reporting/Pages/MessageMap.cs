using CampaignEngine.Reporting.Details;

namespace CampaignEngine.Reporting.Pages;

/// <summary>A message's words with each link where it stands, filled as far as people followed it.</summary>
internal static class MessageMap
{
    public static void Write(PageWriter page, CampaignReport report, ReportDetails details, PageTables tables)
    {
        foreach (var (message, drop, links) in MessageLinks.Of(report, details))
        {
            TableCell Clicks(LinkClicks link) => MessageLinks.Clicks(link, drop, tables, machines: false);
            var most = links.MaxBy(l => l.Clicks)!;
            page.Raw("<figure>").Element("h3", details.Messages.Count > 1 ? $"Where people clicked: {message.Drop}" : "Where people clicked");
            page.Raw("<div class=\"message\">");
            foreach (var line in message.Lines)
            {
                page.Raw($"<p{(line.Title ? " class=\"title\"" : "")}>{string.Concat(line.Parts.Select(part => Part(part, links, Clicks)))}</p>");
            }

            page.Raw("</div>");
            page.Element("figcaption", $"Most people followed {most.Url}: {Numbers.Count(most.Clicks)}, {Numbers.Share(MessageLinks.Share(most.Clicks, drop).Rate, MessageLinks.Share(most.Clicks, drop).Wilson())} of those contacted. "
                + "A link is filled by its part of all people's clicks; … stands for what differs from person to person.");
            page.Raw("<details><summary>The same as a table</summary>").Table(MessageLinks.Table(message, drop, links, tables));
            page.Raw("</details></figure>");

            string Part(OutlinePart part, IReadOnlyList<LinkClicks> all, Func<LinkClicks, TableCell> clicks)
            {
                var text = PageWriter.Encode(part.Text).Replace("…", "<span class=\"hole\">…</span>", StringComparison.Ordinal);
                if (part.Url is null || all.FirstOrDefault(l => l.Url == part.Url) is not { } link)
                {
                    return text;
                }

                var filled = Math.Round(100.0 * link.Clicks / Math.Max(1, all.Sum(l => l.Clicks)));
                return $"<span class=\"link\" style=\"--part:{filled}%\">{text} <b>{page.Cell(clicks(link))}</b></span>";
            }
        }
    }
}
