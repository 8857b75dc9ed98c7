using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Database;
using CampaignEngine.Database.Private;

namespace CampaignEngine.Cli.Commands.Db;

internal static class UrlCommand
{
    public static Command Create()
    {
        var command = new Command("url", "Print the database's address for other tools, without password: psql \"$(./campaign db url)\".");
        var workspace = WorkspaceOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenUnmigratedAsync(workspace.Directory(parsed), cancellationToken);
            await Console.Out.WriteLineAsync(session.Database.Address);
            return ExitCode.Done;
        });
        return command;
    }
}
