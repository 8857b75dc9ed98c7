using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting.Winners;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>The test of a campaign's cells for people: the tested cells alone, then what was decided about the remainder.</summary>
internal static class TestTable
{
    public static void Write(IAnsiConsole console, TestResult test)
    {
        var standing = test.Standing;
        var money = standing.Measure == "revenue_per_contact";
        var table = new Table().Border(TableBorder.Simple).AddColumns("tested cell");
        foreach (var title in (string[])["contacted", money ? "bought" : "answers", standing.Measure.Replace('_', ' '), "95 %"])
        {
            table.AddColumn(new TableColumn(new Text(title)) { NoWrap = true }.RightAligned());
        }

        foreach (var cell in standing.Cells)
        {
            table.AddRow(((string[])[cell.Cell, Count(cell.Contacted), Count(cell.Answers), Value(cell.Value), $"{Value(cell.Low)} to {Value(cell.High)}"]).Select(t => new Text(Terminal.Clean(t))));
        }

        console.Write(table);
        console.WriteLine(Terminal.Clean($"best: {standing.Best ?? "none"}; {(standing.Wins ? "wins" : "does not win")} by the rule; {standing.Because}"));
        console.WriteLine(Terminal.Clean(Remainder(test)));

        string Value(double? value) => value is not { } figure ? "?"
            : money ? figure.ToString("0.0000", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{figure * 100:0.00} %");
    }

    private static string Remainder(TestResult test)
    {
        var people = $"remainder of {Count(test.Remainder)} people: ";
        return people + test.Decision switch
        {
            null => test.DecidesAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"waits; decided at {at:yyyy-MM-dd HH:mm} UTC at the latest, once everybody tested has been tried") : "waits",
            { Outcome: "asked" } asked => $"waits for you ({asked.Because}); decide with 'campaign winner {test.Campaign} CELL --because TEXT'",
            { } made => string.Create(CultureInfo.InvariantCulture, $"{(made.Cell is { } cell ? $"got '{cell}'" : "gets nothing")}, decided {made.DecidedAt:yyyy-MM-dd HH:mm} UTC by {made.DecidedBy ?? "the rule"}: {made.Because}"),
        };
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
