using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Deduplication;

/// <summary>What one run did.</summary>
/// <param name="Hashed">Entries whose keyed hash now stands in engine.suppression.</param>
/// <param name="New">Those of them that were not suppressed before.</param>
/// <param name="Unusable">Entries whose address cannot be normalised, so that it could never have been written to either; they are looked at again next time.</param>
public sealed record SuppressionCounts(long Hashed, long New, long Unusable);

/// <summary>
/// Carries the do-not-contact entries that were handed in with their address (crm.suppressions) into engine.suppression, by the same normal form and
/// keyed hash that lists use. Runs before every plan and freeze; what is done already is passed over.
/// </summary>
public sealed class SuppressionSync(NpgsqlDataSource database, ContactPoints contacts)
{
    private const int BatchSize = 5_000;
    private static readonly string Read = SqlFile.Load<SuppressionSync>("ReadUnhashedSuppressions");
    private static readonly string Write = SqlFile.Load<SuppressionSync>("HashSuppressions");

    public async Task<SuppressionCounts> RunOnceAsync(CancellationToken cancellationToken)
    {
        var total = new SuppressionCounts(0, 0, 0);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        long after = 0;
        while (true)
        {
            var entries = await ReadAsync(connection, after, cancellationToken);
            if (entries.Count == 0)
            {
                return total;
            }

            after = entries[^1].Id;
            var hashed = entries.Select(e => (e.Id, contacts.Normalise(e.Channel, e.Address, country: null).Key)).Where(e => e.Key is not null).ToList();
            var added = await WriteAsync(connection, hashed, cancellationToken);
            total = new SuppressionCounts(total.Hashed + hashed.Count, total.New + added, total.Unusable + entries.Count - hashed.Count);
        }
    }

    private static async Task<List<(long Id, string Channel, string Address)>> ReadAsync(NpgsqlConnection connection, long after, CancellationToken cancellationToken)
    {
        var entries = new List<(long, string, string)>(BatchSize);
        await using var command = new NpgsqlCommand(Read, connection);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("count", BatchSize);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add((reader.GetInt64(0), reader.GetString(1), reader.GetString(2)));
        }

        return entries;
    }

    private static async Task<long> WriteAsync(NpgsqlConnection connection, List<(long Id, byte[]? Key)> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return 0;
        }

        await using var command = new NpgsqlCommand(Write, connection);
        command.Parameters.AddWithValue("ids", entries.Select(e => e.Id).ToArray());
        command.Parameters.Add(new NpgsqlParameter("keys", NpgsqlDbType.Array | NpgsqlDbType.Bytea) { Value = entries.Select(e => e.Key!).ToArray() });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
