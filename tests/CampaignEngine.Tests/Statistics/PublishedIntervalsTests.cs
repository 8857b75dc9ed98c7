using CampaignEngine.Statistics;

namespace CampaignEngine.Tests.Statistics;

/// <summary>Values printed by Newcombe (1998), Statistics in Medicine 17: pages 857-872 (one proportion) and 873-890 (differences), four decimals.</summary>
public sealed class PublishedIntervalsTests
{
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void WilsonEqualsTheTable(int successes, int trials, double low, double high)
    {
        var interval = new Proportion(successes, trials).Wilson()!.Value;
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(9, 10, 3, 10, 0.1705, 0.8090)]
    [InlineData(6, 7, 2, 7, 0.0582, 0.8062)]
    [InlineData(5, 56, 0, 29, -0.0381, 0.1926)]
    [InlineData(0, 10, 0, 20, -0.1611, 0.2775)]
    [InlineData(0, 10, 0, 10, -0.2775, 0.2775)]
    [InlineData(10, 10, 0, 20, 0.6791, 1.0000)]
    [InlineData(10, 10, 0, 10, 0.6075, 1.0000)]
    public void NewcombeEqualsTheTable(int a, int m, int b, int n, double low, double high)
    {
        var interval = Lift.Newcombe(new Proportion(a, m), new Proportion(b, n))!.Value;
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Theory]
    [InlineData(56, 70, 48, 80, 0.0575, 0.3425)]
    [InlineData(9, 10, 3, 10, 0.2605, 0.9395)]
    [InlineData(5, 56, 0, 29, 0.0146, 0.1640)]
    public void UnpooledWaldEqualsTheTable(int a, int m, int b, int n, double low, double high)
    {
        var interval = Lift.Wald(new Proportion(a, m), new Proportion(b, n))!.Value;
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void AnEmptyGroupHasNoRateAndNoInterval()
    {
        var empty = new Proportion(0, 0);
        Assert.Null(empty.Rate);
        Assert.Null(empty.Wilson());
        Assert.Null(Lift.Absolute(new Proportion(1, 2), empty));
        Assert.Null(Lift.Newcombe(empty, new Proportion(1, 2)));
        Assert.Null(Lift.Relative(new Proportion(1, 2), new Proportion(0, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Proportion(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Proportion(-1, 2));
    }

    [Fact]
    public void WilsonCoversTheTruthNineteenTimesInTwenty()
    {
        // Exact coverage over the binomial distribution, averaged over rates as campaigns have them.
        var coverage = new List<double>();
        for (var p = 0.01; p < 0.12; p += 0.0007)
        {
            const int n = 400;
            var probability = Math.Pow(1 - p, n);
            var covered = 0.0;
            for (var k = 0; k <= n; k++)
            {
                var interval = new Proportion(k, n).Wilson()!.Value;
                covered += interval.Low <= p && p <= interval.High ? probability : 0;
                probability *= (n - k) / (k + 1.0) * (p / (1 - p));
            }

            coverage.Add(covered);
        }

        Assert.InRange(coverage.Average(), 0.945, 0.957);
    }

    [Fact]
    public void VarianceFromSumsIsExactWhereDoublesWouldCancel()
    {
        // 1,000,000,000.01 and .03: variance 0.0002.
        var mean = new MeanValue(2, 2_000_000_000.04m, (1_000_000_000.01m * 1_000_000_000.01m) + (1_000_000_000.03m * 1_000_000_000.03m));
        Assert.Equal(0.0002, mean.Variance!.Value, 12);
        Assert.Null(new MeanValue(1, 5, 25).Variance);
    }
}
