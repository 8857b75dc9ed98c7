using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Deduplication;

/// <summary>One do-not-contact entry. The address is not among it: only its keyed hash is kept.</summary>
public sealed record SuppressionEntry(string Channel, string Scope, string Reason, DateTimeOffset Since, string Source);

/// <summary>The do-not-contact list as an operator sees it.</summary>
public sealed class Suppressions(NpgsqlDataSource database)
{
    private static readonly string Add = SqlFile.Load<Suppressions>("AddSuppression");
    private static readonly string Find = SqlFile.Load<Suppressions>("FindSuppressions");
    private static readonly string Latest = SqlFile.Load<Suppressions>("LatestSuppressions");

    /// <summary>True when the entry is new; one that stands already keeps its date and reason.</summary>
    public async Task<bool> AddAsync(byte[] recipientKey, SuppressionEntry entry, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Add);
        command.Parameters.AddWithValue("key", recipientKey);
        command.Parameters.AddWithValue("channel", entry.Channel);
        command.Parameters.AddWithValue("scope", entry.Scope);
        command.Parameters.AddWithValue("reason", entry.Reason);
        command.Parameters.AddWithValue("since", entry.Since.ToUniversalTime());
        command.Parameters.AddWithValue("source", entry.Source);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Every entry of one recipient, all scopes.</summary>
    public Task<IReadOnlyList<SuppressionEntry>> FindAsync(byte[] recipientKey, string channel, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(Find);
        command.Parameters.AddWithValue("key", recipientKey);
        command.Parameters.AddWithValue("channel", channel);
        return ReadAsync(command, cancellationToken);
    }

    /// <summary>The newest entries first.</summary>
    public Task<IReadOnlyList<SuppressionEntry>> LatestAsync(string? channel, int count, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(Latest);
        command.Parameters.Add(new NpgsqlParameter("channel", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)channel ?? DBNull.Value });
        command.Parameters.AddWithValue("count", count);
        return ReadAsync(command, cancellationToken);
    }

    private static async Task<IReadOnlyList<SuppressionEntry>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var entries = new List<SuppressionEntry>();
            while (await reader.ReadAsync(cancellationToken))
            {
                entries.Add(new SuppressionEntry(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4)));
            }

            return entries;
        }
    }
}
