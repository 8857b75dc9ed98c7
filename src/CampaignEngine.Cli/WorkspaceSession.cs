using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Database;

namespace CampaignEngine.Cli;

/// <summary>A workspace opened for one command: its folder, its database (migrated), and the clock.</summary>
internal sealed class WorkspaceSession : IAsyncDisposable
{
    /// <summary>Names the environment variable that holds a connection string; unset or empty means the private server.</summary>
    public const string DatabaseVariable = "CAMPAIGN_DATABASE";

    private WorkspaceSession(string workspaceDirectory, EngineDatabase database, TimeProvider timeProvider) =>
        (WorkspaceDirectory, Database, TimeProvider) = (workspaceDirectory, database, timeProvider);

    public string WorkspaceDirectory { get; }

    public EngineDatabase Database { get; }

    public TimeProvider TimeProvider { get; }

    /// <summary>Opens the workspace's database and applies missing migrations.</summary>
    public static async Task<WorkspaceSession> OpenAsync(WorkspaceOption workspace, ParseResult parsed, CancellationToken cancellationToken)
    {
        var session = await OpenUnmigratedAsync(workspace.Directory(parsed), cancellationToken);
        try
        {
            await session.Database.MigrateAsync(cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the database as it is, for commands that look at the migrations themselves.</summary>
    public static async Task<WorkspaceSession> OpenUnmigratedAsync(string workspaceDirectory, CancellationToken cancellationToken)
    {
        var timeProvider = TimeProvider.System;
        var database = await EngineDatabase.OpenAsync(DatabaseOptionsFor(workspaceDirectory), timeProvider, cancellationToken);
        return new(workspaceDirectory, database, timeProvider);
    }

    public static DatabaseOptions DatabaseOptionsFor(string workspaceDirectory) => new()
    {
        WorkspaceDirectory = workspaceDirectory,
        ConnectionString = Environment.GetEnvironmentVariable(DatabaseVariable) is { Length: > 0 } configured ? configured : null,
        Say = Console.Error.WriteLine,
    };

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
