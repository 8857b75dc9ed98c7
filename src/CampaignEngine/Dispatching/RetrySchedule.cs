namespace CampaignEngine.Dispatching;

/// <summary>
/// When an attempt that provably did not deliver is followed by the next. Deferred: the first pause, then doubled up to the longest, with up to
/// a fifth taken off so that a list deferred at once does not come back at once. Not attempted: at once, since no relay was burdened; from the
/// third time on as if deferred, so that a fault on our side cannot spin.
/// </summary>
public sealed record RetrySchedule
{
    /// <summary>After the first deferral. Default 5 minutes: greylisting relays ask for that.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Never longer than this. Default 4 hours.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The last attempt. Default 36, about five days. A drop that expires earlier ends earlier.</summary>
    public int LastAttempt { get; init; } = 36;

    /// <summary>
    /// The last attempt where the one before never reached the relay. Default 1,000: that a worker died with the message in hand, time and again, or that a
    /// route is down, says nothing about the recipient.
    /// </summary>
    public int LastRepeat { get; init; } = 1000;

    private const int FreeRepeats = 2;
    private const int ObeyedRepeats = 3;

    /// <summary>The pause after <paramref name="attempt"/> ended that way; null: no further attempt.</summary>
    /// <param name="outcome">Deferred or NotAttempted.</param>
    /// <param name="attempt">The attempt that ended, counted from 1; of a deferral only among those that reached the relay.</param>
    /// <param name="spread">In [0, 1): which part of the spread this item takes, for example from its recipient key.</param>
    /// <param name="asked">As the other side asked; its first three wishes are taken at their word, later ones never shorten the pause.</param>
    public TimeSpan? After(SendOutcome outcome, int attempt, double spread, TimeSpan? asked = null)
    {
        if (attempt >= (outcome == SendOutcome.NotAttempted ? LastRepeat : LastAttempt))
        {
            return null;
        }

        if (outcome == SendOutcome.NotAttempted && attempt <= FreeRepeats)
        {
            return TimeSpan.Zero;
        }

        if (asked is { } wish && (attempt <= ObeyedRepeats || wish > Longest))
        {
            return wish;
        }

        // 2^30 pauses of a second are 34 years: the longest pause always wins before the power overflows.
        var doubled = First * Math.Pow(2, Math.Min(attempt - 1, 30));
        var pause = (doubled < Longest ? doubled : Longest) * (1 - (0.2 * spread));
        return asked > pause ? asked : pause;
    }
}
