using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting.Comparing;
using CampaignEngine.Reporting.Pages;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>A comparison of two campaigns: a table of the parts for each rate, and what cannot be told apart.</summary>
internal static class ComparisonView
{
    private const double TooThin = 0.1;

    public static Action<ResultWriter> Of(CampaignComparison comparison) => writer => writer.Document(
        comparison,
        console => Write(console, comparison),
        csv => csv.Rows(comparison.Rates.SelectMany(rate => rate.Parts.Select(part => new { rate.Measure, part.Part, part.Difference, part.Low, part.High, part.InCommon }))));

    private static void Write(IAnsiConsole console, CampaignComparison comparison)
    {
        foreach (var rate in comparison.Rates)
        {
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"{rate.Measure}: {comparison.From} {rate.FromCount:N0} of {rate.FromContacted:N0} ({rate.FromRate * 100:0.00} %), {comparison.To} {rate.ToCount:N0} of {rate.ToContacted:N0} ({rate.ToRate * 100:0.00} %)")));
            var table = new Table().Border(TableBorder.Simple).AddColumns("part of the difference");
            table.AddColumn(new TableColumn("points (95 %)").RightAligned()).AddColumn(new TableColumn("in common").RightAligned());
            foreach (var part in rate.Parts)
            {
                table.AddRow(part.Part == "list" && comparison.ListBy != "list" ? $"list ({Terminal.Clean(comparison.ListBy)})" : part.Part, Points(part.Difference, part.Low, part.High), part.InCommon is { } share ? Numbers.Share(share, 0) : "");
            }

            table.AddRow("all", Points(rate.Difference, rate.DifferenceLow, rate.DifferenceHigh), "");
            console.Write(table);
        }

        if (comparison.Rates[0].Thin > TooThin)
        {
            console.WriteLine($"{Numbers.Share(comparison.Rates[0].Thin, 0)} of the people are in groups of fewer than five alike: the intervals of the parts are too narrow");
        }

        var changed = comparison.Rates[0].Parts.Where(p => p.InCommon == 0).Select(p => p.Part).ToList();
        if (changed.Count > 1)
        {
            console.WriteLine($"{string.Join(", ", changed)} have nothing in common in the two campaigns: which of them made the difference cannot be told, and they get equal shares of it");
        }
    }

    private static string Points(decimal difference, double? low, double? high) =>
        Numbers.Signed((double)difference * 100) + (low is { } from && high is { } to ? $" ({Numbers.Signed(from * 100)} to {Numbers.Signed(to * 100)})" : "");
}
