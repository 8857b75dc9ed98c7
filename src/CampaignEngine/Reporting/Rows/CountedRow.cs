namespace CampaignEngine.Reporting.Rows;

/// <summary>A person or an order behind a figure, as it is written out. Null where it plays no part.</summary>
/// <param name="Customer">Key in the customer database; of imported history the source's own number.</param>
/// <param name="Drop">The drop, or the drops of a person in several.</param>
/// <param name="At">What made it count happened then: the first open, click, response, the order ...</param>
/// <param name="Order">Key of the credited order.</param>
/// <param name="Amount">Of the order; in a cost, of the message.</param>
public sealed record CountedRow(string Customer, string? Cell, string? Drop, DateTimeOffset? ContactedAt, DateTimeOffset? At, string? Order, decimal? Amount);

/// <param name="Stored">The figure when the page was written.</param>
public sealed record CountedRows(RowsQuery Query, decimal Stored, IReadOnlyList<CountedRow> Rows)
{
    /// <summary>What the rows add up to: their number, or the sum of their amounts.</summary>
    public decimal Figure => Query.Measure is "revenue" or "cost" ? Rows.Sum(r => r.Amount ?? 0) : Rows.Count;
}
