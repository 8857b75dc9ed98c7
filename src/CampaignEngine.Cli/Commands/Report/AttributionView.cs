using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting.Attribution;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>Credits as they are written out; on a terminal the conversions, with the revenue in the other formats.</summary>
internal static class AttributionView
{
    public static Action<ResultWriter> Of(AttributionReport report) =>
        writer => writer.Document(report, console => Write(console, report), csv => csv.Rows([.. report.Rows, report.Total]));

    private static void Write(IAnsiConsole console, AttributionReport report)
    {
        console.WriteLine(Terminal.Clean(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Campaign} as of {report.AsOf:yyyy-MM-dd HH:mm} UTC; window {report.Window}; {report.Conversion}: {report.Orders:N0} conversions, revenue {report.Revenue:N2}")));
        var several = report.Rows.Any(r => r.Campaign != report.Campaign && r.Campaign != CreditRow.Unprompted);
        var table = new Table().Border(TableBorder.Simple);
        foreach (var title in (string[])[.. several ? ["campaign"] : Array.Empty<string>(), "drop", "cell"])
        {
            table.AddColumn(title);
        }

        foreach (var title in (string[])["touched", "first", "last", "linear", "position", "decay", "holdout"])
        {
            table.AddColumn(new TableColumn(new Text(title)) { NoWrap = true }.RightAligned());
        }

        foreach (var row in report.Rows.Append(report.Total with { Campaign = "total", Drop = "total" }))
        {
            string[] names = several ? [row.Campaign, row.Drop ?? "", row.Cell ?? ""] : [row.Drop ?? row.Campaign, row.Cell ?? ""];
            table.AddRow(names.Concat([N(row.Touched), C(row.First), C(row.Last), C(row.Linear), C(row.Position), C(row.TimeDecay), C(row.HoldoutIncremental)])
                .Select(cell => new Text(Terminal.Clean(cell))));
        }

        console.Write(table);
    }

    private static string N(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string C(decimal? credit) => credit?.ToString("N1", CultureInfo.InvariantCulture) ?? "";
}
