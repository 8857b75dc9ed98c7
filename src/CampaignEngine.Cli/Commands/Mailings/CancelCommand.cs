using System.CommandLine;
using System.Globalization;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class CancelCommand
{
    public static Command Create()
    {
        var command = new Command("cancel", "End a campaign or one of its drops for good: what was not sent never is. Example: campaign cancel spring-tea reminder");
        var arguments = CampaignArguments.AddTo(command);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (campaign, drop) = (arguments.Campaign(parsed), arguments.Drop(parsed));
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var (changed, dueTimes) = await MailingControl.CancelAsync(session.Database.Source, campaign, drop, cancellationToken);
            if (changed.Count == 0 && dueTimes == 0)
            {
                await CampaignArguments.RequireAsync(session.Database.Source, campaign, drop, cancellationToken);
                await Console.Error.WriteLineAsync("nothing to cancel: everything has ended already");
            }

            if (dueTimes > 0)
            {
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{dueTimes} coming due times cancelled as well"));
            }

            output.Writer(parsed).Rows(changed);
            return ExitCode.Done;
        });
        return command;
    }
}
