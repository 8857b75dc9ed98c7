namespace CampaignEngine.Customers.Purchases;

/// <summary>Names of rfm.segment: a fixed grid over recency and frequency. The table stands in docs/rfm.md.</summary>
public static class RfmSegments
{
    /// <summary>Recency 1 to 5, within it frequency 1 to 5.</summary>
    public static readonly IReadOnlyList<string> Grid =
    [
        "lost", "hibernating", "at_risk", "at_risk", "cannot_lose",
        "hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose",
        "about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal",
        "promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal",
        "new", "potential_loyalist", "potential_loyalist", "champions", "champions",
    ];

    public static readonly IReadOnlyList<string> Names = [.. Grid.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Segment of two scores, each 1 to 5.</summary>
    public static string Of(int recency, int frequency) => Grid[((recency - 1) * 5) + frequency - 1];
}
