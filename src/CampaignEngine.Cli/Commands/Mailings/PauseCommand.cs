using System.CommandLine;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class PauseCommand
{
    public static Command Create() => StateCommand.Create(
        "pause",
        "Stop sending a campaign or one of its drops, on every worker, before the next terminator. Example: campaign pause spring-tea reminder",
        "nothing to pause: no such mailing is running",
        static async (source, campaign, drop, cancellationToken) => (await MailingControl.PauseAsync(source, campaign, drop, cancellationToken), null));
}
