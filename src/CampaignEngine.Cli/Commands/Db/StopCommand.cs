using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Database.Private;

namespace CampaignEngine.Cli.Commands.Db;

internal static class StopCommand
{
    public static Command Create()
    {
        var command = new Command("stop", "Stop the private server now, also when other commands are using it.");
        var workspace = WorkspaceOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = WorkspaceSession.DatabaseOptionsFor(workspace.Directory(parsed));
            DbTarget.RequirePrivate(options);
            var (wasRunning, wasInUse) = await PrivatePostgres.StopAsync(options.WorkspaceDirectory, cancellationToken);
            await Console.Error.WriteLineAsync((wasRunning, wasInUse) switch
            {
                (false, _) => "the private database was not running",
                (true, true) => "the private database is stopped; other commands were using it and have lost their connections",
                (true, false) => "the private database is stopped",
            });
            return ExitCode.Done;
        });
        return command;
    }
}
