using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>rfm.* from the purchase summary and the stored thresholds. The rule stands in docs/rfm.md.</summary>
internal static class RfmSql
{
    public static string Compile(RfmPart part, RowSource row)
    {
        row.Context.Tables.Add(PurchaseTables.Threshold);
        var summary = row.Summary();
        switch (part)
        {
            case RfmPart.Score:
                return $"({Score(RfmPart.Recency, summary)}::text || {Score(RfmPart.Frequency, summary)}::text || {Score(RfmPart.Monetary, summary)}::text)";
            case RfmPart.Segment:
                var names = string.Join(", ", RfmSegments.Grid.Select(name => $"'{name}'"));
                return $"(ARRAY[{names}])[({Score(RfmPart.Recency, summary)} - 1) * 5 + {Score(RfmPart.Frequency, summary)}]";
            default:
                return Score(part, summary);
        }
    }

    /// <summary>A score compared with a whole number as a comparison with one threshold, which an index or a statistic can serve; null where that is not possible.</summary>
    public static string? Compare(string symbol, RfmPart part, long score, RowSource row)
    {
        if (part is RfmPart.Score or RfmPart.Segment)
        {
            return null;
        }

        row.Context.Tables.Add(PurchaseTables.Threshold);
        switch (symbol)
        {
            case ">=" when score is >= 2 and <= 5:
                return $"({Measure(part, row.Summary())} > {Threshold(part, score - 1)})";
            case ">" when score is >= 1 and <= 4:
                return $"({Measure(part, row.Summary())} > {Threshold(part, score)})";
            case "<" when score is >= 2 and <= 5:
                return $"({Measure(part, row.Summary())} <= {Threshold(part, score - 1)})";
            case "<=" when score is >= 1 and <= 4:
                return $"({Measure(part, row.Summary())} <= {Threshold(part, score)})";
            case "=" when score == 5:
                return $"({Measure(part, row.Summary())} > {Threshold(part, 4)})";
            case "=" when score == 1:
                return $"({Measure(part, row.Summary())} <= {Threshold(part, 1)})";
            default:
                return null;
        }
    }

    // 1 + the number of thresholds strictly below the value; NULL for a person without purchases.
    private static string Score(RfmPart part, string summary) =>
        $"(1 + {string.Join(" + ", Enumerable.Range(1, 4).Select(i => $"({Measure(part, summary)} > {Threshold(part, i)})::int"))})";

    private static string Measure(RfmPart part, string summary) =>
        $"{summary}.{part switch { RfmPart.Recency => "last_at", RfmPart.Frequency => "orders", _ => "amount" }}";

    private static string Threshold(RfmPart part, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"(SELECT {part.ToString().ToLowerInvariant()}[{number}] FROM engine.rfm_threshold)");
}
