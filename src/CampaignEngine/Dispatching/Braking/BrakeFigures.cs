namespace CampaignEngine.Dispatching.Braking;

/// <summary>What a brake decides by, over some time.</summary>
public sealed record BrakeFigures
{
    /// <summary>Answers of the other side: accepted, deferred and rejected.</summary>
    public long Answered { get; init; }

    public long Deferred { get; init; }

    public long Rejected { get; init; }

    public long Blocked { get; init; }

    /// <summary>Messages accepted in the time that bounces and complaints are counted for.</summary>
    public long Accepted { get; init; }

    /// <summary>Of these.</summary>
    public long Bounced { get; init; }

    /// <summary>Of these.</summary>
    public long Complained { get; init; }

    public static bool IsReport(BrakeMeasure measure) => measure is BrakeMeasure.Bounced or BrakeMeasure.Complained;

    public (long Cases, long Of) Of(BrakeMeasure measure) => measure switch
    {
        BrakeMeasure.Deferred => (Deferred, Answered),
        BrakeMeasure.Rejected => (Rejected, Answered),
        BrakeMeasure.Blocked => (Blocked, Answered),
        BrakeMeasure.Bounced => (Bounced, Accepted),
        _ => (Complained, Accepted),
    };
}
