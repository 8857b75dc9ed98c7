using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Customers.History;

namespace CampaignEngine.Cli.Commands.Import;

/// <summary><c>campaign remove-history CAMPAIGN</c>.</summary>
internal static class RemoveHistoryCommand
{
    public static Command Create()
    {
        var command = new Command(
            "remove-history",
            "Take an imported campaign out again, with its contacts and responses; without --yes, say what would go. Customers and orders that the same file fed stay.\n\n"
            + "Example: campaign remove-history hillstrom-2008 --yes");
        var campaign = new Argument<string>("CAMPAIGN") { Description = "Name of an imported campaign." };
        var yes = new Option<bool>("--yes") { Description = "Remove it." };
        command.Arguments.Add(campaign);
        command.Options.Add(yes);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var name = parsed.GetValue(campaign)!;
            var removed = await PastCampaigns.RemoveAsync(session.Database.Source, name, keep: !parsed.GetValue(yes), cancellationToken)
                ?? throw CommandException.Invalid($"no imported campaign is named '{name}'; 'campaign report --all' lists all");
            output.Writer(parsed).Rows([removed]);
            if (!removed.Removed)
            {
                Console.Error.WriteLine("nothing was removed; write --yes to do it");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
