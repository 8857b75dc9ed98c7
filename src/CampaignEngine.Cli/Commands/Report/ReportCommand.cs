using System.CommandLine;
using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Reporting;

namespace CampaignEngine.Cli.Commands.Report;

internal static class ReportCommand
{
    public static Command Create()
    {
        var command = new Command("report", "Show what came of a campaign: responses and conversions per cell and drop. Example: campaign report spring-tea --as-of 2026-03-31");
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "Name of a campaign that has been sent or imported; with --all, names in which * stands for anything.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All campaigns beside each other, one line each." };
        var asOf = new Option<string?>("--as-of") { Description = "Count only what was known then: a day (its end, in the zone of engine.yaml) or an instant [default: now].", HelpName = "DATE" };
        command.Arguments.Add(campaign);
        command.Options.Add(asOf);
        command.Options.Add(all);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var moment = parsed.GetValue(asOf) is { } written ? AsOf(written, session.Settings) : session.TimeProvider.GetUtcNow();
            if (parsed.GetValue(all))
            {
                var campaigns = await AllAsync(parsed.GetValue(campaign) ?? "*", moment, session, cancellationToken);
                output.Writer(parsed).Document(campaigns, console => ReportTables.Write(console, campaigns), rows => rows.Rows(campaigns.Campaigns));
                return ExitCode.Done;
            }

            var name = parsed.GetValue(campaign) ?? throw CommandException.Invalid("name the campaign, or write --all for one line of each");
            var report = await RunAsync(name, moment, session, cancellationToken);
            output.Writer(parsed).Document(report, console => ReportTables.Write(console, report), rows => rows.Rows(report.Rows));
            return ExitCode.Done;
        });
        return command;
    }

    public static async Task<CampaignReport> RunAsync(string campaign, DateTimeOffset asOf, WorkspaceSession session, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var report = await session.Services.ReportAsync(campaign, asOf, problems, cancellationToken);
        return problems.HasErrors ? throw WorkspaceSession.Invalid(problems)
            : report ?? throw CommandException.Failed($"campaign '{campaign}' has no mailing yet, so there is nothing to report; launch it first, or see 'campaign report --all' for the names");
    }

    private static async Task<CampaignsReport> AllAsync(string pattern, DateTimeOffset asOf, WorkspaceSession session, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var report = await session.Services.ReportAllAsync(pattern, asOf, problems, cancellationToken);
        return problems.HasErrors ? throw WorkspaceSession.Invalid(problems)
            : report.Campaigns.Count > 0 ? report
            : throw CommandException.Failed(pattern == "*" ? "no campaign has been sent or imported yet" : $"no campaign that has been sent or imported is named like '{pattern}'");
    }

    private static DateTimeOffset AsOf(string written, EngineSettings settings)
    {
        if (DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
            var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);
            return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).AddMicroseconds(-1);
        }

        return DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : throw CommandException.Invalid($"--as-of '{written}' is neither a day such as 2026-03-31 nor an instant such as 2026-03-31T12:00:00Z");
    }
}
