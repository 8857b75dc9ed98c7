using CampaignEngine.Database;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Database;

public sealed class EngineDatabaseTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheQueryRoleReadsGrantedTablesOnly()
    {
        await database.ExecuteAsync("CREATE SCHEMA shop; CREATE TABLE shop.open (n int); CREATE TABLE shop.shut (n int); INSERT INTO shop.open VALUES (7)");
        Assert.Empty(await database.Database.GrantQueryRoleAsync([("shop", "open"), ("shop", "absent")], Cancel));

        await using var connection = await database.Database.QuerySource.OpenConnectionAsync(Cancel);
        Assert.Equal(7, await new NpgsqlCommand("SELECT n FROM shop.open", connection).ExecuteScalarAsync(Cancel));
        Assert.Equal("campaign_query", await new NpgsqlCommand("SELECT current_user::text", connection).ExecuteScalarAsync(Cancel));
        var fault = await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlCommand("SELECT n FROM shop.shut", connection).ExecuteScalarAsync(Cancel));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, fault.SqlState);
    }

    [Fact]
    public async Task TheQueryConnectionCannotWriteAndHasATimeLimit()
    {
        for (var use = 0; use < 3; use++)
        {
            // More than one use: the pool must not hand out a connection that lost its limits.
            await using var connection = await database.Database.QuerySource.OpenConnectionAsync(Cancel);
            Assert.Equal("1min", await new NpgsqlCommand("SHOW statement_timeout", connection).ExecuteScalarAsync(Cancel));
            var fault = await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlCommand("CREATE TEMP TABLE x (n int)", connection).ExecuteNonQueryAsync(Cancel));
            Assert.Contains(fault.SqlState, (string[])[PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.InsufficientPrivilege]);
        }
    }

    [Fact]
    public async Task ALoginThatMayNotMakeRolesQueriesAsItselfReadOnly()
    {
        await database.ExecuteAsync(
            "CREATE ROLE modest LOGIN; CREATE SCHEMA modest AUTHORIZATION modest; CREATE TABLE modest.own (n int); ALTER TABLE modest.own OWNER TO modest; INSERT INTO modest.own VALUES (3)");
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "modest", Pooling = false };
        await using var modest = await EngineDatabase.OpenAsync(
            database.Database.Options with { ConnectionString = settings.ConnectionString }, TimeProvider.System, Cancel);
        try
        {
            Assert.Empty(await modest.GrantQueryRoleAsync([("modest", "own")], Cancel));
            await using var connection = await modest.QuerySource.OpenConnectionAsync(Cancel);
            Assert.Equal(3, await new NpgsqlCommand("SELECT n FROM modest.own", connection).ExecuteScalarAsync(Cancel));
            var fault = await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlCommand("DELETE FROM modest.own", connection).ExecuteNonQueryAsync(Cancel));
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, fault.SqlState);
        }
        finally
        {
            await database.ExecuteAsync("DROP OWNED BY modest; DROP ROLE modest");
        }
    }
}
