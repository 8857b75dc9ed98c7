using System.ComponentModel.DataAnnotations;

namespace CampaignEngine.Dispatching;

/// <summary>How one worker process sends on one channel.</summary>
public sealed record DispatchOptions
{
    /// <summary>Connections (or requests) at once. Two a core suffice for a relay nearby; a far one wants more. Default 4.</summary>
    [Range(1, 256)]
    public int Lanes { get; init; } = 4;

    /// <summary>
    /// Most items a lane has in hand at once, and so the bound of what a killed worker leaves in doubt: lanes × 2 × this. Slow relays get
    /// less by themselves (<see cref="GrantWidth"/>). Default 16.
    /// </summary>
    [Range(1, 1000)]
    public int LargestGrant { get; init; } = 16;

    /// <summary>How long a silent worker keeps its chunks. Decides how soon work is taken over, never whether it is safe. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its grant a message may still be sent; shorter than the lease. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "01:00:00")]
    public TimeSpan GrantLifetime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Shortest time between two ticks; a tick is one durable commit. Default 4 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:01")]
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>How often an idle worker looks for work. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:05:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How old the knowledge about suppressed people may be when a terminator is written. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan SuppressionAge { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>When deferred messages are tried again.</summary>
    public RetrySchedule Retry { get; init; } = new();

    /// <summary>How long a lane waits for a usable connection before the chunks are given back to others. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(10);
}
