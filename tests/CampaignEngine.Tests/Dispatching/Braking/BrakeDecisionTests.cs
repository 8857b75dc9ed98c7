using CampaignEngine.Dispatching.Braking;

namespace CampaignEngine.Tests.Dispatching.Braking;

public sealed class BrakeDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    private static readonly BrakeRule Rule = new();
    private static readonly BrakeFigures Clean = new() { Answered = 1000, Accepted = 1000 };

    [Theory]
    [InlineData(2, 1, 0)]      // one of two
    [InlineData(199, 199, 0)]  // a share, but no sample
    [InlineData(200, 0, 0)]
    [InlineData(1000, 200, 0)] // exactly a fifth is not more than a fifth
    [InlineData(1000, 201, 1)]
    [InlineData(1000, 700, 1)]
    [InlineData(1000, 701, 2)]
    public void DeferralsSlowAndPauseByShareAndSample(int answered, int deferred, int phase)
    {
        var figures = new BrakeFigures { Answered = answered, Deferred = deferred };

        Assert.Equal((BrakePhase)phase, Next(BrakeState.Open, figures, figures).Phase);
    }

    [Theory]
    [InlineData(BrakeMeasure.Rejected, 51, 101)]
    [InlineData(BrakeMeasure.Blocked, 21, 101)]
    [InlineData(BrakeMeasure.Bounced, 51, 101)]
    [InlineData(BrakeMeasure.Complained, 5, 5)]
    public void EveryMeasureHasItsOwnThresholds(BrakeMeasure measure, int slows, int pauses)
    {
        Assert.Same(BrakeState.Open, Next(BrakeState.Open, With(measure, slows - 1), With(measure, slows - 1)));
        Assert.Equal(measure == BrakeMeasure.Complained ? BrakePhase.Paused : BrakePhase.Slowed, Next(BrakeState.Open, With(measure, slows), With(measure, slows)).Phase);
        Assert.Equal(BrakePhase.Paused, Next(BrakeState.Open, With(measure, pauses), With(measure, pauses)).Phase);
    }

    [Fact]
    public void FourComplaintsOfTwoHundredAreTooFewToSay()
    {
        var figures = new BrakeFigures { Answered = 200, Accepted = 200, Complained = 4 };

        Assert.Same(BrakeState.Open, Next(BrakeState.Open, figures, figures));
        Assert.Equal(BrakePhase.Paused, Next(BrakeState.Open, figures with { Complained = 5 }, figures).Phase);
    }

    [Fact]
    public void TheSentenceNamesTheWorstMeasureWithItsFigures()
    {
        var figures = new BrakeFigures { Answered = 512, Deferred = 120, Rejected = 200, Blocked = 130, Accepted = 4000, Bounced = 250, Complained = 5 };

        Assert.Equal("rejected: 39.06% of 512 answers in 15 minutes, more than 10%", Next(BrakeState.Open, figures, figures).Because);
        Assert.Equal("complained: 0.15% of 4000 messages accepted in 1 day, more than 0.1%", Next(BrakeState.Open, With(BrakeMeasure.Complained, 6, 4000), With(BrakeMeasure.Complained, 6, 4000)).Because);
    }

    [Fact]
    public void EachSlowDownHalvesThePaceDownToTheFloor()
    {
        var bad = new BrakeFigures { Answered = 1000, Deferred = 300 };
        var state = BrakeState.Open;
        var factors = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            state = BrakeDecision.Next(state, Rule, bad, bad, 100 / (i + 1), Now.AddMinutes(i));
            factors.Add(state.Factor);
        }

        Assert.Equal([0.5, 0.25, 0.125, 0.0625, 0.05, 0.05, 0.05], factors);
        Assert.Equal(100, state.Pace);
        Assert.Equal(Now.AddMinutes(6), state.ChangedAt);
    }

    [Fact]
    public void OnlyWhatCameAfterASlowDownSlowsFurther()
    {
        var slowed = new BrakeState { Phase = BrakePhase.Slowed, Pace = 100, Factor = 0.5, Because = "x", ChangedAt = Now };

        Assert.Same(slowed, BrakeDecision.Next(slowed, Rule, new BrakeFigures { Answered = 1000, Deferred = 300 }, new BrakeFigures { Answered = 199, Deferred = 199 }, 50, Now.AddMinutes(1)));
        Assert.Equal(BrakePhase.Paused, BrakeDecision.Next(slowed, Rule, new BrakeFigures { Answered = 1000, Deferred = 701 }, new BrakeFigures(), 50, Now.AddMinutes(1)).Phase);
    }

    [Fact]
    public void ThePaceComesBackByTenthsAndTheBrakeOpens()
    {
        var state = new BrakeState { Phase = BrakePhase.Slowed, Pace = 100, Factor = 0.75, Because = "x", ChangedAt = Now };
        Assert.Same(state, BrakeDecision.Next(state, Rule, Clean, Clean, 75, Now.AddSeconds(299)));

        var factors = new List<double>();
        for (var i = 1; i <= 3; i++)
        {
            state = BrakeDecision.Next(state, Rule, Clean, Clean, 75, Now.AddMinutes(5 * i));
            factors.Add(state.Factor);
        }

        Assert.Equal([0.85, 0.95, 1], factors);
        Assert.Equal((BrakePhase.Open, null, 0), (state.Phase, state.Because, state.Pace));
    }

    [Theory]
    [InlineData(20, 6, false)]  // bad, though no sample: not faster
    [InlineData(20, 4, true)]   // a handful says nothing
    [InlineData(0, 0, true)]
    public void RecoveryWaitsWhileAnswersAreAsBadAsBefore(int answered, int deferred, bool recovers)
    {
        var state = new BrakeState { Phase = BrakePhase.Slowed, Pace = 100, Factor = 0.5, Because = "x", ChangedAt = Now };
        var fresh = new BrakeFigures { Answered = answered, Deferred = deferred };

        Assert.Equal(recovers ? 0.6 : 0.5, BrakeDecision.Next(state, Rule, fresh, fresh, 1, Now.AddMinutes(6)).Factor);
    }

    [Fact]
    public void APauseStaysUnlessItsTimeIsWritten()
    {
        var bad = new BrakeFigures { Answered = 1000, Rejected = 300 };
        var forever = Next(BrakeState.Open, bad, bad);
        Assert.Null(forever.PausedUntil);
        Assert.Same(forever, BrakeDecision.Next(forever, Rule, Clean, Clean, 0, Now.AddYears(1)));

        var rule = Rule with { ResumeAfter = TimeSpan.FromHours(1) };
        var hour = BrakeDecision.Next(BrakeState.Open, rule, bad, bad, 100, Now);
        Assert.Same(hour, BrakeDecision.Next(hour, rule, bad, bad, 0, Now.AddMinutes(59)));
        var after = BrakeDecision.Next(hour, rule, bad, bad, 0, Now.AddHours(1));
        Assert.Equal((BrakePhase.Slowed, 100, 0.05, Now.AddHours(1), null), (after.Phase, after.Pace, after.Factor, after.LiftedAt, after.PausedUntil));
        Assert.Equal("went on by itself after a pause; rejected: 30% of 1000 answers in 15 minutes, more than 10%", after.Because);
    }

    [Fact]
    public void AHundredPercentNeverPauses()
    {
        var rule = Rule with { Thresholds = Rule.Thresholds.ToDictionary(t => t.Key, _ => new BrakeThreshold(1, 1)) };
        var all = new BrakeFigures { Answered = 1000, Deferred = 1000, Rejected = 1000, Blocked = 1000, Accepted = 1000, Bounced = 1000, Complained = 1000 };

        Assert.Same(BrakeState.Open, BrakeDecision.Next(BrakeState.Open, rule, all, all, 1, Now));
    }

    [Fact]
    public void WhateverComesThePaceStaysBetweenTheFloorAndWhatItWas()
    {
        var random = new Random(4);
        for (var run = 0; run < 2000; run++)
        {
            var state = BrakeState.Open;
            var time = Now;
            for (var step = 0; step < 30; step++)
            {
                var answered = random.Next(0, 2000);
                BrakeFigures Any() => new() { Answered = answered, Deferred = random.Next(0, answered + 1) / (1 + random.Next(10)), Accepted = answered, Complained = random.Next(0, 8) };
                var (whole, fresh) = (Any(), Any());
                time += TimeSpan.FromSeconds(random.Next(1, 900));
                var next = BrakeDecision.Next(state, Rule with { ResumeAfter = TimeSpan.FromMinutes(10) }, whole, fresh, random.Next(1, 100), time);

                Assert.InRange(next.Factor, 0.05, 1);
                Assert.Equal(next.Phase == BrakePhase.Open, next.Because is null);
                Assert.True(next.Phase == BrakePhase.Paused || next.PausedUntil is null);
                Assert.True(next.Phase != BrakePhase.Slowed || next.Cap("route:r").Most >= 1);
                Assert.False(state.Phase == BrakePhase.Paused && next.Phase == BrakePhase.Open, "a pause ended at full pace");
                state = next;
            }
        }
    }

    private static BrakeState Next(BrakeState state, BrakeFigures whole, BrakeFigures fresh) => BrakeDecision.Next(state, Rule, whole, fresh, 100, Now);

    private static BrakeFigures With(BrakeMeasure measure, int cases, int of = 1000)
    {
        var figures = new BrakeFigures { Answered = of, Accepted = of };
        return measure switch
        {
            BrakeMeasure.Deferred => figures with { Deferred = cases },
            BrakeMeasure.Rejected => figures with { Rejected = cases },
            BrakeMeasure.Blocked => figures with { Blocked = cases },
            BrakeMeasure.Bounced => figures with { Bounced = cases },
            _ => figures with { Complained = cases },
        };
    }
}
