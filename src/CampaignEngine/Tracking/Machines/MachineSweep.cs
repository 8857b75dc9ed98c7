using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking.Machines;

/// <summary>What one sweep changed: events that became a machine's, and events that became a person's.</summary>
public sealed record MachineSweepCounts(long Machines, long People);

/// <summary>
/// Judges events by the signs of their request, stored when they came, and by what only the whole message shows: too soon after acceptance, all links at
/// once, in their order, no open. Nothing is deleted, and every change of mind is kept with its time, so that a report as of an earlier moment shows what
/// was believed then. Runs from the server every few seconds and before every report; goes through the events in slices, each its own transaction.
/// </summary>
public sealed class MachineSweep(NpgsqlDataSource database, MachineRules rules, TimeProvider clock)
{
    private const long SliceSize = 200_000;
    private const int TimeoutSeconds = 300;
    private static readonly string ReadRange = SqlFile.Load<MachineSweep>("ReadSweepRange");
    private static readonly string MoveMark = SqlFile.Load<MachineSweep>("MoveSweepMark");
    private static readonly string KeepRules = SqlFile.Load<MachineSweep>("KeepRules");
    private static readonly string ReadRequests = SqlFile.Load<MachineSweep>("ReadRequests");
    private static readonly string StoreRequests = SqlFile.Load<MachineSweep>("StoreRequests");
    private static readonly string Judge = SqlFile.Load<MachineSweep>("JudgeEvents");

    /// <summary>Judges the events since the last sweep.</summary>
    /// <exception cref="InvalidDataException">The rules differ from others that had the same version.</exception>
    public Task<MachineSweepCounts> RunOnceAsync(CancellationToken cancellationToken) => RunAsync(again: false, cancellationToken);

    /// <summary>Judges every event there is anew under the rules in force, the signs of its request too.</summary>
    /// <exception cref="InvalidDataException">The rules differ from others that had the same version.</exception>
    public Task<MachineSweepCounts> RerunAsync(CancellationToken cancellationToken) => RunAsync(again: true, cancellationToken);

    private async Task<MachineSweepCounts> RunAsync(bool again, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await KeepRulesAsync(connection, cancellationToken);
        var (mark, newest) = await ReadRangeAsync(connection, cancellationToken);
        var total = new MachineSweepCounts(0, 0);
        var settled = true;
        for (var after = again ? 0 : mark; after < newest; after += SliceSize)
        {
            var upto = Math.Min(after + SliceSize, newest);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (again)
            {
                await JudgeRequestsAsync(after, upto, connection, transaction, cancellationToken);
            }

            var counts = await JudgeAsync(after, upto, again ? clock.GetUtcNow() : null, connection, transaction, cancellationToken);
            // Once a slice holds young events, the mark has to wait there.
            if (settled && upto > mark)
            {
                await using var move = Command(MoveMark, after, upto, connection, transaction);
                settled = (long)(await move.ExecuteScalarAsync(cancellationToken))! == upto;
            }

            await transaction.CommitAsync(cancellationToken);
            total = new MachineSweepCounts(total.Machines + counts.Machines, total.People + counts.People);
        }

        return total;
    }

    private async Task KeepRulesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(KeepRules, connection);
        command.Parameters.AddWithValue("version", rules.Version);
        command.Parameters.AddWithValue("text", rules.Text);
        command.Parameters.AddWithValue("at", clock.GetUtcNow());
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new InvalidDataException($"{MachineRules.FileName}(1,1): the rules have changed but still are version {rules.Version}, under which others were used; give the changed file a new version");
        }
    }

    private static async Task<(long Mark, long Newest)> ReadRangeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadRange, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private async Task JudgeRequestsAsync(long after, long upto, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var (ids, scores, signs) = (new List<long>(), new List<short>(), new List<string?>());
        await using (var read = Command(ReadRequests, after, upto, connection, transaction))
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var request = new SeenRequest(
                    reader.IsDBNull(4) ? null : reader.GetString(4), reader.GetBoolean(2), reader.GetBoolean(3), reader.IsDBNull(5) ? null : reader.GetFieldValue<System.Net.IPNetwork>(5));
                var score = rules.OfRequest(EventKinds.Of(reader.GetString(1)), request);
                ids.Add(reader.GetInt64(0));
                scores.Add((short)Math.Min(score.Score, short.MaxValue));
                signs.Add(score.Signs);
            }
        }

        await using var store = new NpgsqlCommand(StoreRequests, connection, transaction) { CommandTimeout = TimeoutSeconds };
        store.Parameters.AddWithValue("ids", ids.ToArray());
        store.Parameters.AddWithValue("scores", scores.ToArray());
        store.Parameters.Add(new NpgsqlParameter("signs", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = signs.ToArray() });
        await store.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<MachineSweepCounts> JudgeAsync(long after, long upto, DateTimeOffset? at, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Command(Judge, after, upto, connection, transaction);
        foreach (var (name, value) in (IEnumerable<(string, int)>)
        [
            ("within_2", rules.Within2), ("within_10", rules.Within10), ("all_links", rules.AllLinks), ("in_order", rules.InOrder), ("no_open", rules.NoOpen),
            ("threshold", rules.Threshold), ("version", rules.Version),
        ])
        {
            command.Parameters.AddWithValue(name, value);
        }

        // A rerun is believed from now on.
        command.Parameters.Add(new NpgsqlParameter("at", NpgsqlDbType.TimestampTz) { Value = (object?)at ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new MachineSweepCounts(reader.GetInt64(0), reader.GetInt64(1));
    }

    private static NpgsqlCommand Command(string sql, long after, long upto, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = TimeoutSeconds };
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("upto", upto);
        return command;
    }
}
