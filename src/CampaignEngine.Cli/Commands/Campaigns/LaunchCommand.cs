using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Planning;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Campaigns;

/// <summary><c>campaign launch CAMPAIGN --plan HASH</c>.</summary>
internal static class LaunchCommand
{
    public static Command Create()
    {
        var campaign = new Argument<string>("campaign") { Description = "Name of the campaign, or its file." };
        var plan = new Option<string>("--plan") { Description = "Hash printed by 'campaign plan'.", HelpName = "HASH", Required = true };
        var overBudget = new Option<bool>("--over-budget") { Description = "Launch although the plan costs more than the budget." };
        var command = new Command("launch", """
            Approve a plan: exactly its definition, messages and list are frozen and sent when due.

            Example: campaign launch spring-tea --plan 3f9c2a81
            Exit code 3 when refused: unknown or outdated plan, over budget, more than one message in 100 that cannot be rendered.
            """) { campaign, plan, overBudget };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            string name = parsed.GetValue(campaign)!;
            if (name.EndsWith(".yaml", StringComparison.Ordinal))
            {
                name = session.Campaign(name).Name;
            }

            if (await session.Services.MailDomains.LookUpForLaunchAsync(name, cancellationToken) is { } unknown)
            {
                await Console.Error.WriteLineAsync(unknown);
            }

            var result = await session.Services.Launcher.LaunchAsync(name, parsed.GetValue(plan)!, parsed.GetValue(overBudget), cancellationToken);
            if (result.Ending is not (LaunchEnding.Launched or LaunchEnding.AlreadyLaunched))
            {
                throw CommandException.Refused(result.Text);
            }

            output.Writer(parsed).Document(
                new { campaign = name, plan = result.Hash, launched = result.Ending == LaunchEnding.Launched, text = result.Text, drops = result.Drops },
                console =>
                {
                    console.WriteLine(result.Text);
                    foreach (var drop in result.Drops)
                    {
                        console.WriteLine(FormattableString.Invariant($"  {drop.Drop}{(drop.Part is null ? "" : $" ({drop.Part})")}: {drop.People:N0} people frozen, {(drop.Part == "remainder" ? "waiting for the winner, decided" : "due")} {drop.DueAt:yyyy-MM-dd HH:mm} UTC{(drop.Excluded > 0 ? $", {drop.Excluded:N0} of the list left out" : "")}"));
                    }

                    console.WriteLine("Next: 'campaign worker --until-idle' sends what is due now, 'campaign serve' keeps sending; 'campaign status' shows how far it is.");
                });
            return ExitCode.Done;
        });
        return command;
    }
}
