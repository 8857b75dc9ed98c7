using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Db;

internal static class UrlCommand
{
    public static Command Create()
    {
        var command = new Command("url", "Print the database's address for other tools, without password: psql \"$(./campaign db url)\".");
        var workspace = WorkspaceOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await WorkspaceSession.OpenDatabaseAsync(workspace.Directory(parsed), cancellationToken);
            if (database.Server is { IsKept: false })
            {
                await Console.Error.WriteLineAsync(
                    "the private server stops soon after the last campaign command; 'campaign db start' keeps it for other tools");
            }

            await Console.Out.WriteLineAsync(database.Address);
            return ExitCode.Done;
        });
        return command;
    }
}
