using System.Globalization;
using CampaignEngine.Reporting.Earlier;

namespace CampaignEngine.Reporting.Pages;

/// <summary>A campaign beside earlier ones, as tables narrow enough for a phone.</summary>
internal static class EarlierTables
{
    public static IEnumerable<(string Heading, Table Table)> Of(EarlierCampaigns earlier)
    {
        var many = string.Create(CultureInfo.InvariantCulture, $"{earlier.Campaigns.Count} earlier {(earlier.Campaigns.Count == 1 ? "campaign" : "campaigns")}");
        yield return ($"Beside {many} of the {earlier.ComparedBy} {earlier.Value}", new Table(["", "This one", "Earlier", "To be expected"], [.. earlier.Measures.Where(m => m.Value is not null).Select(m =>
            (IReadOnlyList<TableCell>)
            [
                m.Campaigns == earlier.Campaigns.Count ? EarlierFigures.NameOf(m.Measure) : new TableCell(EarlierFigures.NameOf(m.Measure), string.Create(CultureInfo.InvariantCulture, $"{m.Campaigns} comparable")),
                With(m.Measure, m.Value, m.Low, m.High), With(m.Measure, m.Earlier, m.EarlierLow, m.EarlierHigh),
                m.ExpectedLow is null ? Numbers.None : new TableCell(Range(m.Measure, m.ExpectedLow, m.ExpectedHigh), m.Verdict is EarlierVerdict.Above ? "this one is above" : m.Verdict is EarlierVerdict.Below ? "this one is below" : null),
            ])]));
        yield return ("The earlier campaigns", new Table(["", "Contacted", "Responded", "Revenue a contact"], [.. earlier.Campaigns.Select(c => (IReadOnlyList<TableCell>)
        [
            new TableCell(c.Campaign, c.StartedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), Numbers.Count(c.Contacted), Numbers.Share(c.ResponseRate),
            c.RevenuePerContact is { } revenue ? Numbers.Money((decimal)revenue) : Numbers.None,
        ])]));
    }

    private static TableCell With(string measure, double? value, double? low, double? high) => new(EarlierFigures.Shown(measure, value), low is null ? null : Range(measure, low, high));

    private static string Range(string measure, double? low, double? high) => $"{EarlierFigures.Shown(measure, low)} to {EarlierFigures.Shown(measure, high)}";
}
