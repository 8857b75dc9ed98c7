using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.Commands.Report;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Reporting.Winners;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class WinnerCommand
{
    public static Command Create()
    {
        var command = new Command(
            "winner",
            "Show how the cells of a test stand, or decide what its remainder gets: a cell, nothing, or that the rule decides no longer. A decision is final. "
            + "Example: campaign winner spring-tea free-shipping --because \"fewer complaints\"");
        var campaign = new Argument<string>("CAMPAIGN") { Description = "The campaign's name." };
        var cell = new Argument<string?>("CELL") { Description = "The cell whose message the remainder gets.", Arity = ArgumentArity.ZeroOrOne };
        var nobody = new Option<bool>("--nobody") { Description = "The remainder is contacted by nothing, as the control cell is." };
        var ask = new Option<bool>("--ask") { Description = "The rule decides no longer; the remainder waits until you do." };
        var because = new Option<string?>("--because") { Description = "Why; kept with the decision.", HelpName = "TEXT" };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Arguments.Add(campaign);
        command.Arguments.Add(cell);
        foreach (var option in (Option[])[nobody, ask, because])
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (name, chosen) = (parsed.GetValue(campaign)!, parsed.GetValue(cell));
            var (nothing, stop) = (parsed.GetValue(nobody), parsed.GetValue(ask));
            var decisions = (chosen is null ? 0 : 1) + (nothing ? 1 : 0) + (stop ? 1 : 0);
            if (decisions > 1 || (decisions == 1) != parsed.GetValue(because) is { Length: > 0 })
            {
                throw CommandException.Invalid("a decision is one of CELL, --nobody and --ask, with --because TEXT, which is kept with it; without one the standing is shown");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            if (decisions == 1)
            {
                var problems = new ProblemList();
                var ending = await session.Services.Tests(Console.Error.WriteLine).DecideAsync(name, chosen, stop, Environment.UserName, parsed.GetValue(because)!, problems, cancellationToken);
                if (problems.HasErrors || Fault(ending, name, chosen) is not null)
                {
                    throw problems.HasErrors ? WorkspaceSession.Invalid(problems) : Fault(ending, name, chosen)!;
                }
            }

            var report = await ReportArguments.AskAsync(name, problems => session.Services.Reports.ReportAsync(name, session.TimeProvider.GetUtcNow(), problems, cancellationToken));
            var test = report.Test ?? throw NoTest(name);
            output.Writer(parsed, session.Services.Zone).Document(test, console => TestTable.Write(console, test), rows => rows.Rows(test.Standing.Cells));
            return ExitCode.Done;
        });
        return command;
    }

    private static CommandException? Fault(Decided ending, string campaign, string? cell) => ending switch
    {
        Decided.NoTest => NoTest(campaign),
        Decided.NoSuchCell => CommandException.Invalid($"the campaign has no cell '{cell}'; 'campaign winner {campaign}' lists them"),
        Decided.Before => CommandException.Refused($"it was decided or cancelled before; 'campaign winner {campaign}' shows what was decided"),
        _ => null,
    };

    private static CommandException NoTest(string campaign) =>
        CommandException.Invalid($"campaign '{campaign}' has no test whose remainder was frozen; write 'test' beside its 'cells' and launch it");
}
