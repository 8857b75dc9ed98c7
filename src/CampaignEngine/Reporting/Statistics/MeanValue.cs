namespace CampaignEngine.Reporting.Statistics;

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
}
