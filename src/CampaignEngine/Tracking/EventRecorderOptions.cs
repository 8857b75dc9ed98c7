namespace CampaignEngine.Tracking;

public sealed record EventRecorderOptions
{
    /// <summary>Root of the spool: every process takes a numbered folder below it. Made when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes that may wait on disk for the database; above it the web server answers 503 rather than growing. One GiB unless set, six to eight million events.</summary>
    public long Capacity { get; init; } = 1L << 30;

    /// <summary>Bytes after which the next segment is begun. What a killed process had written to the database and not removed, at most this much, is written again to no effect.</summary>
    public long SegmentSize { get; init; } = 4 << 20;

    /// <summary>Events in one commit at most. 2,000 unless set.</summary>
    public int BatchSize { get; init; } = 2_000;

    /// <summary>How long events gather before the next commit: many small commits would cost more than the events. 20 ms unless set.</summary>
    public TimeSpan Gathering { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Pause before a failed commit is tried again. One second unless set.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the end of a process waits for the database. Ten seconds unless set.</summary>
    public TimeSpan LastPatience { get; init; } = TimeSpan.FromSeconds(10);
}
