using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Database;
using CampaignEngine.Database.Migrations;
using CampaignEngine.Database.Private;

namespace CampaignEngine.Cli.Commands.Db;

internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Show which database is used and in what state it is; starts nothing.");
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = WorkspaceSession.DatabaseOptionsFor(workspace.Directory(parsed));
            var status = options.ConnectionString is null
                ? await PrivateStatusAsync(options, cancellationToken)
                : await OpenStatusAsync(options, "configured", null, cancellationToken);
            output.Writer(parsed).Document(status);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<Status> PrivateStatusAsync(DatabaseOptions options, CancellationToken cancellationToken)
    {
        var server = await PrivatePostgres.StatusAsync(options.WorkspaceDirectory, cancellationToken);
        if (!server.Running)
        {
            return new("private", server.Exists ? "stopped" : "not created", server.Exists ? $"{server.Major}" : null, null, options.WorkspaceDirectory, null, server.DataDirectory, null);
        }

        var state = server.Kept ? "running until 'db stop'" : server.InUse ? "running, in use" : "running, about to stop";
        return await OpenStatusAsync(options, "private", (state, server.DataDirectory, server.ProcessId), cancellationToken);
    }

    private static async Task<Status> OpenStatusAsync(
        DatabaseOptions options, string kind, (string State, string Data, int Process)? server, CancellationToken cancellationToken)
    {
        await using var database = await EngineDatabase.OpenAsync(options, TimeProvider.System, cancellationToken);
        var (applied, pending, faults) = await new MigrationRunner(database.Source, TimeProvider.System).InspectAsync(cancellationToken);
        var migrations = faults.Count > 0 ? string.Join("; ", faults) : $"{applied.Count} applied, {pending.Count} to apply";
        return new(kind, server?.State ?? "running", database.ServerVersion.ToString(), database.Address, database.Options.WorkspaceDirectory, migrations, server?.Data, server?.Process);
    }

    private sealed record Status(
        string Server, string State, string? Version, string? Url, string? Workspace, string? Migrations, string? Data, int? ProcessId);
}
