using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Db;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Apply the migrations that the database still lacks, and show them.");
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await WorkspaceSession.OpenDatabaseAsync(workspace.Directory(parsed), cancellationToken);
            var applied = await database.MigrateAsync(cancellationToken);
            if (applied.Count == 0)
            {
                await Console.Error.WriteLineAsync("nothing to apply: the database is up to date");
            }

            output.Writer(parsed).Rows(applied.Select(migration => new Row(migration.Number, migration.Name, migration.Sha256)));
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record Row(int Number, string Name, string Sha256);
}
