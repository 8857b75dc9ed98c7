namespace CampaignEngine.Dispatching;

/// <summary>People of a mailing whose messages keep to the same limits. Only the coordinator touches it.</summary>
/// <param name="provider">Mailbox provider with a limit of its own; null: everybody else.</param>
internal sealed class LimitedGroup(MailingInHand mailing, string? provider, IReadOnlyList<SendLimit> limits)
{
    private long _askAgain;

    public MailingInHand Mailing { get; } = mailing;

    public string? Provider { get; } = provider;

    public bool HasLimits => limits.Count > 0;

    /// <summary>A limit has nothing left for it now; others go first.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>What holds at that moment, of each window the least.</summary>
    public IReadOnlyList<SendLimit> LimitsAt(DateTimeOffset now) => HasLimits
        ? [.. SendLimit.Smoothed(limits.Select(l => l.At(now)).OfType<SendLimit>()).GroupBy(l => l.Bucket).Select(same => same.MinBy(l => l.Most)!)]
        : [];

    public void HoldBack(TimeProvider time)
    {
        var pause = Math.Clamp(limits.Min(l => l.Window).TotalSeconds / 20, 0.01, 1);
        IsHeldBack = true;
        _askAgain = time.GetTimestamp() + (long)(pause * time.TimestampFrequency);
    }

    public void LookAgain(long timestamp) => IsHeldBack &= timestamp < _askAgain;
}
