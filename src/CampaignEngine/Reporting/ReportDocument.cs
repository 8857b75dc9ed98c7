namespace CampaignEngine.Reporting;

/// <summary>A whole report as it is written out; snake_case names, a promise to scripts.</summary>
public sealed record ReportDocument
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    public required string Window { get; init; }

    public string? Conversion { get; init; }

    public required string Attribution { get; init; }

    public string? Currency { get; init; }

    /// <summary>Per cell and drop, the control cell among them.</summary>
    public required IReadOnlyList<ReportFigures> Rows { get; init; }

    public required IReadOnlyList<ReportFigures> Drops { get; init; }

    /// <summary>Per cell over all drops, the control cell among them.</summary>
    public required IReadOnlyList<ReportFigures> Cells { get; init; }

    public required ReportFigures Total { get; init; }

    public static ReportDocument Of(CampaignReport report) => new()
    {
        Campaign = report.Campaign,
        AsOf = report.AsOf,
        Window = report.Window,
        Conversion = report.Conversion,
        Attribution = report.Attribution,
        Currency = report.Currency,
        Rows = [.. report.Rows.Select(ReportFigures.Of)],
        Drops = [.. report.Drops.Select(ReportFigures.Of)],
        Cells = [.. report.Cells.Select(ReportFigures.Of)],
        Total = ReportFigures.Of(report.Total),
    };
}
