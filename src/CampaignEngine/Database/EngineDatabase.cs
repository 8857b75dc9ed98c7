using CampaignEngine.Database.Migrations;
using CampaignEngine.Database.Private;
using Dapper;
using Npgsql;
using Polly;
using Polly.Retry;

namespace CampaignEngine.Database;

/// <summary>
/// The open database of a workspace: the private server or a configured one. Owns the connection pools; disposing it leaves
/// the private server.
/// </summary>
public sealed class EngineDatabase : IAsyncDisposable
{
    /// <summary>The role under which conditions that people wrote are run: it may read the model's tables and nothing else.</summary>
    public const string QueryRole = "campaign_query";

    /// <summary>The oldest server the engine works with.</summary>
    public static readonly Version OldestServer = new(15, 0);

    private readonly PrivatePostgres? _server;
    private readonly TimeProvider _timeProvider;

    static EngineDatabase() => DapperSetup.Run();

    private EngineDatabase(DatabaseOptions options, NpgsqlConnectionStringBuilder settings, PrivatePostgres? server, TimeProvider timeProvider)
    {
        (Options, Settings, _server, _timeProvider) = (options, settings, server, timeProvider);
        Source = NpgsqlDataSource.Create(settings);
        QuerySource = QueryConnections.Create(settings, server is not null, options.QueryTimeout);
    }

    /// <summary>Connections of the owner: read and write.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>
    /// Connections for conditions that people wrote: read-only by default, role <see cref="QueryRole"/> (where the server has it),
    /// statement timeout <see cref="DatabaseOptions.QueryTimeout"/>. Usable after <see cref="MigrateAsync"/>.
    /// </summary>
    public NpgsqlDataSource QuerySource { get; }

    public DatabaseOptions Options { get; }

    /// <summary>Whether this is the workspace's own server.</summary>
    public bool IsPrivate => _server is not null;

    /// <summary>The private server, null with a configured one.</summary>
    public PrivatePostgres? Server => _server;

    /// <summary>The server's version.</summary>
    public Version ServerVersion { get; private set; } = OldestServer;

    /// <summary>Database and server as messages show them, without password.</summary>
    public string Place => ConnectionAddress.Place(Settings);

    /// <summary>A <c>postgresql://</c> address for psql and other tools, without password.</summary>
    public string Address => ConnectionAddress.ToUri(Settings);

    /// <summary>The configured password, for handing it to a tool by its environment; never for showing.</summary>
    public string? Password => Settings.Password;

    internal NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Opens the database: starts or joins the private server, or connects to the configured one, and checks its version.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be used; the message says why and what to do.</exception>
    public static async Task<EngineDatabase> OpenAsync(DatabaseOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var server = options.ConnectionString is null ? await PrivatePostgres.JoinAsync(options, cancellationToken) : null;
        EngineDatabase? database = null;
        try
        {
            var settings = Configure(options, server?.ConnectionString ?? options.ConnectionString!);
            database = new EngineDatabase(options, settings, server, timeProvider);
            await using var connection = await database.ConnectAsync(cancellationToken);
            database.ServerVersion = connection.PostgreSqlVersion;
            return database.ServerVersion >= OldestServer
                ? database
                : throw new DatabaseUnavailableException(
                    $"database {database.Place} is PostgreSQL {database.ServerVersion}; CampaignEngine needs {OldestServer.Major} or newer");
        }
        catch
        {
            await (database?.DisposeAsync() ?? server?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Opens a connection of <see cref="Source"/>, trying again for a few seconds while the server is starting or unreachable.</summary>
    /// <exception cref="DatabaseUnavailableException">The server did not come.</exception>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        // Only connecting is repeated, never a statement: whether a lost commit took place is not known here.
        var connecting = new ResiliencePipelineBuilder { TimeProvider = _timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(250),
                BackoffType = DelayBackoffType.Exponential,
                ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(fault => fault.IsTransient),
            })
            .Build();
        try
        {
            return await connecting.ExecuteAsync(async token => await Source.OpenConnectionAsync(token), cancellationToken);
        }
        catch (NpgsqlException fault) when (DatabaseUnavailableException.From(fault, Place) is { } known)
        {
            throw known;
        }
    }

    /// <summary>Applies the migrations that are missing and makes the query role; returns what was applied.</summary>
    /// <exception cref="MigrationException">Drift, a database newer than the program, or a migration that failed.</exception>
    public async Task<IReadOnlyList<Migration>> MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = await new MigrationRunner(Source, _timeProvider).RunAsync(cancellationToken);
        await QueryConnections.EnsureRoleAsync(Source, cancellationToken);
        return applied;
    }

    /// <summary>Lets <see cref="QuerySource"/> read these tables or views; does nothing where the server has no query role.</summary>
    /// <returns>The tables that could not be granted, with the reason.</returns>
    public Task<IReadOnlyList<string>> GrantQueryRoleAsync(IEnumerable<(string Schema, string Table)> tables, CancellationToken cancellationToken) =>
        QueryConnections.GrantAsync(Source, tables, cancellationToken);

    /// <summary>
    /// For commands that run on and on: starts a private server that crashed again, until cancelled. A server that somebody stopped on
    /// purpose, or a configured one, is left alone.
    /// </summary>
    public async Task KeepRunningAsync(CancellationToken cancellationToken)
    {
        if (_server is null)
        {
            return;
        }

        string? said = null;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _timeProvider);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                if (await _server.ReviveAsync(Options.Say, cancellationToken))
                {
                    Options.Say("the private database had crashed and runs again");
                    said = null;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is DatabaseUnavailableException or IOException)
            {
                // Said once; the next round tries again, for there may be room on the disk by then.
                if (said != fault.Message)
                {
                    said = fault.Message;
                    Options.Say($"{said}; what already runs goes on by itself then");
                }
            }
        }
    }

    /// <summary>Translates a driver fault that means "the database is not there" into one clear message; null for other faults.</summary>
    public DatabaseUnavailableException? Explain(Exception fault) => DatabaseUnavailableException.From(fault, Place);

    /// <summary>Closes the pools and leaves the private server.</summary>
    public async ValueTask DisposeAsync()
    {
        await QuerySource.DisposeAsync();
        await Source.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private static NpgsqlConnectionStringBuilder Configure(DatabaseOptions options, string connectionString)
    {
        var settings = ConnectionAddress.Parse(connectionString);
        settings.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        settings.ApplicationName ??= "campaign";
        settings.IncludeErrorDetail = false;
        if (options.ConnectionString is null)
        {
            // The private server takes 200 connections, and several processes share it.
            settings.MaxPoolSize = 40;
        }

        if (string.IsNullOrEmpty(settings.Host))
        {
            settings.Host = "localhost";
        }

        return settings;
    }
}
