using CampaignEngine.Database;
using CampaignEngine.Database.Private;
using Npgsql;

namespace CampaignEngine.Testing;

/// <summary>
/// One private PostgreSQL server per test program, started by the first test that needs it. It ends with the process, however
/// that ends: an orderly exit stops it here, after a kill its idle watcher does.
/// </summary>
internal static class TestServer
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static PrivatePostgres? _server;
    private static string? _template;

    /// <summary>Creates an empty (or migrated) database and returns its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync(string name, bool migrated, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            _server ??= await StartAsync(cancellationToken);
            var template = migrated ? _template ??= await MakeTemplateAsync(cancellationToken) : "template1";
            await ExecuteAsync($"CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" STRATEGY wal_log", cancellationToken);
            return For(name);
        }
        finally
        {
            Gate.Release();
        }
    }

    public static Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)", CancellationToken.None);

    private static async Task<PrivatePostgres> StartAsync(CancellationToken cancellationToken)
    {
        var workspace = new TempDirectory("pg");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(workspace);
        var server = await PrivatePostgres.JoinAsync(
            new DatabaseOptions { WorkspaceDirectory = workspace.FullName, Linger = TimeSpan.Zero }, cancellationToken);

        // Tests lose nothing in a power cut; what kill -9 does is the same with and without fsync.
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        foreach (var setting in (string[])["fsync = off", "full_page_writes = off", "autovacuum = off"])
        {
            await using var command = new NpgsqlCommand($"ALTER SYSTEM SET {setting}", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var reload = new NpgsqlCommand("SELECT pg_reload_conf()", connection);
        await reload.ExecuteNonQueryAsync(cancellationToken);
        return server;
    }

    private static async Task<string> MakeTemplateAsync(CancellationToken cancellationToken)
    {
        const string Name = "template_campaign";
        await ExecuteAsync($"CREATE DATABASE {Name}", cancellationToken);
        var options = new DatabaseOptions { ConnectionString = For(Name) + ";Pooling=false", WorkspaceDirectory = Path.GetTempPath() };
        await using var database = await EngineDatabase.OpenAsync(options, TimeProvider.System, cancellationToken);
        await database.MigrateAsync(cancellationToken);
        return Name;
    }

    private static string For(string database) =>
        new NpgsqlConnectionStringBuilder(_server!.ConnectionString) { Database = database }.ConnectionString;

    private static async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(For("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Stop(TempDirectory workspace)
    {
        // The process is ending: this is the one place that has to wait for asynchronous work.
        PrivatePostgres.StopAsync(workspace.FullName, CancellationToken.None).GetAwaiter().GetResult();
        workspace.Dispose();
    }
}
