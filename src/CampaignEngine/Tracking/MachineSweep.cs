using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>How many events one sweep marked.</summary>
public sealed record MachineSweepCounts(int TooSoon, int AllLinks);

/// <summary>
/// Marks events as a machine's by what only the whole mailing shows: too soon after acceptance, all links at once. Nothing is deleted and a mark is
/// never taken away. Runs from the server every few seconds and before every report; goes through the events in slices, each its own transaction.
/// </summary>
public sealed class MachineSweep(NpgsqlDataSource database)
{
    private const long SliceSize = 200_000;
    private const int TimeoutSeconds = 300;
    private static readonly string ReadRange = SqlFile.Load<MachineSweep>("ReadSweepRange");
    private static readonly string MoveMark = SqlFile.Load<MachineSweep>("MoveSweepMark");
    private static readonly string TooSoon = SqlFile.Load<MachineSweep>("MarkTooSoon");
    private static readonly string AllLinks = SqlFile.Load<MachineSweep>("MarkAllLinks");

    /// <param name="wholeHistory">True looks at every event again instead of those since the last sweep.</param>
    public async Task<MachineSweepCounts> RunOnceAsync(CancellationToken cancellationToken, bool wholeHistory = false)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (mark, newest) = await ReadRangeAsync(connection, cancellationToken);
        var total = new MachineSweepCounts(0, 0);
        var settled = true;
        for (var after = wholeHistory ? 0 : mark; after < newest; after += SliceSize)
        {
            var upto = Math.Min(after + SliceSize, newest);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var tooSoon = await MarkAsync(TooSoon, after, upto, connection, transaction, cancellationToken);
            var allLinks = await MarkAsync(AllLinks, after, upto, connection, transaction, cancellationToken);
            // Once a slice holds young events, the mark has to wait there.
            if (settled && upto > mark)
            {
                await using var move = Command(MoveMark, after, upto, connection, transaction);
                settled = (long)(await move.ExecuteScalarAsync(cancellationToken))! == upto;
            }

            await transaction.CommitAsync(cancellationToken);
            total = new MachineSweepCounts(total.TooSoon + tooSoon, total.AllLinks + allLinks);
        }

        return total;
    }

    private static async Task<(long Mark, long Newest)> ReadRangeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadRange, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task<int> MarkAsync(string sql, long after, long upto, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, after, upto, connection, transaction);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(string sql, long after, long upto, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = TimeoutSeconds };
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("upto", upto);
        return command;
    }
}
