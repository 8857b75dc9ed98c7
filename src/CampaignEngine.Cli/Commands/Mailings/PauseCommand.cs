using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class PauseCommand
{
    public static Command Create()
    {
        var command = new Command("pause", "Stop sending a campaign or one of its drops, on every worker, before the next terminator. Example: campaign pause spring-tea reminder");
        var arguments = CampaignArguments.AddTo(command);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (campaign, drop) = (arguments.Campaign(parsed), arguments.Drop(parsed));
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            await CampaignArguments.RequireAsync(session.Database.Source, campaign, drop, cancellationToken);
            var changed = await MailingControl.PauseAsync(session.Database.Source, campaign, drop, cancellationToken);
            if (changed.Count == 0)
            {
                await Console.Error.WriteLineAsync("nothing to pause: no such mailing is running");
            }

            output.Writer(parsed).Rows(changed);
            return ExitCode.Done;
        });
        return command;
    }
}
