using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Bounces;

internal static class RulesCommand
{
    public static Command Create()
    {
        var command = new Command("rules", "List what operators decided, the newest first: it decides. Example: campaign bounces rules");
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            output.Writer(parsed, session.Services.Zone).Rows(await session.Services.BounceReview.DecidedAsync(cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
