namespace CampaignEngine.Dispatching.Recording;

/// <summary>How an attempt ended, and when.</summary>
internal sealed record FlightEnd(SendVerdict Verdict, DateTimeOffset At);

/// <summary>What a lost worker's flight recorder says.</summary>
/// <param name="Owner">The worker, as the ledger names it.</param>
/// <param name="Installation">The database whose grants it recorded.</param>
/// <param name="IsComplete">Every item it was granted had a slot: of one that is not here the terminator was not written.</param>
/// <param name="Items">Marked items; the end is null when no reply had been read.</param>
internal sealed record FlightReading(
    string Owner, Guid Installation, bool IsComplete, IReadOnlyDictionary<(int Mailing, int Ordinal, int Attempt), FlightEnd?> Items)
{
    private static readonly SendVerdict NeverSent = new(SendOutcome.NotAttempted, 0, "the worker was lost before the terminator, says its flight recorder");

    /// <summary>
    /// How a granted attempt without recorded end ended, or that nobody knows. Worth something only when the worker can never write again.
    /// </summary>
    /// <param name="doubted">The ledger holds a doubt about it. Its slot may have been freed for that, so that its absence proves nothing.</param>
    public SendVerdict Judge((int Mailing, int Ordinal, int Attempt) item, bool doubted)
    {
        if (Items.TryGetValue(item, out var end))
        {
            return end?.Verdict ?? new SendVerdict(SendOutcome.InDoubt, 0, $"worker lost between terminator and reply: {Owner}");
        }

        return IsComplete && !doubted ? NeverSent : new SendVerdict(SendOutcome.InDoubt, 0, $"worker lost: {Owner}");
    }
}
