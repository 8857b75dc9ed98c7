namespace CampaignEngine.Reporting.Statistics;

/// <summary>A mean of amounts per person with its sample variance, from count, sum and sum of squares.</summary>
public readonly record struct MeanValue(long Count, decimal Sum, decimal SumOfSquares)
{
    public double? Mean => Count == 0 ? null : (double)(Sum / Count);

    /// <summary>Unbiased (n - 1); null below two values. Decimal up to the division, since the sums nearly cancel.</summary>
    public double? Variance => Count < 2 ? null : Math.Max(0, (double)((SumOfSquares - (Sum * Sum / Count)) / (Count - 1)));

    public static double? Difference(MeanValue group, MeanValue comparison) => group.Mean - comparison.Mean;

    /// <summary>
    /// Interval of the difference of two means with unpooled variances (Welch 1947) and the normal quantile, which is right for the hundreds of people a cell
    /// has at least; null below two people in either group.
    /// </summary>
    public static Interval? DifferenceInterval(MeanValue group, MeanValue comparison)
    {
        if (Difference(group, comparison) is not { } difference || group.Variance is not { } v1 || comparison.Variance is not { } v2)
        {
            return null;
        }

        double reach = Interval.Z95 * Math.Sqrt((v1 / group.Count) + (v2 / comparison.Count));
        return new Interval(difference - reach, difference + reach);
    }
}
