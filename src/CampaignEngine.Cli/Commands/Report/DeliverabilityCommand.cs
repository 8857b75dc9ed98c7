using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary><c>campaign report deliverability</c>.</summary>
internal static class DeliverabilityCommand
{
    public static Command Create()
    {
        var command = new Command("deliverability", "Show what became of e-mails by mailbox provider: taken, put off, bounced, complained about, opened, clicked. Example: campaign report deliverability --days 7");
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "Name of a campaign [default: all of them].", Arity = ArgumentArity.ZeroOrOne };
        var days = new Option<int>("--days") { Description = "Without a campaign: e-mails due in so many days.", HelpName = "N", DefaultValueFactory = static _ => 30 };
        var limit = new Option<int>("--limit") { Description = "Providers shown by name.", HelpName = "N", DefaultValueFactory = static _ => 20 };
        var asOf = ReportArguments.AsOf();
        command.Arguments.Add(campaign);
        command.Options.Add(days);
        command.Options.Add(limit);
        command.Options.Add(asOf);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        var file = FileOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var moment = ReportArguments.Moment(parsed.GetValue(asOf), session);
            var since = moment.AddDays(-Math.Clamp(parsed.GetValue(days), 1, 3650));
            var rows = await session.Services.Deliverability.RunAsync(parsed.GetValue(campaign), since, moment, Math.Max(1, parsed.GetValue(limit)), cancellationToken);
            if (rows.Count == 0 && parsed.GetValue(campaign) is { } name)
            {
                throw CommandException.Failed($"campaign '{name}' has sent no e-mail yet, or to fewer people than reports.smallest_cell shows; see 'campaign report --all' for the names");
            }

            file.Write(parsed, stream => output.Writer(parsed, output: stream).Rows(rows));
            return ExitCode.Done;
        });
        return command;
    }
}
