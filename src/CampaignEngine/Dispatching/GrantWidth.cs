namespace CampaignEngine.Dispatching;

/// <summary>
/// How many items a lane gets at once: as many as it sends in about half a second. Wide enough that the tick is no brake, narrow enough that a
/// slow relay does not hold people longer than the grant lives, and that a kill leaves few in doubt.
/// </summary>
public sealed class GrantWidth(int largest)
{
    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(500);
    private const double Weight = 0.25;
    private double _secondsEach;

    /// <summary>Items for the next grant of one lane.</summary>
    public int Current { get; private set; } = Math.Min(32, largest);

    /// <summary>Learns from one finished grant.</summary>
    public void Observe(int items, TimeSpan took)
    {
        if (items <= 0)
        {
            return;
        }

        var each = took.TotalSeconds / items;
        _secondsEach = _secondsEach == 0 ? each : (_secondsEach * (1 - Weight)) + (each * Weight);
        var fitting = _secondsEach <= 0 ? largest : Target.TotalSeconds / _secondsEach;
        Current = (int)Math.Clamp(fitting, 1, largest);
    }
}
