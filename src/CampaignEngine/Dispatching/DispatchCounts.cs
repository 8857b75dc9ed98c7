namespace CampaignEngine.Dispatching;

/// <summary>What one worker did since it started (or in one run).</summary>
public sealed record DispatchCounts
{
    public long Accepted { get; init; }

    public long Rejected { get; init; }

    public long Deferred { get; init; }

    public long NotAttempted { get; init; }

    /// <summary>Suppressed after the freeze, or not renderable.</summary>
    public long Skipped { get; init; }

    public long Expired { get; init; }

    public long Cancelled { get; init; }

    /// <summary>Messages this worker lost the reply of, and grants of lost workers that it listed.</summary>
    public long InDoubt { get; init; }

    /// <summary>Chunks taken in hand.</summary>
    public long Chunks { get; init; }

    /// <summary>Durable commits.</summary>
    public long Ticks { get; init; }

    /// <summary>Mailings that became complete.</summary>
    public long Completed { get; init; }

    /// <summary>Whether anything at all was done.</summary>
    internal bool Any => Chunks + Completed + InDoubt + Expired + Cancelled > 0;

    /// <summary>Why nothing can be sent now (no relay, database not adopted), or null.</summary>
    public string? Problem { get; init; }

    public static DispatchCounts operator +(DispatchCounts a, DispatchCounts b) => new()
    {
        Accepted = a.Accepted + b.Accepted,
        Rejected = a.Rejected + b.Rejected,
        Deferred = a.Deferred + b.Deferred,
        NotAttempted = a.NotAttempted + b.NotAttempted,
        Skipped = a.Skipped + b.Skipped,
        Expired = a.Expired + b.Expired,
        Cancelled = a.Cancelled + b.Cancelled,
        InDoubt = a.InDoubt + b.InDoubt,
        Chunks = a.Chunks + b.Chunks,
        Ticks = a.Ticks + b.Ticks,
        Completed = a.Completed + b.Completed,
        Problem = b.Problem,
    };

    internal DispatchCounts With(SendOutcome outcome, long count) => outcome switch
    {
        SendOutcome.Accepted => this with { Accepted = Accepted + count },
        SendOutcome.Rejected => this with { Rejected = Rejected + count },
        SendOutcome.Deferred => this with { Deferred = Deferred + count },
        SendOutcome.NotAttempted => this with { NotAttempted = NotAttempted + count },
        SendOutcome.Skipped => this with { Skipped = Skipped + count },
        SendOutcome.Expired => this with { Expired = Expired + count },
        SendOutcome.Cancelled => this with { Cancelled = Cancelled + count },
        _ => this with { InDoubt = InDoubt + count },
    };
}

/// <summary>For a progress bar; reported at most ten times a second.</summary>
/// <param name="Counts">Since the start of the run.</param>
/// <param name="Rate">Accepted messages a second over the last seconds.</param>
public sealed record DispatchProgress(DispatchCounts Counts, double Rate);
