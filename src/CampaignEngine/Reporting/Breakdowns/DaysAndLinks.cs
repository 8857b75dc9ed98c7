using CampaignEngine.Database;
using CampaignEngine.Reporting.Details;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Breakdowns;

/// <summary>The breakdowns that are no groups of people: by day and by link.</summary>
internal static class DaysAndLinks
{
    private static readonly string ReportDays = SqlFile.Load(typeof(DaysAndLinks), "ReportDays");

    /// <param name="withControl">The people held out too.</param>
    public static async Task<ReportList<DayFigures>> DaysAsync(ReportSnapshot snapshot, bool withControl, CancellationToken cancellationToken)
    {
        await snapshot.KeepAsync(cancellationToken);
        var days = await snapshot.ReadAsync(
            ReportDays,
            r => new DayFigures
            {
                Day = r.IsDBNull(0) ? null : r.GetFieldValue<DateOnly>(0),
                Control = r.GetBoolean(1),
                Contacted = r.GetInt64(2),
                Opens = r.GetInt64(3),
                Clicks = r.GetInt64(4),
                Responses = r.GetInt64(5),
                Conversions = r.GetInt64(6),
                Orders = r.GetInt64(7),
                Revenue = r.GetDecimal(8),
            },
            cancellationToken);
        return new(snapshot.Request.Campaign, snapshot.Request.AsOf, "day", [.. days.Where(d => withControl || !d.Control)]);
    }

    /// <param name="report">As it may be shown: links of its drops.</param>
    public static async Task<ReportList<LinkFigures>> LinksAsync(ReportSnapshot snapshot, CampaignReport report, CancellationToken cancellationToken)
    {
        await snapshot.KeepAsync(cancellationToken);
        var contacted = report.Drops.ToDictionary(d => d.Drop!, d => d.Contacted, StringComparer.Ordinal);
        var links = await DetailReader.LinksAsync(snapshot, cancellationToken);
        return new(report.Campaign, report.AsOf, "link", [.. links.Where(link => contacted.ContainsKey(link.Drop)).Select(link => Figures(link, contacted[link.Drop]))]);
    }

    private static LinkFigures Figures(LinkClicks link, long contacted)
    {
        var share = new Proportion(link.Clicks, contacted);
        return new LinkFigures
        {
            Drop = link.Drop,
            Link = link.Url,
            Clicks = link.Clicks,
            ClicksRaw = link.ClicksRaw,
            ClickRate = Rounded(share.Rate),
            ClickRateLow = Rounded(share.Wilson()?.Low),
            ClickRateHigh = Rounded(share.Wilson()?.High),
        };
    }

    // As in a report's rows.
    private static double? Rounded(double? rate) => rate is { } value ? Math.Round(value, 10) : null;
}
