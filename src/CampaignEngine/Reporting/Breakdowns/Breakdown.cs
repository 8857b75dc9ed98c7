namespace CampaignEngine.Reporting.Breakdowns;

/// <summary>The report's people by one thing that is known of each of them; everybody is in exactly one row of contacted people or of the control cell.</summary>
public sealed record Breakdown
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Currency of the cost.</summary>
    public string? Currency { get; init; }

    /// <summary>As asked for: cell, drop, list, segment, domain, or an expression over the fields of the people.</summary>
    public required string By { get; init; }

    /// <summary>The groups in order, those of contacted people and of the control cell; the cell of a row is the group.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }
}
