using System.Globalization;

namespace CampaignEngine.Dispatching.Braking;

public enum BrakePhase
{
    /// <summary>Nothing is held back.</summary>
    Open,

    /// <summary>At most a part of the pace before.</summary>
    Slowed,

    /// <summary>Nothing leaves.</summary>
    Paused,
}

/// <summary>How one subject ("route:relay", "sender:shop", "campaign:spring-tea", "provider:gmail") stands, over all workers.</summary>
public sealed record BrakeState
{
    private static readonly TimeSpan CapWindow = TimeSpan.FromSeconds(10);

    public static BrakeState Open { get; } = new();

    public BrakePhase Phase { get; init; }

    /// <summary>Answers a second before it was slowed or paused; 0 while open.</summary>
    public double Pace { get; init; }

    /// <summary>Share of the pace that is left.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The measure that decided, with its figures; null while open.</summary>
    public string? Because { get; init; }

    /// <summary>Only what came later decides about the next step.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>End of the last pause: only what came later decides about the next one.</summary>
    public DateTimeOffset LiftedAt { get; init; }

    /// <summary>When a pause ends by itself; null: it does not.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Messages a second while slowed.</summary>
    public double Rate => Pace * Factor;

    /// <summary>What being slowed means for the ledger: one more limit beside those that are written. Never less than one message in ten seconds.</summary>
    internal SendLimit Cap(string subject) => new($"{subject} slowed", (int)Math.Clamp(Rate * CapWindow.TotalSeconds, 1, int.MaxValue), CapWindow);

    /// <summary>For an operator, without an end sign.</summary>
    public string Describe(string subject)
    {
        var name = subject.Replace(':', ' ');
        return Phase switch
        {
            BrakePhase.Paused => $"{name} is paused by its brake ({Because})",
            BrakePhase.Slowed => string.Create(CultureInfo.InvariantCulture, $"{name} is slowed to {Math.Max(Rate, 1 / CapWindow.TotalSeconds):0.#} a second, {Factor:P0} of its pace ({Because})").Replace(" %", "%", StringComparison.Ordinal),
            _ => $"{name} is not braked",
        };
    }
}
