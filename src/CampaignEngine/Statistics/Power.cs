namespace CampaignEngine.Statistics;

/// <summary>What a comparison with the control cell can find, before anybody is contacted: two-sided 5 %, power 80 %.</summary>
public static class Power
{
    // 0.975 and 0.8 quantiles of the standard normal distribution.
    private const double Quantiles = Interval.Z95 + 0.8416212335729143;

    /// <summary>
    /// The smallest rise over <paramref name="rate"/> that is found four times in five: the solution of
    /// d = q √(p₁(1−p₁)/n₁ + p₀(1−p₀)/n₀) with p₁ = p₀ + d. Null when no rise up to 1 can be found.
    /// </summary>
    public static double? DetectableRise(double rate, long contacted, long control)
    {
        if (contacted < 1 || control < 1 || rate is not (>= 0 and < 1))
        {
            return null;
        }

        // What is missing falls with d once d is past the error of the base, so bisection finds the crossing.
        double Missing(double rise) => (Quantiles * Error(rate + rise, contacted, rate, control)) - rise;
        var (low, high) = (0.0, 1 - rate);
        if (Missing(high) > 0)
        {
            return null;
        }

        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Missing(middle) > 0 ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>People of a control cell that make a rise findable; null when so many contacted cannot show it with any control cell.</summary>
    public static long? RequiredControl(double rate, double rise, long contacted)
    {
        var raised = rate + rise;
        if (contacted < 1 || rise <= 0 || raised is not (> 0 and <= 1) || rate < 0)
        {
            return null;
        }

        var room = Math.Pow(rise / Quantiles, 2) - (raised * (1 - raised) / contacted);
        return room <= 0 ? null : (long)Math.Ceiling(Math.Max(1, rate * (1 - rate) / room));
    }

    private static double Error(double p1, long n1, double p0, long n0) => Math.Sqrt((p1 * (1 - p1) / n1) + (p0 * (1 - p0) / n0));
}
