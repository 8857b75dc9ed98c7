using System.Data;
using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Reporting.Earlier;

/// <summary>
/// Closing figures: the report of a campaign as of the moment when its last window had been over for a week. They are counted once and kept, so that setting a campaign beside earlier ones
/// reads a dozen rows however many campaigns there are.
/// </summary>
public sealed class Closings(NpgsqlDataSource database, ReportRequests requests, TimeProvider clock)
{
    /// <summary>Results of call centres and reply cards are handed in days after they came.</summary>
    internal static readonly TimeSpan Late = TimeSpan.FromDays(7);

    /// <summary>So many earlier campaigns are compared with.</summary>
    internal const int Most = 12;

    /// <summary>So many people of earlier campaigns are counted while somebody waits for a report; what is larger is left to 'campaign serve' and 'report --recount'.</summary>
    private const long Patience = 200_000;
    private static readonly string Unclosed = SqlFile.Load<Closings>("UnclosedCampaigns");
    private static readonly string Store = SqlFile.Load<Closings>("StoreClosing");
    private static readonly string Comparable = SqlFile.Load<Closings>("ComparableClosings");
    private static readonly string Began = SqlFile.Load<Closings>("CampaignBegan");

    /// <summary>Counts every campaign that is over and was not counted since.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken) => (await CountAsync(clock.GetUtcNow(), long.MaxValue, again: false, cancellationToken)).Counted;

    /// <summary>Counts all campaigns that are over anew: after orders of the past were imported.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RecountAsync(CancellationToken cancellationToken) => (await CountAsync(clock.GetUtcNow(), long.MaxValue, again: true, cancellationToken)).Counted;

    /// <summary>The campaign beside earlier ones of its kind, else of its name, else of its channels; null: there are none.</summary>
    /// <param name="report">As it may be shown.</param>
    /// <param name="smallest">Campaigns of fewer people are left out.</param>
    internal async Task<EarlierCampaigns?> BesideAsync(ReportRequest request, CampaignReport report, int smallest, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var own = await connection.QuerySingleAsync<Known>(new CommandDefinition(Began, new { campaign = request.Campaign }, cancellationToken: cancellationToken));
        var (_, left) = await CountAsync(own.StartedAt, Patience, again: false, cancellationToken);
        foreach (var (by, value) in new (string, string?)[] { ("kind", request.Kind), ("series", SeriesOf(request.Campaign)), ("channel", own.Channels) })
        {
            if (value is null)
            {
                continue;
            }

            var parameters = new { campaign = request.Campaign, started_at = own.StartedAt, as_of = request.AsOf.ToUniversalTime(), smallest, by, value, most = Most };
            var rows = await connection.QueryAsync<Stored>(new CommandDefinition(Comparable, parameters, cancellationToken: cancellationToken));
            List<ClosedCampaign> campaigns = [.. rows.Select(r => r.Campaigned)];
            if (campaigns.Count > 0)
            {
                var present = new ClosedCampaign
                {
                    Campaign = request.Campaign, Imported = request.Imported, StartedAt = own.StartedAt, Currency = report.Currency, Counts = CountsOf(request), Total = report.Total,
                };
                return new EarlierCampaigns { ComparedBy = by, Value = value, Campaigns = campaigns, NotCountedYet = left, Measures = EarlierMeasures.Of(present, campaigns) };
            }
        }

        return null;
    }

    /// <summary>The name without the numbers at its end: tea-2025 and tea-2026-2 are of one series.</summary>
    internal static string SeriesOf(string campaign) => campaign.TrimEnd("0123456789-".ToCharArray()) is { Length: > 0 } series ? series : campaign;

    private async Task<(int Counted, int Left)> CountAsync(DateTimeOffset before, long people, bool again, CancellationToken cancellationToken)
    {
        List<Known> open;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            open = (await connection.QueryAsync<Known>(new CommandDefinition(Unclosed, new { before = before.ToUniversalTime(), again }, cancellationToken: cancellationToken))).AsList();
        }

        var (counted, left) = (0, 0);
        foreach (var campaign in open)
        {
            if (campaign.People > people)
            {
                left++;
                continue;
            }

            people -= campaign.People;
            counted += await CloseAsync(campaign, cancellationToken) ? 1 : 0;
        }

        return (counted, left);
    }

    private async Task<bool> CloseAsync(Known campaign, CancellationToken cancellationToken)
    {
        // One whose rule no longer fits the model says so when it is reported.
        if (await requests.ForAsync(campaign.Campaign, campaign.EndedAt, new ProblemList(), cancellationToken) is not { } request)
        {
            return false;
        }

        var closed = campaign.Imported ? campaign.EndedAt : request.Response.Window.After(campaign.EndedAt) + Late;
        if (closed > clock.GetUtcNow() || await new CampaignReporter(database).RunAsync(request with { AsOf = closed }, cancellationToken) is not { } report)
        {
            return false;
        }

        var total = report.Total;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            Store,
            new
            {
                campaign = campaign.Campaign, series = SeriesOf(campaign.Campaign), kind = request.Kind, channels = campaign.Channels, imported = campaign.Imported,
                started_at = campaign.StartedAt, ended_at = campaign.EndedAt, closed_at = closed.ToUniversalTime(), counts = CountsOf(request), currency = report.Currency,
                contacted = total.Contacted, responses = total.Responses, conversions = total.Conversions, orders = total.Orders, revenue = total.Revenue,
                revenue_squares = total.RevenueSquares, cost = total.Cost, margin = total.Margin, margin_squares = total.MarginSquares,
            },
            cancellationToken: cancellationToken));
        return true;
    }

    private static string[] CountsOf(ReportRequest request) => request.Imported ? [] : [.. request.Response.Counts];

    private sealed record Known
    {
        public string Campaign { get; init; } = "";

        public string Channels { get; init; } = "";

        public bool Imported { get; init; }

        public DateTimeOffset StartedAt { get; init; }

        public DateTimeOffset EndedAt { get; init; }

        public long People { get; init; }
    }

    private sealed record Stored
    {
        public string Campaign { get; init; } = "";

        public string? Kind { get; init; }

        public bool Imported { get; init; }

        public DateTimeOffset StartedAt { get; init; }

        public string[] Counts { get; init; } = [];

        public string? Currency { get; init; }

        public long Contacted { get; init; }

        public long Responses { get; init; }

        public long Conversions { get; init; }

        public long Orders { get; init; }

        public decimal Revenue { get; init; }

        public decimal RevenueSquares { get; init; }

        public decimal Cost { get; init; }

        public decimal? Margin { get; init; }

        public decimal MarginSquares { get; init; }

        public ClosedCampaign Campaigned => new()
        {
            Campaign = Campaign, Kind = Kind, Imported = Imported, StartedAt = StartedAt, Currency = Currency, Counts = Counts,
            Total = new ReportRow
            {
                Contacted = Contacted, Responses = Responses, Conversions = Conversions, Orders = Orders, Revenue = Revenue, RevenueSquares = RevenueSquares,
                Cost = Cost, Margin = Margin, MarginSquares = MarginSquares,
            },
        };
    }
}
