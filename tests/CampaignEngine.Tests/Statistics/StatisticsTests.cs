using CampaignEngine.Statistics;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Statistics;

public sealed class StatisticsTests
{
    [Fact]
    public void TailsEqualThePrintedTables()
    {
        Assert.Equal(0.05, Significance.OfZ(1.959963984540054)!.Value, 1e-12);
        Assert.Equal(0.05, Significance.OfT(-2.228138852, 10)!.Value, 1e-9);
        Assert.Equal(0.05, Significance.OfChiSquare(3.841458820694124, 1), 1e-12);
        Assert.Equal(0.01, Significance.OfChiSquare(9.210340371976183, 2), 1e-12);
        Assert.Null(Significance.OfZ(null));
    }

    [Fact]
    public void ZSquaredAndChiSquareSayTheSame()
    {
        var lift = MeasuredLift.Of(new Proportion(189, 11_034), new Proportion(104, 11_037))!;
        Assert.Equal(Significance.OfChiSquare(lift.Z!.Value * lift.Z.Value, 1), lift.P!.Value, 1e-15);
    }

    [Fact]
    public void HolmKeepsTheOrderAndNeverFalls() =>
        Assert.Equal([0.03, 0.06, null, 0.06, 0.02], Significance.Holm([0.01, 0.04, null, 0.03, 0.005]).Select(p => p is { } value ? Math.Round(value, 12) : (double?)null));

    // Physicians' Health Study (1988, New England Journal of Medicine 318:262-264), heart attacks under placebo and aspirin: ratio 1.82 (1.43 to 2.31).
    [Fact]
    public void TheRelativeLiftHasThePublishedInterval()
    {
        var interval = Lift.RelativeInterval(new Proportion(189, 11_034), new Proportion(104, 11_037))!.Value;
        Assert.Equal((0.43, 1.31), (Math.Round(interval.Low, 2), Math.Round(interval.High, 2)));
        Assert.Null(Lift.RelativeInterval(new Proportion(1, 10), new Proportion(0, 10)));
    }

    [Fact]
    public void FiellersEndsLieOneReachFromTheData()
    {
        var (group, comparison) = (new MeanValue(500, 900, 9000), new MeanValue(400, 500, 4000));
        var interval = MeanValue.RelativeInterval(group, comparison)!.Value;
        foreach (var ratio in (double[])[interval.Low + 1, interval.High + 1])
        {
            var distance = Math.Abs(group.Mean!.Value - (ratio * comparison.Mean!.Value));
            Assert.Equal(Interval.Z95 * Math.Sqrt((group.Variance!.Value / 500) + (ratio * ratio * comparison.Variance!.Value / 400)), distance, 1e-12);
        }

        Assert.Null(MeanValue.RelativeInterval(group, new MeanValue(400, 5, 4000)));
    }

    [Fact]
    public void SizesFarFromTheSharesRaiseTheAlarm()
    {
        var fair = SampleRatio.Of([("a", 0.45, 4_520), ("b", 0.45, 4_470), ("control", 0.1, 1_010)])!;
        Assert.Equal((false, 4_500.0), (fair.Alarm, fair.Cells[0].Expected));
        Assert.Equal((20.0 * 20 / 4500) + (30.0 * 30 / 4500) + (10.0 * 10 / 1000), fair.ChiSquare, 1e-9);
        Assert.True(SampleRatio.Of([("a", 0.5, 5_200), ("b", 0.5, 4_800)])!.Alarm);
        Assert.Null(SampleRatio.Of([("a", 1, 100)]));
        Assert.Null(SampleRatio.Of([("a", 0.999, 100), ("b", 0.001, 0)]));
    }

    [Fact]
    public void ACellThatIsLargeEnoughFindsTheRiseItWasMadeFor()
    {
        // (1.95996 + 0.84162)² (0.12 × 0.88 + 0.1 × 0.9) / 0.02² = 3,838.06
        Assert.Equal(0.02, Power.DetectableRise(0.1, 3_838, 3_838)!.Value, 1e-4);
        Assert.Equal(3_838, Power.RequiredControl(0.1, 0.02, 3_839)!.Value, 2.0);
        Assert.Null(Power.RequiredControl(0.1, 0.02, 1_000));
        Assert.Null(Power.DetectableRise(0.1, 0, 10));
        Assert.True(Power.DetectableRise(0, 10_000, 1_000) > 0);
    }

    [Fact]
    public void AnyTimeIntervalsAreWiderAndShrinkWithThePeople()
    {
        var (few, many) = (MeasuredLift.Of(new Proportion(30, 1_000), new Proportion(20, 1_000))!, MeasuredLift.Of(new Proportion(3_000, 100_000), new Proportion(2_000, 100_000))!);
        Assert.True(few.AnyTime!.Value.High - few.AnyTime.Value.Low > few.Interval!.Value.High - few.Interval.Value.Low);
        Assert.InRange(0, few.AnyTime.Value.Low, few.AnyTime.Value.High);
        Assert.True(many.AnyTime!.Value.Low > 0);
        Assert.Null(MeasuredLift.Of(new Proportion(0, 10), new Proportion(0, 10))!.AnyTime);
    }

    // In full: dotnet run -c Release --project tests/CampaignEngine.Benchmarks -- simulate-statistics
    [Fact]
    public void TheBootstrapIsTheSameEachTimeWhateverTheOrderAndNearWelchWhereMeansAreNormal()
    {
        AmountSample many = new(20_000, [.. Enumerable.Range(0, 600).Select(i => 20.0 + (i % 40))]), few = new(5_000, [.. Enumerable.Range(0, 100).Select(i => 20.0 + (i % 40))]);
        var interval = Bootstrap.Difference(many, few)!.Value;
        Assert.Equal(interval, Bootstrap.Difference(many with { Amounts = [.. many.Amounts.Reverse()] }, few));
        var welch = MeanValue.DifferenceInterval(Of(many), Of(few))!.Value;
        Assert.Equal(welch.Low, interval.Low, (welch.High - welch.Low) * 0.06);
        Assert.Equal(welch.High, interval.High, (welch.High - welch.Low) * 0.06);
        Assert.Null(Bootstrap.Difference(many, few with { Amounts = [1, 2, 3, 4] }));
        Assert.NotNull(Bootstrap.Mean(new AmountSample(10, [.. Enumerable.Range(1, 10).Select(i => (double)i)])));
        Assert.Equal(1, new AmountSample(10, [1000, 0.001]).Effective, 0.001);

        static MeanValue Of(AmountSample sample) => new(sample.People, (decimal)sample.Amounts.Sum(), (decimal)sample.Amounts.Sum(a => a * a));
    }

    [Fact]
    public void WhereAFewLargeOrdersMakeTheRevenueTheOuterEndsOfBothIntervalsMissLeast() =>
        Assert.All(new StatisticsSimulation(120, seed: 4).HeavyTails(149), c => Assert.True(c.Outer >= Math.Max(c.Welch, c.Bootstrap) && c.Outer > 0.9 && c.Bootstrap > 0.84, c.ToString()));

    [Fact]
    public void IntervalsHoldTheTruthNineteenTimesInTwenty() =>
        Assert.All(new StatisticsSimulation(2_000, seed: 1).Coverage(), c => Assert.InRange(c.Coverage, 0.95 - 0.015, 0.95 + 0.015));

    [Fact]
    public void LookingEveryDayFindsNoMoreThanOneDifferenceInTwentyWhereThereIsNone()
    {
        var (anyTime, ordinary, once) = new StatisticsSimulation(1_000, seed: 2).Peeking(0.03);
        Assert.True(anyTime <= 0.05, $"{anyTime:P1}");
        Assert.True(ordinary > 0.15, $"the ordinary interval is not made for it: {ordinary:P1}");
        Assert.InRange(once, 0.03, 0.07);
    }

    [Fact]
    public void ManyCellsAreCorrectedFor()
    {
        var (plain, corrected) = new StatisticsSimulation(2_000, seed: 3).ManyCells(5, 0.03);
        Assert.True(plain > 0.12, $"{plain:P1}");
        Assert.InRange(corrected, 0.02, 0.065);
    }
}
