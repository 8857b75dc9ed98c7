using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting.Spending;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>Revenue a person for people.</summary>
internal static class SpendingTable
{
    public static void Write(IAnsiConsole console, SpendingReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("cell");
        foreach (var title in (string[])["people", "buyers", "a person (95 %)", "above control (95 %)", "by Welch", "outer ends", "tails"])
        {
            table.AddColumn(new TableColumn(new Text(title)) { NoWrap = true }.RightAligned());
        }

        foreach (var row in report.Rows)
        {
            table.AddRow(((string[])
            [
                row.Cell, Count(row.People), Count(row.Buyers), With(row.RevenuePerContact, row.RevenuePerContactLow, row.RevenuePerContactHigh), With(row.RevenueLift, row.RevenueLiftLow, row.RevenueLiftHigh),
                Range(row.RevenueLiftWelchLow, row.RevenueLiftWelchHigh), Range(row.RevenueLiftOuterLow, row.RevenueLiftOuterHigh), row.HeavyTails ? "heavy" : "",
            ]).Select(t => new Text(Terminal.Clean(t))));
        }

        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"studentised bootstrap, {report.Draws:N0} draws from seed {report.Seed}; where tails are heavy, each interval misses more often than it says: take the outer ends of both"));
    }

    private static string With(double? value, double? low, double? high) => value is null ? "" : low is null ? Amount(value) : $"{Amount(value)} ({Amount(low)} to {Amount(high)})";

    private static string Range(double? low, double? high) => low is null ? "" : $"{Amount(low)} to {Amount(high)}";

    private static string Amount(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "?";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
