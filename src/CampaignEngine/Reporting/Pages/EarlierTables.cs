using System.Globalization;
using CampaignEngine.Reporting.Earlier;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Pages;

/// <summary>A campaign beside earlier ones, as tables narrow enough for a phone.</summary>
internal static class EarlierTables
{
    public static IEnumerable<(string Heading, Table Table)> Of(EarlierCampaigns earlier)
    {
        var many = string.Create(CultureInfo.InvariantCulture, $"{earlier.Campaigns.Count} earlier {(earlier.Campaigns.Count == 1 ? "campaign" : "campaigns")}");
        yield return ($"Beside {many} of the {earlier.ComparedBy} {earlier.Value}", new Table(["", "This one", "Earlier"], [.. earlier.Measures.Where(m => m.Value is not null).Select(m => (IReadOnlyList<TableCell>)
            [new TableCell(EarlierFigures.NameOf(m.Measure), Expected(m, earlier.Campaigns.Count)), With(m.Measure, m.Value, m.Low, m.High), With(m.Measure, m.Earlier, m.EarlierLow, m.EarlierHigh)])]));
        yield return ("The earlier campaigns", new Table(["", "Contacted", "Responded"], [.. earlier.Campaigns.Select(c => (IReadOnlyList<TableCell>)
            [new TableCell(c.Campaign, c.StartedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), Numbers.Count(c.Contacted), Numbers.Share(c.ResponseRate)])]));
    }

    private static string? Expected(EarlierMeasure measure, int campaigns)
    {
        var known = measure.Campaigns == campaigns ? null : string.Create(CultureInfo.InvariantCulture, $"{measure.Campaigns} comparable");
        var expected = measure.ExpectedLow is null ? null
            : $"expected {Range(measure.Measure, measure.ExpectedLow, measure.ExpectedHigh)}{(measure.Verdict is EarlierVerdict.Above ? ": above" : measure.Verdict is EarlierVerdict.Below ? ": below" : "")}";
        return known is null && expected is null ? null : string.Join("; ", new[] { known, expected }.OfType<string>());
    }

    private static TableCell With(string measure, double? value, double? low, double? high) => new(EarlierFigures.Shown(measure, value), low is null ? null : Range(measure, low, high));

    private static string Range(string measure, double? low, double? high) => EarlierFigures.IsRate(measure)
        ? Numbers.Range(new Interval(low!.Value, high!.Value)) : $"{EarlierFigures.Shown(measure, low)} to {EarlierFigures.Shown(measure, high)}";
}
