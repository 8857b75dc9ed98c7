using System.CommandLine;

namespace CampaignEngine.Cli.Commands.Bounces;

internal static class BouncesCommands
{
    public static Command Create() => new("bounces", "Texts of bounces that no rule knows, and the rules that people make of them.")
    {
        ReviewCommand.Create(),
        DecideCommand.Create(),
        RulesCommand.Create(),
    };
}
