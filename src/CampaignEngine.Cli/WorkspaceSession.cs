using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Customers;
using CampaignEngine.Database;

namespace CampaignEngine.Cli;

/// <summary>A workspace opened for one command: its files, its database (migrated), the engine's parts and the clock.</summary>
internal sealed class WorkspaceSession : IAsyncDisposable
{
    private WorkspaceSession(Workspace workspace, EngineDatabase database, TimeProvider timeProvider)
    {
        (WorkspaceDirectory, Database, TimeProvider) = (workspace.Directory, database, timeProvider);
        Services = new CampaignEngineServices(workspace.Directory, workspace.Settings!, workspace.Model!, database, timeProvider) { Dns = DnsServers.Lookup };
    }

    public string WorkspaceDirectory { get; }

    public EngineSettings Settings => Services.Settings;

    public CustomerModel Model => Services.Model;

    public EngineDatabase Database { get; }

    public CampaignEngineServices Services { get; }

    public TimeProvider TimeProvider { get; }

    /// <summary>Opens the workspace's database and applies missing migrations; the query role may read what the model maps.</summary>
    public static Task<WorkspaceSession> OpenAsync(WorkspaceOption workspace, ParseResult parsed, CancellationToken cancellationToken) =>
        OpenAsync(workspace.Directory(parsed), cancellationToken);

    public static async Task<WorkspaceSession> OpenAsync(string workspaceDirectory, CancellationToken cancellationToken)
    {
        var session = await OpenUnmigratedAsync(workspaceDirectory, cancellationToken);
        try
        {
            if ((await session.Database.MigrateAsync(cancellationToken)).Count > 0 || !await session.CanQueryAsync(cancellationToken))
            {
                await session.GrantAsync(cancellationToken);
            }

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
        var workspace = LoadWorkspace(workspaceDirectory);
        var database = await EngineDatabase.OpenAsync(DatabaseOptionsFor(workspace), TimeProvider.System, cancellationToken);
        return new WorkspaceSession(workspace, database, TimeProvider.System);
    }

    /// <summary>Settings and model alone, for commands that need no database.</summary>
    /// <exception cref="CommandException">With every problem of engine.yaml and model.yaml.</exception>
    public static Workspace LoadWorkspace(string workspaceDirectory)
    {
        var workspace = Workspace.Load(workspaceDirectory, Environment.GetEnvironmentVariables(), campaignFiles: []);
        return workspace.Settings is null || workspace.Model is null ? throw Invalid(workspace.Problems) : workspace;
    }

    /// <summary>Where the database is, for the <c>db</c> commands: a fault in model.yaml must not keep anybody from stopping the server.</summary>
    /// <exception cref="CommandException">With every problem of engine.yaml.</exception>
    public static DatabaseOptions DatabaseOptionsFor(string workspaceDirectory)
    {
        var workspace = Workspace.Load(workspaceDirectory, Environment.GetEnvironmentVariables(), campaignFiles: []);
        return workspace.Settings is null ? throw Invalid(workspace.Problems) : DatabaseOptionsFor(workspace);
    }

    /// <summary>The database alone, as it is.</summary>
    public static Task<EngineDatabase> OpenDatabaseAsync(string workspaceDirectory, CancellationToken cancellationToken) =>
        EngineDatabase.OpenAsync(DatabaseOptionsFor(workspaceDirectory), TimeProvider.System, cancellationToken);

    /// <summary>The campaign of that name or file, checked in itself.</summary>
    /// <exception cref="CommandException">With every problem of its file.</exception>
    public CampaignDefinition Campaign(string nameOrFile)
    {
        bool isFile = nameOrFile.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || nameOrFile.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);
        var workspace = Workspace.Load(WorkspaceDirectory, Environment.GetEnvironmentVariables(), isFile ? [Path.GetFullPath(nameOrFile)] : null);
        var campaign = isFile ? workspace.Campaigns.SingleOrDefault() : workspace.Campaigns.FirstOrDefault(c => c.Name == nameOrFile);
        var own = new ProblemList();
        own.AddRange(workspace.Problems.Items.Where(p => campaign is null || p.Place.File == campaign.File));
        if (campaign is null && !isFile)
        {
            own.Error(new Place("campaigns", 1, 1), "CE1251", $"there is no campaign '{Shown.Text(nameOrFile)}'{Suggestion.For(nameOrFile, workspace.Campaigns.Select(c => c.Name))}");
        }

        return campaign is null || own.HasErrors ? throw Invalid(own) : campaign;
    }

    /// <summary>All problems, a line each, as an invalid-input ending.</summary>
    public static CommandException Invalid(ProblemList problems) => CommandException.Invalid(string.Join(Environment.NewLine, problems.Items));

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static DatabaseOptions DatabaseOptionsFor(Workspace workspace) => new()
    {
        WorkspaceDirectory = workspace.Directory,
        ConnectionString = workspace.Settings!.Database.Connection?.Resolve(workspace.Directory),
        QueryTimeout = workspace.Settings.Database.StatementTimeout,
        Linger = workspace.Settings.Database.Linger,
        Say = Console.Error.WriteLine,
    };

    private async Task<bool> CanQueryAsync(CancellationToken cancellationToken)
    {
        await using var command = Database.Source.CreateCommand(SqlFile.Load<WorkspaceSession>("CanQuery"));
        command.Parameters.AddWithValue("table", Model.People.Table.Quoted);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private Task GrantAsync(CancellationToken cancellationToken) => Database.GrantQueryRoleAsync(
        Model.Entities.Values.Select(e => (e.Table.Schema, e.Table.Name))
            .Concat(EngineTables.Select(t => ("engine", t))), cancellationToken);

    // What engine facts and rfm.* read; the purchase summary is granted where it is made.
    private static readonly string[] EngineTables = ["contact_history", "event_history", "rfm_threshold"];
}
