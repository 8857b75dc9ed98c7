using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Planning;

namespace CampaignEngine.Cli.Commands.Campaigns;

/// <summary><c>campaign plan CAMPAIGN</c>.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var campaign = new Argument<string>("campaign") { Description = "Name of the campaign, or its file." };
        var command = new Command("plan", """
            Show and store what a launch would do: the waterfall, cost, schedule, sample messages, the difference
            from the plan before, and the hash that 'campaign launch' takes. Nothing is sent.

            Example: campaign plan spring-tea
            """) { campaign };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var plan = await MakeAsync(session, parsed.GetValue(campaign)!, cancellationToken);
            output.Writer(parsed).Document(plan, console => PlanView.Show(console, plan), writer => writer.Rows(plan.Waterfall));
            return ExitCode.Done;
        });
        return command;
    }

    public static async Task<PlanDocument> MakeAsync(WorkspaceSession session, string nameOrFile, CancellationToken cancellationToken)
    {
        var campaign = session.Campaign(nameOrFile);
        var problems = new ProblemList();
        CampaignRun run = new(session.Services);
        return await ProgressDisplay.RunAsync($"plan {campaign.Name}", session.TimeProvider, async progress =>
            await run.PlanAsync(campaign, problems, (note, people) => progress.Report(new ProgressStep(people, null, note)), cancellationToken))
            ?? throw WorkspaceSession.Invalid(problems);
    }
}
