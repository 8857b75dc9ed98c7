using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Database.Private;

namespace CampaignEngine.Cli.Commands.Db;

internal static class StartCommand
{
    public static Command Create()
    {
        var command = new Command("start", "Start the private server and keep it running until 'campaign db stop'.");
        var workspace = WorkspaceOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = WorkspaceSession.DatabaseOptionsFor(workspace.Directory(parsed));
            DbTarget.RequirePrivate(options);
            await using var server = await PrivatePostgres.JoinAsync(options, cancellationToken);
            server.Keep();
            await Console.Error.WriteLineAsync($"the private database runs until 'campaign db stop' (socket in {server.SocketDirectory})");
            return ExitCode.Done;
        });
        return command;
    }
}
