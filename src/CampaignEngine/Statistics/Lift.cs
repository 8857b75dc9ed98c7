namespace CampaignEngine.Statistics;

/// <summary>How much better one group did than a comparison group.</summary>
public static class Lift
{
    /// <summary>Difference of two rates; null when either group is empty.</summary>
    public static double? Absolute(Proportion group, Proportion comparison) => group.Rate - comparison.Rate;

    /// <summary>Difference as a share of the comparison's rate; null when that is zero or a group is empty.</summary>
    public static double? Relative(Proportion group, Proportion comparison) =>
        comparison.Rate is > 0 and var basis ? (group.Rate - basis) / basis : null;

    /// <summary>
    /// The simple asymptotic interval of a difference with unpooled variance (Wald; method 1 in Newcombe 1998, Statistics in Medicine 17:873-890).
    /// What most tools print; poor for small groups, and of no width when both rates are 0 or 1.
    /// </summary>
    public static Interval? Wald(Proportion group, Proportion comparison) =>
        Absolute(group, comparison) is { } difference && StandardError(group, comparison) is { } error
            ? new Interval(difference - (Interval.Z95 * error), difference + (Interval.Z95 * error))
            : null;

    /// <summary>Standard error of the difference with unpooled variance; null when either group is empty.</summary>
    public static double? StandardError(Proportion group, Proportion comparison) => group.Rate is { } p1 && comparison.Rate is { } p2
        ? Math.Sqrt((p1 * (1 - p1) / group.Trials) + (p2 * (1 - p2) / comparison.Trials))
        : null;

    /// <summary>
    /// Interval of the relative lift, from that of the logarithm of the ratio of two rates (Katz, Baptista, Azen and Pike 1978, Biometrics 34:469-474);
    /// null when either count is zero.
    /// </summary>
    public static Interval? RelativeInterval(Proportion group, Proportion comparison)
    {
        if (group.Rate is not (> 0 and var p1) || comparison.Rate is not (> 0 and var p2))
        {
            return null;
        }

        double reach = Interval.Z95 * Math.Sqrt(((1 - p1) / group.Successes) + ((1 - p2) / comparison.Successes));
        return new Interval((p1 / p2 * Math.Exp(-reach)) - 1, (p1 / p2 * Math.Exp(reach)) - 1);
    }

    /// <summary>
    /// Newcombe's hybrid score interval of a difference, built from the two Wilson intervals (method 10 in Newcombe 1998, Statistics in Medicine 17:873-890).
    /// </summary>
    public static Interval? Newcombe(Proportion group, Proportion comparison)
    {
        if (group.Rate is not { } p1 || comparison.Rate is not { } p2 || group.Wilson() is not { } w1 || comparison.Wilson() is not { } w2)
        {
            return null;
        }

        double below = Math.Sqrt(Square(p1 - w1.Low) + Square(w2.High - p2));
        double above = Math.Sqrt(Square(w1.High - p1) + Square(p2 - w2.Low));
        return new Interval(p1 - p2 - below, p1 - p2 + above);
    }

    /// <summary>z of the difference with the pooled rate, the square root of Pearson's chi-square for the 2 by 2 table; null when it is undefined.</summary>
    public static double? Z(Proportion group, Proportion comparison)
    {
        if (group.Rate is not { } p1 || comparison.Rate is not { } p2)
        {
            return null;
        }

        double pooled = (double)(group.Successes + comparison.Successes) / (group.Trials + comparison.Trials);
        double error = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / group.Trials) + (1.0 / comparison.Trials)));
        return error == 0 ? null : (p1 - p2) / error;
    }

    private static double Square(double x) => x * x;
}
