using CampaignEngine.Dispatching.Braking;

namespace CampaignEngine.Dispatching;

/// <summary>People of a mailing whose messages keep to the same limits and brakes. Only the coordinator touches it; lanes ask whether it is paused.</summary>
/// <param name="provider">Mailbox provider with a limit or a brake of its own; null: everybody else.</param>
internal sealed class LimitedGroup(MailingInHand mailing, string? provider, IReadOnlyList<SendLimit> limits)
{
    private readonly IReadOnlyList<SendLimit> _written = limits;
    private long _askAgain;
    private IReadOnlyList<SendLimit> _caps = [];
    private volatile bool _isPaused;

    public MailingInHand Mailing { get; } = mailing;

    public string? Provider { get; } = provider;

    /// <summary>By which names brakes know it.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    public bool HasLimits => _written.Count + _caps.Count > 0;

    /// <summary>When it was granted something last, counted in turns: whoever waits longest comes first.</summary>
    public long LastTurn { get; set; }

    /// <summary>A limit has nothing left for it now; others go first.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>A brake has stopped it: nothing is granted, and what was granted stops before its terminator.</summary>
    public bool IsPaused => _isPaused;

    /// <summary>What holds at that moment, of each window the least.</summary>
    public IReadOnlyList<SendLimit> LimitsAt(DateTimeOffset now) => HasLimits
        ? [.. SendLimit.Smoothed(_written.Concat(_caps).Select(l => l.At(now)).OfType<SendLimit>()).GroupBy(l => l.Bucket).Select(same => same.MinBy(l => l.Most)!)]
        : [];

    /// <summary>Takes over what brakes say. A slowed subject is one more limit, so that no written limit is ever exceeded.</summary>
    public void Obey(BrakeView view)
    {
        _caps = view.CapsOf(Subjects);
        _isPaused = Subjects.Any(view.IsPaused);
    }

    /// <summary>The paused subjects as a tick has read them.</summary>
    public void ObeyPauses(IReadOnlySet<string> paused) => _isPaused = Subjects.Any(paused.Contains);

    public void HoldBack(TimeProvider time)
    {
        var pause = Math.Clamp(_written.Concat(_caps).Min(l => l.Window).TotalSeconds / 20, 0.01, 1);
        IsHeldBack = true;
        _askAgain = time.GetTimestamp() + (long)(pause * time.TimestampFrequency);
    }

    public void LookAgain(long timestamp) => IsHeldBack &= timestamp < _askAgain;
}
