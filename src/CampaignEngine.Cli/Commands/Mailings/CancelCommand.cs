using System.CommandLine;
using System.Globalization;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class CancelCommand
{
    public static Command Create() => StateCommand.Create(
        "cancel",
        "End a campaign or one of its drops for good. What was not sent never is. Example: campaign cancel spring-tea reminder",
        "nothing to cancel: everything has ended already",
        static async (source, campaign, drop, cancellationToken) =>
        {
            var (changed, dueTimes) = await MailingControl.CancelAsync(source, campaign, drop, cancellationToken);
            return (changed, dueTimes == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{dueTimes} coming due times cancelled as well"));
        });
}
