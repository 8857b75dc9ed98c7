using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Db;

internal static class AdoptCommand
{
    public static Command Create()
    {
        var command = new Command(
            "adopt",
            "Let a restored or copied database send again. First compare with the relay's log: what was sent after the backup is pending here and would be sent twice.");
        var workspace = WorkspaceOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            await using var connection = await session.Database.ConnectAsync(cancellationToken);
            var before = await InstallationGuard.CheckAsync(connection, cancellationToken);
            if (before.Problem is null)
            {
                await Console.Error.WriteLineAsync("nothing to adopt: this database is the one the engine sends from");
                return ExitCode.Done;
            }

            await InstallationGuard.AdoptAsync(connection, cancellationToken);
            await Console.Error.WriteLineAsync("adopted: workers send from this database now");
            return ExitCode.Done;
        });
        return command;
    }
}
