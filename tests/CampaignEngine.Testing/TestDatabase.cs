using CampaignEngine.Database;
using Npgsql;
using Xunit;

namespace CampaignEngine.Testing;

/// <summary>
/// A migrated database of a test class's own: <c>public sealed class XTests(TestDatabase database) : IClassFixture&lt;TestDatabase&gt;</c>.
/// Dropped after the class's last test.
/// </summary>
public class TestDatabase : IAsyncLifetime
{
    private readonly string _name = $"t_{Guid.NewGuid():N}";
    private readonly TempDirectory _workspace = new("ws");

    /// <summary>The open database; <see cref="EngineDatabase.MigrateAsync"/> has run.</summary>
    public EngineDatabase Database { get; private set; } = null!;

    /// <summary>Shorthand for the owner's connections.</summary>
    public NpgsqlDataSource Source => Database.Source;

    /// <summary>For tests that hand the database to another process, for example by CAMPAIGN_DATABASE.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>An empty folder that stands for the workspace.</summary>
    public string WorkspaceDirectory => _workspace.FullName;

    /// <summary>Whether the database starts with the schema; an empty one is for tests of the migrations themselves.</summary>
    protected virtual bool Migrated => true;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await TestServer.CreateDatabaseAsync(_name, Migrated, CancellationToken.None);
        Database = await EngineDatabase.OpenAsync(
            new DatabaseOptions { ConnectionString = ConnectionString, WorkspaceDirectory = WorkspaceDirectory },
            TimeProvider.System,
            CancellationToken.None);
        await PrepareAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (Database is not null)
        {
            await Database.DisposeAsync();
            await TestServer.DropDatabaseAsync(_name);
        }

        _workspace.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs statements, for arranging a test.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Reads one value, for asserting.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>For fixtures derived from this one that fill the database once for all tests of their class.</summary>
    protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The same with an empty database.</summary>
public sealed class EmptyTestDatabase : TestDatabase
{
    protected override bool Migrated => false;
}
