namespace CampaignEngine.Dispatching;

/// <summary>A wish for first attempts of one chunk: that many from the cursor on.</summary>
internal readonly record struct RangeWish(ChunkInHand Chunk, int Width);

/// <summary>What one durable commit is to do, for all lanes together.</summary>
internal sealed class TickPlan
{
    public List<ItemResult> Results { get; } = [];

    public List<RangeWish> Ranges { get; } = [];

    public List<RangeWish> Retries { get; } = [];

    public List<ChunkInHand> Releases { get; } = [];

    /// <summary>Chunks whose lease is to be renewed; empty when it is not yet time.</summary>
    public List<ChunkInHand> Renewals { get; } = [];

    /// <summary>Mailings whose state is to be read again.</summary>
    public HashSet<MailingInHand> Watched { get; } = [];

    /// <summary>Whether what brakes have paused is to be read again.</summary>
    public bool AsksForPauses { get; set; }

    /// <summary>Recipient keys of messages in hand, by mailing, to be looked up among the suppressed.</summary>
    public Dictionary<MailingInHand, byte[][]> Suspects { get; } = [];

    public bool IsEmpty => Results.Count + Ranges.Count + Retries.Count + Releases.Count + Renewals.Count + Watched.Count + Suspects.Count == 0;

    public bool AsksForGrants => Ranges.Count + Retries.Count > 0;
}

/// <summary>Items granted by a tick.</summary>
internal sealed record Granted(ChunkInHand Chunk, long GrantId, SendItem Item, bool Skipped);

/// <summary>What the database answered. Worth something only after the commit has returned.</summary>
internal sealed class TickAnswer
{
    public List<Granted> Granted { get; } = [];

    public HashSet<ChunkInHand> Renewed { get; } = [];

    /// <summary>Those who got less than they wanted because of a limit.</summary>
    public HashSet<LimitedGroup> HeldBack { get; } = [];

    public Dictionary<int, MailingState> States { get; } = [];

    /// <summary>Subjects that brakes have paused; null: not asked.</summary>
    public HashSet<string>? Paused { get; set; }

    /// <summary>Recipient keys in hex.</summary>
    public Dictionary<MailingInHand, HashSet<string>> Suppressed { get; } = [];
}

/// <summary>How a tick ended.</summary>
internal enum TickEnd
{
    Committed,

    /// <summary>The server refused a statement; nothing of the tick happened.</summary>
    Refused,

    /// <summary>The connection was lost before the commit was asked for; nothing of the tick happened.</summary>
    Lost,

    /// <summary>The connection was lost while the commit was under way: it may have happened. Nothing granted may be sent.</summary>
    Unknown,
}
