using Dapper;
using Npgsql;

namespace CampaignEngine.Database.Migrations;

/// <summary>
/// Brings a database forward. One process at a time (advisory lock), each migration in a transaction of its own together with
/// its record, so that a kill at any moment leaves a whole number of migrations.
/// </summary>
public sealed class MigrationRunner(NpgsqlDataSource source, TimeProvider timeProvider, IReadOnlyList<Migration>? migrations = null)
{
    private readonly IReadOnlyList<Migration> _migrations = migrations ?? Migration.Embedded;

    /// <summary>Applies what is missing and returns it, in order.</summary>
    /// <exception cref="MigrationException">The history does not fit (drift, newer database) or a migration failed.</exception>
    public async Task<IReadOnlyList<Migration>> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);

        // Most runs find nothing to do; they need no lock.
        if (await ReadHistoryAsync(connection, cancellationToken) is { } history && Check(history).Count == 0)
        {
            return [];
        }

        await ExecuteAsync(connection, SqlFile.Load<MigrationRunner>("LockMigrations"), cancellationToken);
        try
        {
            await ExecuteAsync(connection, SqlFile.Load<MigrationRunner>("CreateHistory"), cancellationToken);
            var pending = Check(await ReadHistoryAsync(connection, cancellationToken) ?? []);
            foreach (var migration in pending)
            {
                await ApplyAsync(connection, migration, cancellationToken);
            }

            return pending;
        }
        finally
        {
            // The lock also ends with the session; a broken connection has nothing left to release.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, SqlFile.Load<MigrationRunner>("UnlockMigrations"), CancellationToken.None);
            }
        }
    }

    /// <summary>What the database recorded, and what is still to run; changes nothing.</summary>
    public async Task<(IReadOnlyList<AppliedMigration> Applied, IReadOnlyList<Migration> Pending, IReadOnlyList<string> Faults)> InspectAsync(
        CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var applied = await ReadHistoryAsync(connection, cancellationToken) ?? [];
        return (applied, MigrationHistory.Pending(_migrations, applied), MigrationHistory.Faults(_migrations, applied));
    }

    private IReadOnlyList<Migration> Check(IReadOnlyList<AppliedMigration> applied) =>
        MigrationHistory.Faults(_migrations, applied) is { Count: > 0 } faults
            ? throw new MigrationException(string.Join(Environment.NewLine, faults))
            : MigrationHistory.Pending(_migrations, applied);

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using (var command = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await connection.ExecuteAsync(new CommandDefinition(
                SqlFile.Load<MigrationRunner>("RecordMigration"),
                new { number = migration.Number, name = migration.Name, sha256 = migration.Sha256, applied_at = timeProvider.GetUtcNow() },
                transaction,
                cancellationToken: cancellationToken));
        }
        catch (PostgresException fault)
        {
            throw new MigrationException(
                $"migration {migration.FileName} failed: {fault.MessageText}; nothing of it was kept", fault);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<AppliedMigration>?> ReadHistoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var exists = await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(SqlFile.Load<MigrationRunner>("HistoryExists"), cancellationToken: cancellationToken));
        return exists
            ? [.. await connection.QueryAsync<AppliedMigration>(
                new CommandDefinition(SqlFile.Load<MigrationRunner>("ReadHistory"), cancellationToken: cancellationToken))]
            : null;
    }

    private static Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: cancellationToken));
}
