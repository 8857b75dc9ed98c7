namespace CampaignEngine.Reporting.Charts;

/// <summary>Where values stand on an axis, and the round values at which it has marks.</summary>
internal sealed class Scale
{
    private readonly double _from;
    private readonly double _to;
    private readonly double _low;
    private readonly double _high;

    /// <param name="from">Pixel of the lowest mark.</param>
    /// <param name="to">Pixel of the highest mark; may be smaller, as the y axis of a picture grows downwards.</param>
    /// <param name="marks">About how many marks there is room for.</param>
    public Scale(double low, double high, double from, double to, int marks)
    {
        (_from, _to) = (from, to);
        high = high > low ? high : low + 1;
        Step = Round((high - low) / Math.Max(1, marks));
        (_low, _high) = (Math.Floor((low / Step) + 1e-9) * Step, Math.Ceiling((high / Step) - 1e-9) * Step);
    }

    /// <summary>Distance between two marks.</summary>
    public double Step { get; }

    public double Low => _low;

    public double High => _high;

    public IEnumerable<double> Marks => Enumerable.Range(0, (int)Math.Round((_high - _low) / Step) + 1).Select(i => _low + (i * Step));

    public double At(double value) => _from + ((Math.Clamp(value, _low, _high) - _low) / (_high - _low) * (_to - _from));

    // 1, 2, 2.5 or 5 times a power of ten.
    private static double Round(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return ((double[])[1, 2, 2.5, 5, 10]).First(m => (m * power) >= step - (1e-9 * power)) * power;
    }
}
