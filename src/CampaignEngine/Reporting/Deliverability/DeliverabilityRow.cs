using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Deliverability;

/// <summary>What became of the e-mails to one mailbox provider; each message counts once in each column.</summary>
public sealed record DeliverabilityRow
{
    /// <summary>A provider's name, a domain of none, <c>others</c>, or <c>all</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Tried at least once; seeds are out.</summary>
    public required long Messages { get; init; }

    /// <summary>By our relay.</summary>
    public required long Accepted { get; init; }

    /// <summary>Put off at least once, whatever came of it.</summary>
    public required long Deferred { get; init; }

    /// <summary>Refused by the relay at once.</summary>
    public required long Rejected { get; init; }

    public required long BouncedHard { get; init; }

    /// <summary>Full, disabled, expired and whatever is unclear.</summary>
    public required long BouncedSoft { get; init; }

    /// <summary>For our sending address, the content, a policy or authentication: says nothing about the people.</summary>
    public required long Refused { get; init; }

    public required long Complaints { get; init; }

    /// <summary>Opened or clicked by a person.</summary>
    public required long Opened { get; init; }

    public required long Clicked { get; init; }

    /// <summary>Addresses; of a sum of domains theirs together.</summary>
    internal long People { get; init; }

    /// <summary>Bounced and refused, of accepted.</summary>
    public double? BounceRate => Bounces.Rate;

    public double? BounceRateLow => Bounces.Wilson()?.Low;

    public double? BounceRateHigh => Bounces.Wilson()?.High;

    /// <summary>Complaints, of accepted.</summary>
    public double? ComplaintRate => Complained.Rate;

    public double? ComplaintRateLow => Complained.Wilson()?.Low;

    public double? ComplaintRateHigh => Complained.Wilson()?.High;

    // A message in doubt may bounce before its acceptance is known.
    private Proportion Bounces => new(BouncedHard + BouncedSoft + Refused, Math.Max(Accepted, BouncedHard + BouncedSoft + Refused));

    private Proportion Complained => new(Complaints, Math.Max(Accepted, Complaints));

    internal static DeliverabilityRow Sum(string provider, IEnumerable<DeliverabilityRow> rows)
    {
        var all = rows.ToList();
        return new DeliverabilityRow
        {
            Provider = provider,
            Messages = all.Sum(r => r.Messages),
            Accepted = all.Sum(r => r.Accepted),
            Deferred = all.Sum(r => r.Deferred),
            Rejected = all.Sum(r => r.Rejected),
            BouncedHard = all.Sum(r => r.BouncedHard),
            BouncedSoft = all.Sum(r => r.BouncedSoft),
            Refused = all.Sum(r => r.Refused),
            Complaints = all.Sum(r => r.Complaints),
            Opened = all.Sum(r => r.Opened),
            Clicked = all.Sum(r => r.Clicked),
            People = all.Sum(r => r.People),
        };
    }
}
