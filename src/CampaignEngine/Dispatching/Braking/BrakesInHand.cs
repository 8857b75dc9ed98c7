namespace CampaignEngine.Dispatching.Braking;

/// <summary>The brakes as one worker has them: what it counted, which subjects it has messages of, what holds. Only the coordinator touches it.</summary>
internal sealed class BrakesInHand(DispatchOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, BrakeRule?> _rules = [];
    private readonly Alarm _look = new(Interval, time);
    private readonly Alarm _shortest = new(Shortest, time);
    private Dictionary<string, AnswerCounts> _counts = [];
    private bool _urgent;

    /// <summary>What holds, as last read.</summary>
    public BrakeView View { get; set; } = BrakeView.Empty;

    /// <summary>Whether messages in hand can be held back by a brake at all.</summary>
    public bool Matter => View.States.Count > 0 || _rules.Values.Any(r => r is not null);

    /// <summary>Subjects with a brake that this worker has had messages of, and those whose pause may be over.</summary>
    public IEnumerable<(string Subject, BrakeRule Rule)> Watched =>
        _rules.Where(r => r.Value is not null).Select(r => (r.Key, r.Value!))
            .Union(View.States.Keys.Select(subject => (subject, RuleOf(subject) ?? BrakeRule.Usual)));

    public bool IsUrgent(string subject) => _urgent && _counts.TryGetValue(subject, out var counts) && counts.IsUrgent(_rules[subject]!);

    /// <summary>Every second; sooner when a share has become clearly too high.</summary>
    public bool IsDue()
    {
        if (!_look.IsDue() && !(_urgent && _shortest.IsDue()))
        {
            return false;
        }

        _shortest.Postpone(Shortest);
        return true;
    }

    public bool HasCounts => _counts.Count > 0;

    public BrakeRule? RuleOf(string subject)
    {
        if (!_rules.TryGetValue(subject, out var rule))
        {
            _rules[subject] = rule = options.BrakeOf(subject);
        }

        return rule;
    }

    public void Count(LimitedGroup group, SendVerdict verdict)
    {
        // An answer has a code; what was decided here says nothing about the other side.
        if (verdict.Outcome is not (SendOutcome.Accepted or SendOutcome.Deferred or SendOutcome.Rejected) || (verdict.Code == 0 && verdict.Outcome != SendOutcome.Accepted))
        {
            return;
        }

        bool? blocked = verdict.Outcome == SendOutcome.Accepted ? false : null;
        foreach (var subject in group.Subjects)
        {
            if (RuleOf(subject) is not { } rule)
            {
                continue;
            }

            if (!_counts.TryGetValue(subject, out var counts))
            {
                _counts[subject] = counts = new AnswerCounts(time.GetTimestamp());
            }

            counts.Add(verdict.Outcome, blocked ??= options.IsBlock(verdict));
            _urgent |= counts.IsUrgent(rule);
        }
    }

    /// <summary>What has been counted since the last call, by subject.</summary>
    public Dictionary<string, AnswerCounts> TakeCounts()
    {
        var counts = _counts;
        (_counts, _urgent) = ([], false);
        return counts;
    }
}
