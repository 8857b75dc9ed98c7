using System.ComponentModel.DataAnnotations;
using CampaignEngine.Dispatching.Braking;

namespace CampaignEngine.Dispatching;

/// <summary>How one worker process sends on one channel.</summary>
public sealed record DispatchOptions
{
    /// <summary>Connections (or requests) at once. Two a core suffice for a relay nearby; a far one wants more. Default 4.</summary>
    [Range(1, 256)]
    public int Lanes { get; init; } = 4;

    /// <summary>
    /// Most items a lane gets at once; slow relays get less by themselves (<see cref="GrantWidth"/>). Without flight recorder it is at most
    /// <see cref="LargestUnrecordedGrant"/>. Default 256.
    /// </summary>
    [Range(1, 1000)]
    public int LargestGrant { get; init; } = 256;

    /// <summary>Without flight recorder a killed worker leaves up to lanes × 2 × this in doubt.</summary>
    public const int LargestUnrecordedGrant = 16;

    /// <summary>
    /// Folder of the flight recorders, shared by the workers of this machine: with it a killed worker leaves in doubt only what was between
    /// terminator and reply. Null: none is kept. Only Linux can tell for certain that a process is gone; elsewhere none is kept either.
    /// </summary>
    public string? RecorderDirectory { get; init; }

    /// <summary>How long a silent worker keeps its chunks. Decides how soon work is taken over, never whether it is safe. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its grant a message may still be sent; shorter than the lease. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "01:00:00")]
    public TimeSpan GrantLifetime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Shortest time between two ticks; a tick is one durable commit. Lanes that run dry do not wait for it. Default 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:01")]
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How often an idle worker looks for work. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:05:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How old the knowledge about suppressed people may be when a terminator is written. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan SuppressionAge { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Zone of people without one, for quiet hours. Default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The limits that hold for people of a mailing with this mailbox provider (null: with none that has limits). Default: none.</summary>
    public Func<MailingToSend, string?, IReadOnlyList<SendLimit>> LimitsOf { get; init; } = static (_, _) => [];

    /// <summary>By which names brakes know people of a mailing with this mailbox provider: "route:relay", "campaign:spring-tea" and so on. Default: none.</summary>
    public Func<MailingToSend, string?, IReadOnlyList<string>> SubjectsOf { get; init; } = static (_, _) => [];

    /// <summary>The brake of such a name; null where it has none. Default: none has.</summary>
    public Func<string, BrakeRule?> BrakeOf { get; init; } = static _ => null;

    /// <summary>Whether an answer refuses us (spam, block list, reputation, authentication) rather than the recipient. Default: none does.</summary>
    public Func<SendVerdict, bool> IsBlock { get; init; } = static _ => false;

    /// <summary>When deferred messages are tried again.</summary>
    public RetrySchedule Retry { get; init; } = new();

    /// <summary>The same for a workspace: its flight recorders, its zone.</summary>
    /// <param name="zone">IANA name.</param>
    public DispatchOptions In(string workspaceDirectory, string zone) => this with
    {
        RecorderDirectory = Path.Combine(workspaceDirectory, ".campaign", "flight"),
        Zone = TimeZoneInfo.FindSystemTimeZoneById(zone),
    };

    /// <summary>How long a lane waits for a usable connection before the chunks are given back to others. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(10);
}
