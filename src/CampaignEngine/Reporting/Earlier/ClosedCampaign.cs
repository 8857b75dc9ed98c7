namespace CampaignEngine.Reporting.Earlier;

/// <summary>A campaign that is over, with the figures of its report as of then.</summary>
public sealed record ClosedCampaign
{
    public required string Campaign { get; init; }

    /// <summary>As the campaign or the import states it; null: it does not.</summary>
    public string? Kind { get; init; }

    public bool Imported { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public string? Currency { get; init; }

    public long Contacted => Total.Contacted;

    public long Responses => Total.Responses;

    public double? ResponseRate => Total.ResponseRate;

    public double? ResponseRateLow => Total.ResponseRateLow;

    public double? ResponseRateHigh => Total.ResponseRateHigh;

    public double? ConversionRate => Total.ConversionRate;

    public decimal? CostPerResponse => Total.CostPerResponse;

    public double? RevenuePerContact => Total.RevenuePerContact;

    /// <summary>What counted as a response; empty: as the import states it.</summary>
    internal IReadOnlyList<string> Counts { get; init; } = [];

    /// <summary>Over the contacted people.</summary>
    internal ReportRow Total { get; init; } = new();
}
