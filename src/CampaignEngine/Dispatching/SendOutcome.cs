namespace CampaignEngine.Dispatching;

/// <summary>How one attempt at one item ended.</summary>
public enum SendOutcome
{
    /// <summary>The other side took responsibility. Final.</summary>
    Accepted,

    /// <summary>The other side said "not now". Followed by another attempt.</summary>
    Deferred,

    /// <summary>The other side said "never". Final.</summary>
    Rejected,

    /// <summary>The terminator was provably not written. Followed by another attempt.</summary>
    NotAttempted,

    /// <summary>Our own decision not to send: suppressed, or the message could not be rendered. Final.</summary>
    Skipped,

    /// <summary>The drop's time passed first. Final.</summary>
    Expired,

    /// <summary>The operator cancelled the drop first. Final.</summary>
    Cancelled,

    /// <summary>The terminator may have been written and no readable reply came. Listed, never sent again by itself.</summary>
    InDoubt,
}

/// <summary>The words of the ledger.</summary>
public static class SendOutcomes
{
    public static bool NeedsAnotherAttempt(this SendOutcome outcome) => outcome is SendOutcome.Deferred or SendOutcome.NotAttempted;

    /// <summary>As <c>engine.send_outcome.outcome</c> has it. A doubt is no outcome and has no word.</summary>
    public static string Word(this SendOutcome outcome) => outcome switch
    {
        SendOutcome.Accepted => "accepted",
        SendOutcome.Deferred => "deferred",
        SendOutcome.Rejected => "rejected",
        SendOutcome.NotAttempted => "not_attempted",
        SendOutcome.Skipped => "skipped",
        SendOutcome.Expired => "expired",
        SendOutcome.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "a doubt is not an outcome"),
    };
}

/// <summary>The end of one attempt, with the evidence.</summary>
/// <param name="Code">The other side's reply code, 0 when the verdict is our own.</param>
/// <param name="Text">The reply's words or our reason. Never holds the recipient's address.</param>
public readonly record struct SendVerdict(SendOutcome Outcome, int Code, string? Text)
{
    /// <summary>How long the other side asked to wait before the next attempt; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
