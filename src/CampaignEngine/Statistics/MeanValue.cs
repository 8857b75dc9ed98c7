namespace CampaignEngine.Statistics;

/// <summary>A mean of amounts per person with its sample variance, from count, sum and sum of squares.</summary>
public readonly record struct MeanValue(long Count, decimal Sum, decimal SumOfSquares)
{
    public double? Mean => Count == 0 ? null : (double)(Sum / Count);

    /// <summary>Unbiased (n - 1); null below two values. Decimal up to the division, since the sums nearly cancel.</summary>
    public double? Variance => Count < 2 ? null : Math.Max(0, (double)((SumOfSquares - (Sum * Sum / Count)) / (Count - 1)));

    public static double? Difference(MeanValue group, MeanValue comparison) => group.Mean - comparison.Mean;

    /// <summary>Standard error of the difference of two means, with unpooled variances (Welch 1947); null below two people in either group.</summary>
    public static double? StandardError(MeanValue group, MeanValue comparison) =>
        group.Variance is { } v1 && comparison.Variance is { } v2 ? Math.Sqrt((v1 / group.Count) + (v2 / comparison.Count)) : null;

    /// <summary>
    /// Interval of the difference of two means with the normal quantile, which is right for the hundreds of people a cell has at least; null below two people
    /// in either group.
    /// </summary>
    public static Interval? DifferenceInterval(MeanValue group, MeanValue comparison) =>
        Difference(group, comparison) is { } difference && StandardError(group, comparison) is { } error
            ? new Interval(difference - (Interval.Z95 * error), difference + (Interval.Z95 * error))
            : null;

    /// <summary>Interval of the mean, with the normal quantile; null below two people.</summary>
    public static Interval? MeanInterval(MeanValue group) =>
        group is { Mean: { } mean, Variance: { } variance } && Math.Sqrt(variance / group.Count) is var error
            ? new Interval(mean - (Interval.Z95 * error), mean + (Interval.Z95 * error))
            : null;

    /// <summary>Degrees of freedom of Welch's t (Welch 1947, Biometrika 34:28-35); null when nothing varies.</summary>
    public static double? Freedom(MeanValue group, MeanValue comparison)
    {
        if (group.Variance is not { } v1 || comparison.Variance is not { } v2 || v1 + v2 == 0)
        {
            return null;
        }

        var (e1, e2) = (v1 / group.Count, v2 / comparison.Count);
        return (e1 + e2) * (e1 + e2) / ((e1 * e1 / (group.Count - 1)) + (e2 * e2 / (comparison.Count - 1)));
    }

    /// <summary>
    /// Interval of the relative lift of two means (Fieller 1954, Journal of the Royal Statistical Society B 16:175-185), with the normal quantile; null when the
    /// comparison's mean is not clearly above zero, as the ratio has no bounds then.
    /// </summary>
    public static Interval? RelativeInterval(MeanValue group, MeanValue comparison)
    {
        if (group is not { Mean: { } m1, Variance: { } v1 } || comparison is not { Mean: > 0 and var m0, Variance: { } v0 })
        {
            return null;
        }

        var (e1, e0) = (v1 / group.Count, v0 / comparison.Count);
        const double Square = Interval.Z95 * Interval.Z95;
        var scale = (m0 * m0) - (Square * e0);
        if (scale <= 0)
        {
            return null;
        }

        // The ends are the roots of (m0² − z²e0) r² − 2 m0 m1 r + (m1² − z²e1) = 0.
        var reach = Math.Sqrt(Math.Max(0, (m0 * m0 * m1 * m1) - (scale * ((m1 * m1) - (Square * e1)))));
        return new Interval((((m0 * m1) - reach) / scale) - 1, (((m0 * m1) + reach) / scale) - 1);
    }
}
