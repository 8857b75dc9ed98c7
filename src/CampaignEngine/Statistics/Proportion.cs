namespace CampaignEngine.Statistics;

/// <summary>So many of so many.</summary>
public readonly record struct Proportion
{
    /// <exception cref="ArgumentOutOfRangeException">Not 0 &lt;= successes &lt;= trials.</exception>
    public Proportion(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        Successes = successes;
        Trials = trials;
    }

    public long Successes { get; }

    public long Trials { get; }

    /// <summary>Null when there was no trial: nothing divided by nothing is no rate.</summary>
    public double? Rate => Trials == 0 ? null : (double)Successes / Trials;

    /// <summary>
    /// The score interval of Wilson (1927, JASA 22:209-212), without continuity correction: it keeps its coverage for the small rates of direct marketing
    /// and never leaves 0 to 1. Null when there was no trial.
    /// </summary>
    public Interval? Wilson()
    {
        if (Trials == 0)
        {
            return null;
        }

        const double z = Interval.Z95;
        double n = Trials;
        double p = Successes / n;
        double centre = p + (z * z / (2 * n));
        double reach = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        double scale = 1 + (z * z / n);
        // At the ends the formula gives exactly 0 and 1; rounding must not leave 1e-17 there.
        return new Interval(
            Successes == 0 ? 0 : Math.Max(0, (centre - reach) / scale),
            Successes == Trials ? 1 : Math.Min(1, (centre + reach) / scale));
    }
}
