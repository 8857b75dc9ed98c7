using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary><c>campaign report funnel CAMPAIGN</c>.</summary>
internal static class FunnelCommand
{
    public static Command Create()
    {
        var command = new Command("funnel", "Show the way from the frozen list to the conversion, people beside machines. Example: campaign report funnel spring-tea");
        var campaign = new Argument<string>("CAMPAIGN") { Description = "Name of a campaign that has been sent or imported." };
        var asOf = ReportArguments.AsOf();
        command.Arguments.Add(campaign);
        command.Options.Add(asOf);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        var file = FileOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var name = parsed.GetValue(campaign)!;
            var funnel = await ReportArguments.AskAsync(
                name, problems => session.Services.Reports.FunnelAsync(name, ReportArguments.Moment(parsed.GetValue(asOf), session), problems, cancellationToken));
            file.Write(parsed, stream => BreakdownView.Of(funnel)(output.Writer(parsed, output: stream)));
            return ExitCode.Done;
        });
        return command;
    }
}
