using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Reporting;

/// <summary>All campaigns beside each other, our own and imported ones, each with the totals of its own report.</summary>
public sealed class CampaignsReporter(NpgsqlDataSource database, ReportRequests requests)
{
    private static readonly string List = SqlFile.Load<CampaignsReporter>("ListCampaigns");
    private static readonly string Total = SqlFile.Load<CampaignsReporter>("PastTotal");

    /// <param name="pattern">Names; * stands for anything.</param>
    public async Task<CampaignsReport> RunAsync(string pattern, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        List<Known> known;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            known = (await connection.QueryAsync<Known>(new CommandDefinition(List, new { pattern = Like(pattern) }, cancellationToken: cancellationToken))).AsList();
        }

        List<CampaignLine> lines = [];
        var reporter = new CampaignReporter(database);
        foreach (var campaign in known)
        {
            if (await requests.ForAsync(campaign.Campaign, asOf, problems, cancellationToken) is { } request
                && await reporter.RunAsync(request, cancellationToken) is { } report)
            {
                lines.Add(Line(campaign, report));
            }
        }

        return new CampaignsReport { AsOf = asOf, Campaigns = lines, ImportedTotal = await ImportedAsync([.. known.Where(k => k.Imported).Select(k => k.Campaign)], asOf, cancellationToken) };
    }

    private async Task<PastTotal?> ImportedAsync(string[] campaigns, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (campaigns.Length == 0)
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<PastTotal>(new CommandDefinition(Total, new { campaigns, as_of = asOf.ToUniversalTime() }, commandTimeout: 300, cancellationToken: cancellationToken));
    }

    private static CampaignLine Line(Known campaign, CampaignReport report)
    {
        var total = report.Total;
        return new CampaignLine
        {
            Campaign = campaign.Campaign,
            Title = campaign.Title,
            Kind = campaign.Kind,
            Channel = campaign.Channel,
            Imported = campaign.Imported,
            StartsAt = campaign.StartsAt,
            EndsAt = campaign.EndsAt,
            Contacted = total.Contacted,
            Control = total.Comparison?.People ?? 0,
            Responses = total.Responses,
            ResponseRate = total.ResponseRate,
            ResponseRateLow = total.ResponseRateLow,
            ResponseRateHigh = total.ResponseRateHigh,
            Conversions = total.Conversions,
            ConversionRate = total.ConversionRate,
            Orders = total.Orders,
            Revenue = total.Revenue,
            Cost = total.Cost,
            ConversionLift = total.ConversionLift,
            IncrementalConversions = total.IncrementalConversions,
        };
    }

    private static string Like(string pattern) =>
        pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace('*', '%');

    private sealed record Known
    {
        public string Campaign { get; init; } = "";

        public string? Title { get; init; }

        public string? Kind { get; init; }

        public string Channel { get; init; } = "";

        public bool Imported { get; init; }

        public DateTimeOffset? StartsAt { get; init; }

        public DateTimeOffset? EndsAt { get; init; }
    }
}
