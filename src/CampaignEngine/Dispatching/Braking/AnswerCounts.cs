namespace CampaignEngine.Dispatching.Braking;

/// <summary>Answers that one worker has had and the database has not counted yet.</summary>
internal sealed class AnswerCounts(long since)
{
    /// <summary>Timestamp of the first one.</summary>
    public long Since { get; } = since;

    public int Accepted { get; private set; }

    public int Deferred { get; private set; }

    public int Rejected { get; private set; }

    public int Blocked { get; private set; }

    public void Add(SendOutcome outcome, bool blocked)
    {
        Accepted += outcome == SendOutcome.Accepted ? 1 : 0;
        Deferred += outcome == SendOutcome.Deferred ? 1 : 0;
        Rejected += outcome == SendOutcome.Rejected ? 1 : 0;
        Blocked += blocked ? 1 : 0;
    }

    /// <summary>Enough answers to decide, and clearly too many that are none we like: not worth waiting for the next look.</summary>
    public bool IsUrgent(BrakeRule rule)
    {
        var answered = Accepted + Deferred + Rejected;
        return answered >= rule.Sample
            && (Deferred > rule.Thresholds[BrakeMeasure.Deferred].Slow * answered
                || Rejected > rule.Thresholds[BrakeMeasure.Rejected].Slow * answered
                || Blocked > rule.Thresholds[BrakeMeasure.Blocked].Slow * answered);
    }
}
