namespace CampaignEngine.Dispatching.Braking;

/// <summary>What a brake watches.</summary>
public enum BrakeMeasure
{
    /// <summary>Answers "not now" (4xx), of all answers.</summary>
    Deferred,

    /// <summary>Answers "never" (5xx), of all answers.</summary>
    Rejected,

    /// <summary>Answers of either kind that say spam, block list, reputation or authentication, of all answers.</summary>
    Blocked,

    /// <summary>Messages that bounced later, of those accepted.</summary>
    Bounced,

    /// <summary>Messages that somebody complained about, of those accepted.</summary>
    Complained,
}

/// <summary>Shares between 0 and 1; more than that slows or pauses, so 1 never does.</summary>
public sealed record BrakeThreshold(double Slow, double Pause);

/// <summary>When a route, sender, campaign or mailbox provider is slowed or paused by itself, and how it comes back.</summary>
public sealed record BrakeRule
{
    /// <summary>So many cases there must be, whatever share they are: a handful of people decides nothing.</summary>
    public const int LeastCases = 5;

    /// <summary>What a step of the recovery gives back, as a share of the pace before.</summary>
    public const double RecoveryStep = 0.1;

    /// <summary>What holds where nothing else is written. 0.1 and 0.3 % of complaints are what large mailbox providers name as good and as not to be reached.</summary>
    public static BrakeRule Usual { get; } = new();

    /// <summary>Answers of so long ago count.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Messages accepted so long ago count for bounces and complaints, which take their time.</summary>
    public TimeSpan ReportsWindow { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Fewer answers, or fewer accepted messages for bounces and complaints, decide nothing.</summary>
    public int Sample { get; init; } = 200;

    public IReadOnlyDictionary<BrakeMeasure, BrakeThreshold> Thresholds { get; init; } = new Dictionary<BrakeMeasure, BrakeThreshold>
    {
        [BrakeMeasure.Deferred] = new(0.20, 0.70),
        [BrakeMeasure.Rejected] = new(0.05, 0.10),
        [BrakeMeasure.Blocked] = new(0.02, 0.10),
        [BrakeMeasure.Bounced] = new(0.05, 0.10),
        [BrakeMeasure.Complained] = new(0.001, 0.003),
    };

    /// <summary>Share of the pace that each slow-down takes away.</summary>
    public double SlowBy { get; init; } = 0.5;

    /// <summary>Share of the pace before that is always left.</summary>
    public double Slowest { get; init; } = 0.05;

    /// <summary>So long without cause for a further slow-down gives a tenth of the pace back.</summary>
    public TimeSpan RecoverEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After such a time a pause ends by itself, at the slowest pace; null: only an operator ends it.</summary>
    public TimeSpan? ResumeAfter { get; init; }

    /// <summary>How old the figures of a decision may be; a share that is clearly too high is looked at before.</summary>
    internal TimeSpan LookEvery => TimeSpan.FromSeconds(Math.Clamp(Window.TotalSeconds / 100, 0.1, 5));
}
