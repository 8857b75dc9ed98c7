using System.CommandLine;
using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Calendars;

namespace CampaignEngine.Cli.Commands.Report;

internal static class ReportCommand
{
    private const string Html = "html";
    private const string Pdf = "pdf";

    public static Command Create()
    {
        var command = new Command("report", """
            Show what came of a campaign: responses and conversions per cell and drop, or by whatever is known of the people. With --output html or pdf: one page with charts
            that opens anywhere; its figures lead to their rows by 'campaign rows'.

            Example: campaign report spring-tea --as-of 2026-03-31 --output html --file spring-tea.html
            """);
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "Name of a campaign that has been sent or imported; with --all, names in which * stands for anything.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All campaigns beside each other, one line each." };
        var attribution = new Option<bool>("--attribution") { Description = "The conversions credited in six ways beside each other, with other campaigns that share them." };
        var forecast = new Option<bool>("--forecast") { Description = "The responses to expect in the end, by how fast they came in earlier campaigns on the same channels." };
        var matchback = new Option<bool>("--matchback") { Description = "Orders of the people of the campaign, and beside them those of others in their households." };
        var bootstrap = new Option<bool>("--bootstrap") { Description = "Revenue a person by cell with intervals drawn from the people themselves, for a few large orders." };
        var earlier = new Option<bool>("--earlier") { Description = "The campaign's rates, costs and return beside those of earlier campaigns of its kind, name or channel." };
        var recount = new Option<bool>("--recount") { Description = "Count what earlier campaigns came to anew first: after orders of the past were imported." };
        var asOf = ReportArguments.AsOf();
        var by = new Option<string?>("--by") { Description = "Figures by cell, drop, day, link, list, segment, domain, or any field or expression of the people.", HelpName = "WHAT" };
        var compare = new Option<string[]>("--compare")
        {
            Description = "Two campaigns: how far the second lies above the first, split into list, timing, offer and creative; --by says what stands for the list.",
            HelpName = "FROM TO",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
        };
        var month = new Option<string?>("--calendar") { Description = "All campaigns of a month, day by day, such as 2026-03.", HelpName = "MONTH" };
        command.Options.Add(compare);
        command.Options.Add(month);
        command.Subcommands.Add(FunnelCommand.Create());
        command.Subcommands.Add(DeliverabilityCommand.Create());
        command.Arguments.Add(campaign);
        command.Options.Add(asOf);
        command.Options.Add(by);
        command.Options.Add(all);
        command.Options.Add(attribution);
        command.Options.Add(forecast);
        command.Options.Add(matchback);
        command.Options.Add(bootstrap);
        command.Options.Add(earlier);
        command.Options.Add(recount);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command, Html, Pdf);
        var file = FileOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (asked, what, html) = (parsed.GetValue(campaign), parsed.GetValue(by), output.Format(parsed) is Html or Pdf);
            var (pair, calendar) = (parsed.GetValue(compare), parsed.GetValue(month));
            string[] questions =
            [
                .. new[] { ("--all", parsed.GetValue(all)), ("--attribution", parsed.GetValue(attribution)), ("--forecast", parsed.GetValue(forecast)), ("--bootstrap", parsed.GetValue(bootstrap)), ("--matchback", parsed.GetValue(matchback)), ("--earlier", parsed.GetValue(earlier)), ("--compare", pair is { Length: > 0 }), ("--calendar", calendar is not null) }
                    .Where(q => q.Item2).Select(q => q.Item1),
            ];
            if (html && (what is not null || questions.Length > 0))
            {
                throw CommandException.Invalid($"{questions.FirstOrDefault("--by")} gives rows: use it with --output table, json or csv; the page has its own charts");
            }

            if (questions.Length > 1 || (asked is not null && questions is ["--compare" or "--calendar"]))
            {
                throw CommandException.Invalid("name a campaign, or use one of --all, --compare and --calendar");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var (moment, reports) = (ReportArguments.Moment(parsed.GetValue(asOf), session), session.Services.Reports);
            if (parsed.GetValue(all))
            {
                Write(ReportTables.Of(await AllAsync(asked ?? "*", problems => reports.ReportAllAsync(asked ?? "*", moment, problems, cancellationToken))));
                return ExitCode.Done;
            }

            if (pair is [var from, var to])
            {
                Write(ComparisonView.Of(await ReportArguments.AskAsync($"{from}' or '{to}", problems => reports.CompareAsync(from, to, moment, what, problems, cancellationToken))));
                return ExitCode.Done;
            }

            if (calendar is not null)
            {
                var first = DateOnly.TryParseExact(calendar, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                    ? day : throw CommandException.Invalid($"--calendar '{calendar}' is not a month; write for example 2026-03");
                Write(CalendarView.Of(await ReportArguments.AskAsync<CampaignCalendar>(calendar, async problems => await reports.CalendarAsync(first, moment, problems, cancellationToken))));
                return ExitCode.Done;
            }

            var name = asked ?? throw CommandException.Invalid("name the campaign, or write --all for one line of each");
            if (parsed.GetValue(attribution))
            {
                Write(AttributionView.Of(await ReportArguments.AskAsync(name, problems => reports.AttributionAsync(name, moment, problems, cancellationToken))));
                return ExitCode.Done;
            }

            if (parsed.GetValue(recount))
            {
                await reports.Closings.RecountAsync(cancellationToken);
            }

            if (parsed.GetValue(earlier))
            {
                var beside = (await ReportArguments.AskAsync(name, problems => reports.ReportAsync(name, moment, problems, cancellationToken))).Earlier
                    ?? throw CommandException.Failed($"no campaign before '{name}' is over that has its kind, its name or its channel");
                Write(writer => writer.Document(beside, console => EarlierTable.Write(console, beside), rows => rows.Rows(beside.Measures)));
                return ExitCode.Done;
            }

            if (parsed.GetValue(matchback))
            {
                var matched = await ReportArguments.AskAsync(name, problems => reports.MatchbackAsync(name, moment, problems, cancellationToken));
                Write(writer => writer.Document(matched, table: _ => writer.Rows(matched.Rows), rows: csv => csv.Rows(matched.Rows)));
                return ExitCode.Done;
            }

            if (parsed.GetValue(forecast))
            {
                var expected = await ReportArguments.AskAsync(name, problems => reports.ForecastAsync(name, moment, problems, cancellationToken));
                Write(writer => writer.Document(expected));
                return ExitCode.Done;
            }

            if (parsed.GetValue(bootstrap))
            {
                var spending = await ReportArguments.AskAsync(name, problems => reports.SpendingAsync(name, moment, problems, cancellationToken));
                Write(writer => writer.Document(spending, console => SpendingTable.Write(console, spending), rows => rows.Rows(spending.Rows)));
                return ExitCode.Done;
            }

            if (output.Format(parsed) == Pdf)
            {
                var document = await ReportArguments.AskAsync(name, problems => reports.DocumentAsync(name, moment, session.Services.Fonts, problems, cancellationToken));
                file.Write(parsed, document.Pdf);
                if (document.Missing.Length > 0)
                {
                    Console.Error.WriteLine($"no font of this machine has {document.Missing}; boxes stand for them. Install a font that has them (on Debian: fonts-noto-cjk), or name one as reports.font in engine.yaml");
                }

                return ExitCode.Done;
            }

            if (html)
            {
                var page = await ReportArguments.AskAsync(name, problems => reports.PageAsync(name, moment, problems, cancellationToken));
                file.Write(parsed, stream => stream.Write(page));
                return ExitCode.Done;
            }

            Write(what switch
            {
                null => ReportTables.Of(await ReportArguments.AskAsync(name, problems => reports.ReportAsync(name, moment, problems, cancellationToken))),
                "day" => BreakdownView.Of(await ReportArguments.AskAsync(name, problems => reports.DaysAsync(name, moment, problems, cancellationToken))),
                "link" => BreakdownView.Of(await ReportArguments.AskAsync(name, problems => reports.LinksAsync(name, moment, problems, cancellationToken))),
                _ => BreakdownView.Of(await ReportArguments.AskAsync(name, problems => reports.BreakdownAsync(name, moment, what, problems, cancellationToken))),
            });
            return ExitCode.Done;

            void Write(Action<ResultWriter> write) => file.Write(parsed, stream => write(output.Writer(parsed, output: stream)));
        });
        return command;
    }

    private static async Task<CampaignsReport> AllAsync(string pattern, Func<ProblemList, Task<CampaignsReport>> ask)
    {
        var problems = new ProblemList();
        var report = await ask(problems);
        return problems.HasErrors ? throw WorkspaceSession.Invalid(problems)
            : report.Campaigns.Count > 0 ? report
            : throw CommandException.Failed(pattern == "*" ? "no campaign has been sent or imported yet" : $"no campaign that has been sent or imported is named like '{pattern}'");
    }
}
