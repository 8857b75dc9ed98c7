using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Deliverability;

/// <summary>E-mails by mailbox provider: taken, put off, bounced, complained about, opened, clicked.</summary>
/// <param name="providers">Provider by lower-case domain.</param>
/// <param name="smallest">Providers with fewer people are not shown by themselves; 1 shows all.</param>
public sealed class DeliverabilityReporter(NpgsqlDataSource database, IReadOnlyDictionary<string, string> providers, int smallest = 1)
{
    private const int TimeoutSeconds = 300;
    private static readonly string ByDomain = SqlFile.Load<DeliverabilityReporter>("DeliverabilityByDomain");

    /// <param name="campaign">Null: every campaign's e-mails that were due after <paramref name="since"/>.</param>
    /// <param name="asOf">What was known then.</param>
    /// <param name="most">Providers and domains shown by name, the largest first; the rest is <c>others</c>.</param>
    /// <returns>The largest first, then others, then all; empty where nothing was sent.</returns>
    public async Task<IReadOnlyList<DeliverabilityRow>> RunAsync(string? campaign, DateTimeOffset since, DateTimeOffset asOf, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ByDomain);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter("campaign", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)campaign ?? DBNull.Value });
        command.Parameters.AddWithValue("since", since.ToUniversalTime());
        command.Parameters.AddWithValue("as_of", asOf.ToUniversalTime());
        var domains = new List<DeliverabilityRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var domain = reader.GetString(0);
            domains.Add(new DeliverabilityRow
            {
                Provider = providers.GetValueOrDefault(domain) ?? domain,
                Messages = reader.GetInt64(1),
                Accepted = reader.GetInt64(2),
                Deferred = reader.GetInt64(3),
                Rejected = reader.GetInt64(4),
                BouncedHard = reader.GetInt64(5),
                BouncedSoft = reader.GetInt64(6),
                Refused = reader.GetInt64(7),
                Complaints = reader.GetInt64(8),
                Opened = reader.GetInt64(9),
                Clicked = reader.GetInt64(10),
                People = reader.GetInt64(11),
            });
        }

        var rows = domains.GroupBy(d => d.Provider).Select(g => DeliverabilityRow.Sum(g.Key, g)).OrderByDescending(r => smallest > 1 ? r.People : r.Messages).ThenBy(r => r.Provider, StringComparer.Ordinal).ToList();
        var small = new SmallCells(smallest);
        var named = small.Named([.. rows.Select(r => r.People)], most);
        return rows.Count == 0 || small.Hides((int)Math.Min(int.MaxValue, rows.Sum(r => r.People))) ? []
            : named == rows.Count ? [.. rows, DeliverabilityRow.Sum("all", rows)]
            : [.. rows[..named], DeliverabilityRow.Sum("others", rows[named..]), DeliverabilityRow.Sum("all", rows)];
    }
}
