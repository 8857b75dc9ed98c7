namespace CampaignEngine.Reporting.Forecasting;

/// <summary>How many people will have responded when the window of the last contact is over. Written out as it is, snake_case names, a promise to scripts.</summary>
public sealed record ResponseForecast
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    public required long Contacted { get; init; }

    /// <summary>People who have responded so far.</summary>
    public required long Responses { get; init; }

    /// <summary>Part of all responses that is usually in by now; null where no earlier campaign on these channels tells.</summary>
    public double? ShareIn { get; init; }

    /// <summary>Least and greatest part among the earlier campaigns.</summary>
    public double? ShareInLow { get; init; }

    public double? ShareInHigh { get; init; }

    /// <summary>Earlier campaigns with 20 responses or more on the same channels, by which the delay is known.</summary>
    public required int EarlierCampaigns { get; init; }

    /// <summary>Responses in the end; null where the share is not known, or too small to say anything.</summary>
    public double? Expected { get; init; }

    /// <summary>95 % interval of <see cref="Expected"/>.</summary>
    public long? Low { get; init; }

    public long? High { get; init; }

    public double? ExpectedRate => Expected is { } expected && Contacted > 0 ? Math.Round(expected / Contacted, 6) : null;
}
