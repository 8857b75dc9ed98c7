namespace CampaignEngine.Reporting.Matching;

/// <summary>Orders of the people of a campaign, and beside them, never added, those of others in their households.</summary>
public sealed record MatchbackReport
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    public required string Window { get; init; }

    /// <summary>By cell, the control cell among them, and last the total over the contacted cells.</summary>
    public required IReadOnlyList<MatchbackRow> Rows { get; init; }
}

/// <param name="Cell">Null: the total, or a campaign without cells.</param>
/// <param name="People">Contacted; in the control cell, its people.</param>
/// <param name="HouseholdBuyers">People who are not in the campaign themselves and live with somebody who is.</param>
/// <param name="HouseholdOrders">Their orders inside the window behind that contact, each once.</param>
public sealed record MatchbackRow(
    string? Cell, bool Control, bool Total, long People, long DirectBuyers, long DirectOrders, decimal DirectRevenue, long HouseholdBuyers, long HouseholdOrders, decimal HouseholdRevenue);
