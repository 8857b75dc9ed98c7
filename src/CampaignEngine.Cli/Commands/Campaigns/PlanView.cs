using System.Globalization;
using CampaignEngine.Planning;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Campaigns;

/// <summary>A plan on a terminal of 100 columns.</summary>
internal static class PlanView
{
    public static void Show(IAnsiConsole console, PlanDocument plan)
    {
        console.WriteLine($"Plan of {plan.Campaign}{(plan.Title is null ? "" : $" ({plan.Title})")}");
        console.Write(Waterfall(plan));
        console.Write(Drops(plan));
        string budget = plan.Budget is { } amount ? Number($" of a budget of {amount:N2}") + (plan.OverBudget ? ": over budget" : "") : "";
        console.WriteLine(Number($"Cost {plan.Cost:N2} {plan.Currency}") + budget);
        if (plan.Power is { } power)
        {
            console.WriteLine(Number($"Control cell of {plan.Control:N0}: ") + Found(power));
        }

        if (plan.Proof is { } proof)
        {
            ShowProof(console, proof);
        }

        foreach (var sample in plan.Samples)
        {
            ShowSample(console, sample);
        }

        if (plan.Difference is { } difference)
        {
            ShowDifference(console, difference);
        }

        foreach (string warning in plan.Warnings)
        {
            console.WriteLine("Note: " + warning);
        }

        console.WriteLine($"Plan hash {plan.Hash}. To run exactly this: campaign launch {plan.Campaign} --plan {plan.Hash}");
    }

    private static string Found(PlanPower power)
    {
        string rise = power.DetectableRise is { } found
            ? Number($"at a {power.Of} rate of {power.Rate * 100:0.##} % a rise by {found * 100:0.00} points is found four times in five")
            : Number($"at a {power.Of} rate of {power.Rate * 100:0.##} % no rise would be found");
        return rise + (power.ControlForAFifth is { } people
            ? Number($"; a rise by a fifth needs {people:N0} people in it")
            : "; a rise by a fifth needs more people contacted");
    }

    private static Table Waterfall(PlanDocument plan)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("waterfall").AddColumn(new TableColumn("people").RightAligned()).AddColumn("");
        table.AddRow(new Text("universe"), new Text(Number($"{plan.Universe:N0}")), new Text(""));
        bool selected = false;
        foreach (var step in plan.Waterfall)
        {
            if (step.Reason != "condition" && !selected)
            {
                selected = true;
                table.AddRow(new Text("selected"), new Text(Number($"{plan.Selected:N0}")), new Text(""));
            }
            if (step.Reason == "control")
            {
                table.AddRow(new Text("net"), new Text(Number($"{plan.Net:N0}")), new Text(""));
            }

            table.AddRow(
                new Text("  - " + (step.Condition is { } number ? Number($"condition {number}") : step.Reason.Replace('_', ' '))),
                new Text(Number($"{step.Count:N0}")), new Text(step.Detail));
        }
        if (plan.Control == 0)
        {
            table.AddRow(new Text("net"), new Text(Number($"{plan.Net:N0}")), new Text(""));
        }

        table.AddRow(new Text("to contact"), new Text(Number($"{plan.Contact:N0}")), new Text(string.Join(", ", plan.Cells.Where(c => c.Cell.Length > 0).Select(c => Number($"{c.Cell} {c.People:N0}")))));
        return table;
    }

    private static Table Drops(PlanDocument plan)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("drop", "channel", "when").AddColumn(new TableColumn("people").RightAligned()).AddColumn(new TableColumn("cost").RightAligned());
        foreach (var drop in plan.Drops)
        {
            table.AddRow(new Text(drop.Drop), new Text(drop.Channel), new Text(drop.Schedule), new Text(Number($"{drop.People:N0}")), new Text(Number($"{drop.Cost:N2}")));
        }

        return table;
    }

    private static void ShowProof(IAnsiConsole console, PlanProof proof)
    {
        long largest = proof.Drops.Max(d => d.LargestBytes);
        console.WriteLine(Number($"Proof: {proof.Rendered:N0} messages rendered, {proof.Failed:N0} cannot be; the largest has {(largest + 1023) / 1024:N0} KB"));
        foreach (var group in proof.Groups.Take(10))
        {
            console.WriteLine(Number($"  {group.People:N0} in {group.Drop}: {group.Cause} (for example customer {group.Customer}{(group.Cell is null ? "" : $", cell {group.Cell}")})"));
        }

        if (proof.Segments.Count > 0)
        {
            console.Write(Segments(proof));
        }

        if (proof.Groups.Count > 10)
        {
            console.WriteLine(Number($"  and {proof.Groups.Count - 10} causes more: --output json has all"));
        }
    }

    private static Table Segments(PlanProof proof)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("SMS of", "to").AddColumn(new TableColumn("messages").RightAligned()).AddColumn(new TableColumn("segments").RightAligned())
            .AddColumn(new TableColumn("UCS-2").RightAligned()).AddColumn(new TableColumn("cost").RightAligned());
        foreach (var sms in proof.Segments.Take(20))
        {
            table.AddRow(
                new Text(sms.Drop), new Text(sms.Country.Length == 0 ? "no country" : sms.Country), new Text(Number($"{sms.Messages:N0}")), new Text(Number($"{sms.Segments:N0}")),
                new Text(Number($"{sms.Ucs2:N0}")), new Text(sms.Cost is { } cost ? Number($"{cost:N2} {sms.Currency}") : ""));
        }

        return table;
    }

    private static void ShowSample(IAnsiConsole console, PlanSample sample)
    {
        console.WriteLine($"Sample for {sample.Customer}{(string.IsNullOrEmpty(sample.Cell) ? "" : $", cell {sample.Cell}")}");
        if (sample.Fault is { } fault)
        {
            console.WriteLine("  cannot be made: " + fault);
            return;
        }
        console.WriteLine($"  To: {sample.To}");
        if (sample.Subject is not null)
        {
            console.WriteLine($"  Subject: {sample.Subject}");
        }

        foreach (string line in (sample.Text ?? "").Split('\n').Where(l => !string.IsNullOrWhiteSpace(l)).Take(4))
        {
            console.WriteLine("  | " + (line.Trim().Length > 90 ? line.Trim()[..89] + "…" : line.Trim()));
        }
    }

    private static void ShowDifference(IAnsiConsole console, PlanDifference difference)
    {
        console.WriteLine(Number($"Against plan {difference.Previous}: {difference.Joined:N0} joined, {difference.Left:N0} left")
            + (difference.DefinitionChanged ? ", the definition changed" : "") + (difference.MessagesChanged ? ", the messages changed" : ""));
        foreach (var change in difference.Changes.Take(6))
        {
            console.WriteLine(Number($"  {change.Count:N0} from {change.From.Replace('_', ' ')} to {change.To.Replace('_', ' ')}"));
        }
    }

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
