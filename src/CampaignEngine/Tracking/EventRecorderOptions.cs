namespace CampaignEngine.Tracking;

public sealed record EventRecorderOptions
{
    /// <summary>Events waiting for the database at most; above it the web server answers 503 rather than growing. 20,000 unless set.</summary>
    public int Capacity { get; init; } = 20_000;

    /// <summary>Events in one commit at most. 1,000 unless set.</summary>
    public int BatchSize { get; init; } = 1_000;

    /// <summary>Pause before a failed commit is tried again. One second unless set.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
