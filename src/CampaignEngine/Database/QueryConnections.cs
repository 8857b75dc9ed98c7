using CampaignEngine.Database.Migrations;
using Dapper;
using Npgsql;

namespace CampaignEngine.Database;

/// <summary>
/// The restricted way to the database. On the private server the query role logs in itself; on a configured server the owner's
/// login takes the role on. Where a managed server forbids CREATE ROLE, read-only transactions and the timeout remain, and
/// <c>campaign doctor</c> says so.
/// </summary>
internal static class QueryConnections
{
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder owner, bool queryRoleLogsIn, TimeSpan statementTimeout)
    {
        var settings = new NpgsqlConnectionStringBuilder(owner.ConnectionString)
        {
            // DISCARD ALL between uses would take the role off again; the session holds nothing else worth resetting.
            NoResetOnClose = true,
            CommandTimeout = (int)Math.Ceiling(statementTimeout.TotalSeconds) + 5,
            Options = $"{owner.Options} -c default_transaction_read_only=on -c statement_timeout={(long)statementTimeout.TotalMilliseconds}".Trim(),
        };
        if (queryRoleLogsIn)
        {
            settings.Username = EngineDatabase.QueryRole;
            return NpgsqlDataSource.Create(settings);
        }

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            connection => TakeRole(connection).ExecuteNonQuery(),
            async connection => await TakeRole(connection).ExecuteNonQueryAsync());
        return builder.Build();
    }

    /// <summary>Makes the role where the login may; false where it may not and the role is missing.</summary>
    public static async Task<bool> EnsureRoleAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (await HasRoleAsync(connection, cancellationToken))
        {
            return true;
        }

        try
        {
            await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load(typeof(QueryConnections), "CreateQueryRole"), cancellationToken: cancellationToken));
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }

    public static async Task<bool> HasRoleAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(SqlFile.Load(typeof(QueryConnections), "CanTakeQueryRole"), cancellationToken: cancellationToken));

    public static async Task<IReadOnlyList<string>> GrantAsync(
        NpgsqlDataSource source, IEnumerable<(string Schema, string Table)> tables, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (!await HasRoleAsync(connection, cancellationToken))
        {
            return [];
        }

        var wanted = tables.Distinct().ToList();
        if (!(await MissingAsync(connection, wanted, cancellationToken)).Any())
        {
            return [];
        }

        // Two processes that grant on the same table at once fail with "tuple concurrently updated". The lock ends with the session.
        await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<MigrationRunner>("LockMigrations"), cancellationToken: cancellationToken));
        var refused = new List<string>();
        foreach (var grant in await MissingAsync(connection, wanted, cancellationToken))
        {
            try
            {
                await connection.ExecuteAsync(new CommandDefinition(grant.SchemaGrant, cancellationToken: cancellationToken));
                await connection.ExecuteAsync(new CommandDefinition(grant.TableGrant, cancellationToken: cancellationToken));
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                refused.Add($"{grant.Name}: {fault.MessageText}; let its owner run: {grant.SchemaGrant}; {grant.TableGrant};");
            }
        }

        await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<MigrationRunner>("UnlockMigrations"), cancellationToken: cancellationToken));
        return refused;
    }

    private static Task<IEnumerable<Grant>> MissingAsync(
        NpgsqlConnection connection, List<(string Schema, string Table)> wanted, CancellationToken cancellationToken) =>
        connection.QueryAsync<Grant>(new CommandDefinition(
            SqlFile.Load(typeof(QueryConnections), "MissingQueryGrants"),
            new { schemas = wanted.Select(table => table.Schema).ToArray(), tables = wanted.Select(table => table.Table).ToArray() },
            cancellationToken: cancellationToken));

    private sealed record Grant(string Name, string SchemaGrant, string TableGrant);

    private static NpgsqlCommand TakeRole(NpgsqlConnection connection) =>
        new(SqlFile.Load(typeof(QueryConnections), "TakeQueryRole"), connection);
}
