using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class ResumeCommand
{
    public static Command Create()
    {
        var command = new Command("resume", "Go on sending what was paused. Example: campaign resume spring-tea");
        var arguments = CampaignArguments.AddTo(command);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (campaign, drop) = (arguments.Campaign(parsed), arguments.Drop(parsed));
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            await CampaignArguments.RequireAsync(session.Database.Source, campaign, drop, cancellationToken);
            var changed = await MailingControl.ResumeAsync(session.Database.Source, campaign, drop, cancellationToken);
            if (changed.Count == 0)
            {
                await Console.Error.WriteLineAsync("nothing to resume: no such mailing is paused");
            }

            output.Writer(parsed).Rows(changed);
            return ExitCode.Done;
        });
        return command;
    }
}
