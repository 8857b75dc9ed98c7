namespace CampaignEngine.Dispatching.Braking;

/// <summary>The brakes that hold something back, as last read.</summary>
/// <param name="States">By subject; none of them open.</param>
public sealed record BrakeView(IReadOnlyDictionary<string, BrakeState> States)
{
    public static BrakeView Empty { get; } = new(new Dictionary<string, BrakeState>());

    public bool IsPaused(string subject) => States.TryGetValue(subject, out var state) && state.Phase == BrakePhase.Paused;

    /// <summary>The limits that slowed subjects add.</summary>
    internal IReadOnlyList<SendLimit> CapsOf(IReadOnlyList<string> subjects) =>
        [.. subjects.Where(s => States.TryGetValue(s, out var state) && state.Phase == BrakePhase.Slowed).Select(s => States[s].Cap(s))];
}
