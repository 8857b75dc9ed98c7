using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Planning;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Campaigns;

/// <summary><c>campaign why CUSTOMER CAMPAIGN</c>.</summary>
internal static class WhyCommand
{
    public static Command Create()
    {
        var customer = new Argument<string>("customer") { Description = "Number of the customer (customer_no), or the key of the row." };
        var campaign = new Argument<string>("campaign") { Description = "Name of the campaign, or its file." };
        var command = new Command("why", """
            Say why a person did or did not get a campaign, with the condition and the values that decided.

            Example: campaign why 17850 spring-tea
            """) { customer, campaign };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            string who = parsed.GetValue(customer)!;
            var explanation = await session.Services.Explainer.ExplainAsync(who, session.Campaign(parsed.GetValue(campaign)!), cancellationToken)
                ?? throw CommandException.Invalid($"there is no customer '{who}': neither {session.Model.People.Label.Name} nor {session.Model.People.Key.Name} has that value");
            output.Writer(parsed).Document(explanation, console => Show(console, explanation));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, Explanation explanation)
    {
        console.WriteLine($"{explanation.Customer} · {explanation.Campaign}: {explanation.Outcome.Replace('_', ' ')} ({explanation.Reason.Replace('_', ' ')})");
        console.WriteLine(explanation.Detail);
        if (explanation.Cell is not null)
        {
            console.WriteLine($"cell: {explanation.Cell}");
        }

        if (explanation.Conditions.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("", "condition", "today", "values today");
            foreach (var c in explanation.Conditions)
            {
                table.AddRow(new Text($"{c.Number}"), new Text((c.Exclude ? "exclude: " : "") + c.Condition), new Text(c.Holds switch { true => "holds", false => "does not hold", null => "unknown" }), new Text(c.Values));
            }

            console.Write(table);
        }
        foreach (var m in explanation.Mailings)
        {
            console.WriteLine(FormattableString.Invariant($"drop {m.Drop} ({m.Channel}): {m.State.Replace('_', ' ')}{(m.At is { } at ? $" at {at:yyyy-MM-dd HH:mm:ss} UTC" : "")}{(m.Reason is null ? "" : $", {m.Reason}")}"));
        }
    }
}
