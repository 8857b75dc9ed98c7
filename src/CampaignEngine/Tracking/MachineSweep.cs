using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>How many events one sweep marked.</summary>
public sealed record MachineSweepCounts(int TooSoon, int AllLinks);

/// <summary>
/// Marks events as a machine's by what only the whole mailing shows: too soon after acceptance, all links at once. Nothing is deleted and a mark is
/// never taken away. Runs from the server every few seconds and before every report.
/// </summary>
public sealed class MachineSweep(NpgsqlDataSource database)
{
    private static readonly string ReadMark = SqlFile.Load<MachineSweep>("ReadSweepMark");
    private static readonly string MoveMark = SqlFile.Load<MachineSweep>("MoveSweepMark");
    private static readonly string TooSoon = SqlFile.Load<MachineSweep>("MarkTooSoon");
    private static readonly string AllLinks = SqlFile.Load<MachineSweep>("MarkAllLinks");

    /// <param name="wholeHistory">True looks at every event again instead of those since the last sweep.</param>
    public async Task<MachineSweepCounts> RunOnceAsync(CancellationToken cancellationToken, bool wholeHistory = false)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var after = 0L;
        if (!wholeHistory)
        {
            await using var read = new NpgsqlCommand(ReadMark, connection, transaction);
            after = (long)(await read.ExecuteScalarAsync(cancellationToken))!;
        }

        var tooSoon = await MarkAsync(TooSoon, after, connection, transaction, cancellationToken);
        var allLinks = await MarkAsync(AllLinks, after, connection, transaction, cancellationToken);
        await MarkAsync(MoveMark, after, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MachineSweepCounts(tooSoon, allLinks);
    }

    private static async Task<int> MarkAsync(string sql, long after, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddWithValue("after", after);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
