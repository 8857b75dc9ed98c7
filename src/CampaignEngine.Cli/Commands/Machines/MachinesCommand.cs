using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine.Cli.Commands.Machines;

/// <summary>What speaks for machines among the opens and clicks, and judging all of them anew.</summary>
internal static class MachinesCommand
{
    public static Command Create()
    {
        var command = new Command("machines", "Count the signs by which opens and clicks are told to be a machine's, or judge all of them anew under the rules in force. Example: campaign machines --campaign spring-tea");
        var campaign = new Option<string?>("--campaign") { Description = "Only events of this campaign.", HelpName = "CAMPAIGN" };
        var rules = new Option<bool>("--rules") { Description = "Print the rules in force: machines.yaml of the workspace, else those of the program." };
        var rerun = new Option<bool>("--rerun") { Description = "Judge every event anew. Reports as of earlier moments keep what was believed then." };
        command.Options.Add(campaign);
        command.Options.Add(rules);
        command.Options.Add(rerun);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(campaign) is not null, result.GetValue(rules), result.GetValue(rerun) }.Count(set => set) > 1)
            {
                result.AddError("--campaign, --rules and --rerun exclude one another");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(rules))
            {
                await Console.Out.WriteAsync(MachineRules.Load(workspace.Directory(parsed)).Text.AsMemory(), cancellationToken);
                return ExitCode.Done;
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var sweep = session.Services.MachineSweep;
            if (parsed.GetValue(rerun))
            {
                var counts = await sweep.RerunAsync(cancellationToken);
                output.Writer(parsed).Document(new { session.Services.MachineRules.Version, BecameMachines = counts.Machines, BecamePeople = counts.People });
                return ExitCode.Done;
            }

            await sweep.RunOnceAsync(cancellationToken);
            output.Writer(parsed).Rows(await new MachineSigns(session.Database.Source).CountAsync(parsed.GetValue(campaign), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
