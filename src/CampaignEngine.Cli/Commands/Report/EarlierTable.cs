using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting.Earlier;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>A campaign beside earlier ones: a line for each figure.</summary>
internal static class EarlierTable
{
    public static void Write(IAnsiConsole console, EarlierCampaigns earlier)
    {
        console.WriteLine(Terminal.Clean(string.Create(
            CultureInfo.InvariantCulture, $"beside {earlier.Campaigns.Count} earlier {(earlier.Campaigns.Count == 1 ? "campaign" : "campaigns")} of the {earlier.ComparedBy} {earlier.Value}: {string.Join(", ", earlier.Campaigns.Select(c => c.Campaign))}")));
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "this one (95 %)", "earlier (95 %)", "of", "to be expected", "");
        foreach (var measure in earlier.Measures.Where(m => m.Value is not null))
        {
            string Shown(double? value) => EarlierFigures.Shown(measure.Measure, value);
            string With(double? value, double? low, double? high) => value is null ? "" : low is null ? Shown(value) : $"{Shown(value)} ({Shown(low)} to {Shown(high)})";
            table.AddRow(((string[])
            [
                EarlierFigures.NameOf(measure.Measure), With(measure.Value, measure.Low, measure.High), With(measure.Earlier, measure.EarlierLow, measure.EarlierHigh),
                measure.Campaigns.ToString(CultureInfo.InvariantCulture), measure.ExpectedLow is null ? "" : $"{Shown(measure.ExpectedLow)} to {Shown(measure.ExpectedHigh)}",
                measure.Verdict is EarlierVerdict.Above ? "above" : measure.Verdict is EarlierVerdict.Below ? "below" : "",
            ]).Select(cell => new Text(Terminal.Clean(cell))));
        }

        console.Write(table);
        if (earlier.NotCountedYet > 0)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{earlier.NotCountedYet:N0} large earlier campaigns are not counted yet: 'campaign serve' or --recount counts them"));
        }
    }
}
