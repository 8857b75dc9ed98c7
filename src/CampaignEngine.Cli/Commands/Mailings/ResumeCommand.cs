using System.CommandLine;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class ResumeCommand
{
    public static Command Create() => StateCommand.Create(
        "resume",
        "Go on sending what was paused. Example: campaign resume spring-tea",
        "nothing to resume: no such mailing is paused",
        static async (source, campaign, drop, cancellationToken) => (await MailingControl.ResumeAsync(source, campaign, drop, cancellationToken), null));
}
