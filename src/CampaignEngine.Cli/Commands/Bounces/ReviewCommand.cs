using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Bounces;

internal static class ReviewCommand
{
    public static Command Create()
    {
        var command = new Command("review", "List texts that no rule knows, most frequent first. Example: campaign bounces review");
        var limit = new Option<int>("--limit") { Description = "Most texts to list.", HelpName = "N", DefaultValueFactory = static _ => 50 };
        command.Options.Add(limit);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            output.Writer(parsed, session.Services.Zone).Rows(await session.Services.BounceReview.UnknownAsync(Math.Max(0, parsed.GetValue(limit)), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
