using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Database;
using CampaignEngine.Reporting.Attribution;
using CampaignEngine.Reporting.Breakdowns;
using CampaignEngine.Reporting.Calendars;
using CampaignEngine.Reporting.Comparing;
using CampaignEngine.Reporting.Details;
using CampaignEngine.Reporting.Documents;
using CampaignEngine.Reporting.Earlier;
using CampaignEngine.Reporting.Forecasting;
using CampaignEngine.Reporting.Matching;
using CampaignEngine.Reporting.Pages;
using CampaignEngine.Reporting.Rows;
using CampaignEngine.Reporting.Spending;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine.Reporting;

/// <summary>
/// Everything that can be asked about a campaign that was sent or imported. Each answer is counted anew, in one snapshot of the database; null means that there
/// is no such campaign, unless the problems say why it cannot be reported.
/// </summary>
public sealed class CampaignReports(EngineDatabase database, CustomerModel model, EngineSettings settings, MachineSweep machines, TimeProvider clock)
{
    private readonly SmallCells _small = new(settings.SmallestCell);

    /// <summary>What campaigns had come to when they were over.</summary>
    public Closings Closings => new(database.Source, new ReportRequests(database.Source, model, settings), clock);

    public async Task<CampaignReport?> ReportAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        return snapshot is null || await ShownAsync(snapshot, problems, cancellationToken) is not { } report ? null : await BesideEarlierAsync(snapshot, report, cancellationToken);
    }

    /// <summary>The same with small groups in it, for decisions of the engine; nobody is shown it.</summary>
    internal async Task<CampaignReport?> CountAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        return snapshot is null ? null : await CampaignReporter.RunAsync(snapshot, cancellationToken);
    }

    /// <summary>All campaigns beside each other.</summary>
    /// <param name="pattern">Names of campaigns; * stands for anything.</param>
    public async Task<CampaignsReport> ReportAllAsync(string pattern, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await machines.RunOnceAsync(cancellationToken);
        var report = await new CampaignsReporter(database.Source, new ReportRequests(database.Source, model, settings)).RunAsync(pattern, asOf, problems, cancellationToken);
        var shown = report.Campaigns.Where(c => c.Contacted >= settings.SmallestCell || c.Contacted == 0).ToList();
        return shown.Count == report.Campaigns.Count ? report : report with { Campaigns = shown, ImportedTotal = null };
    }

    /// <summary>The campaign's conversions credited in six ways beside each other.</summary>
    public async Task<AttributionReport?> AttributionAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        switch (snapshot?.Request)
        {
            case null:
                return null;
            case { Imported: true }:
                problems.Error(new Place(campaign, 1, 1), "CE5104", "the responses of an imported campaign name their contact themselves; there is nothing to credit");
                return null;
            case { Conversion: null }:
                NoConversions(campaign, problems);
                return null;
            default:
                await snapshot.KeepAsync(cancellationToken);
                return await ShownAsync(snapshot, problems, cancellationToken) is not { } report ? null
                    : await new AttributionReporter(database.Source, new ReportRequests(database.Source, model, settings)).RunAsync(snapshot, report, settings.SmallestCell, problems, cancellationToken);
        }
    }

    /// <summary>Orders of the campaign's people, and apart from them those of others in their households.</summary>
    public async Task<MatchbackReport?> MatchbackAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        if (model.People.Household is not { } household)
        {
            problems.Error(new Place(campaign, 1, 1), "CE5109", $"{model.People.Name} of {model.File} name no field that ties people into households; add for example 'household: household_id'");
            return null;
        }

        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        switch (snapshot?.Request)
        {
            case null:
                return null;
            case { Imported: true } or { Conversion: null }:
                NoConversions(campaign, problems);
                return null;
            default:
                if (await ShownAsync(snapshot, problems, cancellationToken) is null)
                {
                    return null;
                }

                var matched = await MatchbackReporter.RunAsync(snapshot, household, cancellationToken);
                // With a small cell only the total can be shown: the others would give it away by subtraction.
                return matched.Rows.Any(r => r.People > 0 && r.People < settings.SmallestCell) ? matched with { Rows = [.. matched.Rows.Where(r => r.Total)] } : matched;
        }
    }

    /// <summary>The responses to expect in the end, from those of the first days.</summary>
    public async Task<ResponseForecast?> ForecastAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        if (snapshot is { Request.Imported: true })
        {
            problems.Error(new Place(campaign, 1, 1), "CE5106", "an imported campaign is over; there is nothing to forecast");
        }

        return snapshot is null or { Request.Imported: true } ? null : await ResponseForecaster.RunAsync(snapshot, cancellationToken);
    }

    /// <summary>Revenue a person with bootstrap intervals.</summary>
    public async Task<SpendingReport?> SpendingAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        if (snapshot is null)
        {
            return null;
        }

        await snapshot.KeepAsync(cancellationToken);
        return await ShownAsync(snapshot, problems, cancellationToken) is not { } report ? null : await SpendingReport.ReadAsync(snapshot, report, cancellationToken);
    }

    /// <summary>The report's people by one thing that is known of each; see <see cref="ReportGroups"/>.</summary>
    public async Task<Breakdown?> BreakdownAsync(string campaign, DateTimeOffset asOf, string by, ProblemList problems, CancellationToken cancellationToken)
    {
        if (by is "cell" or "drop")
        {
            return await ReportAsync(campaign, asOf, problems, cancellationToken) is not { } report ? null
                : new Breakdown { Campaign = campaign, AsOf = asOf, Currency = report.Currency, By = by, Rows = by == "cell" ? report.Cells : report.Drops };
        }

        if (await GroupsAsync(by, asOf, problems, cancellationToken) is not { } groups)
        {
            return null;
        }

        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        return snapshot is null || await ShownAsync(snapshot, problems, cancellationToken) is null ? null : await BreakdownAsync(snapshot, groups, problems, cancellationToken);
    }

    /// <summary>What happened on each day.</summary>
    public async Task<ReportList<DayFigures>?> DaysAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        return snapshot is null || await ShownAsync(snapshot, problems, cancellationToken) is not { } report ? null
            : await DaysAndLinks.DaysAsync(snapshot, report.Total.Comparison is not null, cancellationToken);
    }

    /// <summary>Who followed each link.</summary>
    public async Task<ReportList<LinkFigures>?> LinksAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        return snapshot is null || await ShownAsync(snapshot, problems, cancellationToken) is not { } report ? null : await DaysAndLinks.LinksAsync(snapshot, report, cancellationToken);
    }

    /// <summary>The way from the frozen list to the conversion.</summary>
    public async Task<ReportList<FunnelStep>?> FunnelAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken) =>
        await ReportAsync(campaign, asOf, problems, cancellationToken) is { } report ? new(report.Campaign, report.AsOf, "step", FunnelStep.Of(report.Total)) : null;

    /// <summary>Two campaigns beside each other, and what their difference goes with.</summary>
    /// <param name="by">What stands for the list; null: the list people came from, where the model names it.</param>
    public async Task<CampaignComparison?> CompareAsync(string from, string to, DateTimeOffset asOf, string? by, ProblemList problems, CancellationToken cancellationToken)
    {
        var listBy = by ?? (model.People.List is null ? null : "list");
        var groups = listBy is null ? null : await GroupsAsync(listBy, asOf, problems, cancellationToken);
        List<List<ComparedPeople>> compared = [];
        foreach (var campaign in (string[])[from, to])
        {
            if (problems.HasErrors || await OpenAsync(campaign, asOf, problems, cancellationToken) is not { } opened)
            {
                return null;
            }

            await using var snapshot = opened;
            if (await ShownAsync(snapshot, problems, cancellationToken) is null)
            {
                return null;
            }

            var (people, fault) = await ComparisonReader.ReadAsync(snapshot, groups, cancellationToken);
            if (fault is not null)
            {
                problems.Error(new Place("--by", 1, 1), "CE5103", fault);
                return null;
            }

            compared.Add(people);
        }

        return new CampaignComparison
        {
            From = from,
            To = to,
            AsOf = asOf,
            ListBy = listBy ?? "none",
            Rates =
            [
                RateDecomposition.Of("responses", compared[0], compared[1], p => p.Responses),
                RateDecomposition.Of("conversions", compared[0], compared[1], p => p.Conversions),
            ],
        };
    }

    /// <summary>All campaigns of a month.</summary>
    /// <param name="month">Its first day.</param>
    public async Task<CampaignCalendar> CalendarAsync(DateOnly month, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        var calendar = await CalendarReader.ReadAsync(database.Source, month, asOf, TimeZoneInfo.FindSystemTimeZoneById(settings.Zone), cancellationToken);
        List<CampaignLine> lines = [];
        foreach (var campaign in calendar.Drops.Select(d => d.Campaign).Distinct(StringComparer.Ordinal))
        {
            lines.AddRange((await ReportAllAsync(campaign, asOf, problems, cancellationToken)).Campaigns);
        }

        return calendar with { Campaigns = lines };
    }

    /// <summary>The report as an HTML page; the questions behind its figures are stored.</summary>
    public async Task<string?> PageAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        if (await DetailedAsync(campaign, asOf, problems, cancellationToken) is not var (report, details))
        {
            return null;
        }

        var (html, asked) = ReportPage.Write(report, details);
        await Questions.StoreAsync(database.Source, asked, cancellationToken);
        return html;
    }

    /// <summary>The same pictures and tables as a PDF.</summary>
    public async Task<WrittenDocument?> DocumentAsync(string campaign, DateTimeOffset asOf, ReportFonts fonts, ProblemList problems, CancellationToken cancellationToken)
    {
        if (fonts.Text(problems) is not { } font || await DetailedAsync(campaign, asOf, problems, cancellationToken) is not var (report, details))
        {
            return null;
        }

        var pdf = ReportDocument.Write(report, details, font, fonts.Finder, out var missing);
        return new WrittenDocument(pdf, string.Concat(missing));
    }

    private async Task<(CampaignReport Report, ReportDetails Details)?> DetailedAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        var lists = model.People.List is null ? null : await GroupsAsync("list", asOf, problems, cancellationToken);
        await using var snapshot = await OpenAsync(campaign, asOf, problems, cancellationToken);
        if (snapshot is null)
        {
            return null;
        }

        await snapshot.KeepAsync(cancellationToken);
        if (await ShownAsync(snapshot, problems, cancellationToken) is not { } report)
        {
            return null;
        }

        report = await BesideEarlierAsync(snapshot, report, cancellationToken);
        var details = await DetailReader.ReadAsync(snapshot, cancellationToken);
        details = details with { SendHours = _small.Hide(details.SendHours) };
        // Too many lists are no fault of the page; it goes without them.
        return (report, lists is null ? details : details with { Lists = await BreakdownAsync(snapshot, lists, new ProblemList(), cancellationToken) });
    }

    /// <summary>The rows behind a figure of a page; null: no such id.</summary>
    public async Task<CountedRows?> RowsAsync(string id, ProblemList problems, CancellationToken cancellationToken)
    {
        if (await Questions.FindAsync(database.Source, id, cancellationToken) is not var (query, figure))
        {
            return null;
        }

        var groups = query.By is { } by ? await GroupsAsync(by, query.AsOf, problems, cancellationToken) : null;
        await using var snapshot = await OpenAsync(query.Campaign, query.AsOf, problems, cancellationToken);
        if (snapshot is null || (query.By is not null && groups is null))
        {
            return null;
        }

        await snapshot.KeepAsync(cancellationToken);
        if (await ShownAsync(snapshot, problems, cancellationToken) is not { } shown)
        {
            return null;
        }

        if (groups is not null)
        {
            await groups.FillAsync(snapshot, cancellationToken);
        }

        var breakdown = groups is null || _small.Off ? null : await BreakdownAsync(snapshot, groups, problems, cancellationToken);
        var hours = _small.Off || query.Hour is null ? new Dictionary<(int, int), (long, long)>() : (await DetailReader.ReadAsync(snapshot, cancellationToken)).SendHours;
        var rows = _small.Hides(query, shown, breakdown, hours) ? null : await RowsReader.ReadAsync(snapshot, query, cancellationToken);
        // A reason of the waterfall is a group too.
        if (rows is null || (query.Reason is not null && _small.Hides(rows.Count)))
        {
            problems.Error(new Place(query.Campaign, 1, 1), "CE5107", $"the figure is of a group of fewer than {settings.SmallestCell} people, or of one that would tell of such a group, and engine.yaml shows no rows of so few (reports.smallest_cell)");
            return null;
        }

        return new CountedRows(query, figure, rows);
    }

    private async Task<Breakdown?> BreakdownAsync(ReportSnapshot snapshot, ReportGroups groups, ProblemList problems, CancellationToken cancellationToken)
    {
        if (await groups.FillAsync(snapshot, cancellationToken) is { } fault)
        {
            problems.Error(new Place("--by", 1, 1), "CE5103", fault);
            return null;
        }

        var rows = await CampaignReporter.RunGroupedAsync(snapshot, cancellationToken);
        return _small.Hide(new Breakdown { Campaign = snapshot.Request.Campaign, AsOf = snapshot.Request.AsOf, Currency = snapshot.Currency, By = groups.By, Rows = rows });
    }

    /// <summary>The report as it may be shown: small groups added up; null where there are too few people for any report.</summary>
    private async Task<CampaignReport?> ShownAsync(ReportSnapshot snapshot, ProblemList problems, CancellationToken cancellationToken)
    {
        var report = await CampaignReporter.RunAsync(snapshot, cancellationToken);
        if (!_small.Refuses(report.Total))
        {
            var shown = _small.Hide(report);
            return shown.Cells.Any(c => c.IsMerged) ? shown with { Test = null } : shown;
        }

        problems.Error(new Place(report.Campaign, 1, 1), "CE5107", $"the campaign has fewer than {settings.SmallestCell} people, and engine.yaml shows no figures of so few (reports.smallest_cell)");
        return null;
    }

    private async Task<CampaignReport> BesideEarlierAsync(ReportSnapshot snapshot, CampaignReport report, CancellationToken cancellationToken) =>
        report with { Earlier = await Closings.BesideAsync(snapshot.Request, report, settings.SmallestCell, cancellationToken) };

    private async Task<ReportGroups?> GroupsAsync(string by, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);
        var groups = ReportGroups.Of(by, model, asOf, zone, problems);
        if (groups is { UsesPurchaseSummary: true } && PurchaseDefinition.Of(model, new ProblemList()) is { } purchases)
        {
            await new PurchaseSummary(database.Source, purchases, clock, zone).RefreshAsync(cancellationToken);
        }

        return groups;
    }

    private async Task<ReportSnapshot?> OpenAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        await machines.RunOnceAsync(cancellationToken);
        return await new ReportRequests(database.Source, model, settings).ForAsync(campaign, asOf, problems, cancellationToken) is { } request
            ? await ReportSnapshot.OpenAsync(database.Source, request, cancellationToken)
            : null;
    }

    private static void NoConversions(string campaign, ProblemList problems) =>
        problems.Error(new Place(campaign, 1, 1), "CE5105", "the campaign measures no conversions; write response.conversion before the next one");
}
