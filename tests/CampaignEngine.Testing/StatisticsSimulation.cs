using CampaignEngine.Statistics;

namespace CampaignEngine.Testing;

/// <summary>Made-up campaigns whose truth is known: how often an interval holds it, and how often a test without a difference finds one.</summary>
public sealed class StatisticsSimulation(int runs, int seed)
{
    private const int People = 5_000;
    private const int Days = 28;
    private const int PerDay = 400;
    private readonly Random _random = new(seed);

    /// <summary>Share of runs in which the interval holds the truth: 0.95 is right.</summary>
    public IEnumerable<(string Interval, double Coverage)> Coverage()
    {
        yield return ("rate: Wilson, 2 % of 5,000", Share(() => Holds(Draw(People, 0.02).Wilson(), 0.02)));
        yield return ("rate: Wilson, 30 % of 5,000", Share(() => Holds(Draw(People, 0.3).Wilson(), 0.3)));
        yield return ("lift: unpooled, 3 % over 2 % of 5,000", Share(() => Holds(Lift.Wald(Draw(People, 0.03), Draw(People, 0.02)), 0.01)));
        yield return ("lift: unpooled, 18 % over 10 % of 20,000 and 5,000", Share(() => Holds(Lift.Wald(Draw(20_000, 0.18), Draw(People, 0.1)), 0.08)));
        yield return ("lift: Newcombe, 3 % over 2 % of 5,000", Share(() => Holds(Lift.Newcombe(Draw(People, 0.03), Draw(People, 0.02)), 0.01)));
        yield return ("lift: Newcombe, 20 % over 10 % of 150", Share(() => Holds(Lift.Newcombe(Draw(150, 0.2), Draw(150, 0.1)), 0.1)));
        yield return ("relative lift: 3 % over 2 % of 5,000", Share(() => Holds(Lift.RelativeInterval(Draw(People, 0.03), Draw(People, 0.02)), 0.5)));
        yield return ("revenue: Welch, 3 % and 2 % of 5,000 buy for 50 on average", Share(() => Holds(MeanValue.DifferenceInterval(Spend(0.03), Spend(0.02)), 0.5)));
        yield return ("relative revenue: Fieller, the same", Share(() => Holds(MeanValue.RelativeInterval(Spend(0.03), Spend(0.02)), 0.5)));
    }

    /// <summary>Share of runs in which the interval of revenue a person holds the truth, where a few large orders make it: Welch's, the bootstrap's, and the outer ends of both.</summary>
    /// <param name="draws">Of each bootstrap.</param>
    public IEnumerable<(string Orders, double Welch, double Bootstrap, double Outer)> HeavyTails(int draws)
    {
        foreach (var (spread, held) in ((double, int)[])[(1.0, 5_000), (1.5, 5_000), (2.0, 5_000)])
        {
            var (welch, bootstrap, outer) = (0, 0, 0);
            var truth = 0.01 * 20 * Math.Exp(spread * spread / 2);
            for (var run = 0; run < runs; run++)
            {
                var (group, control) = (Orders(20_000, 0.03, spread), Orders(held, 0.02, spread));
                var (normal, drawn) = (MeanValue.DifferenceInterval(Of(group), Of(control)), Bootstrap.Difference(group, control, draws, run));
                welch += Holds(normal, truth) ? 1 : 0;
                bootstrap += Holds(drawn, truth) ? 1 : 0;
                outer += normal is { } one && drawn is { } two && Holds(new Interval(Math.Min(one.Low, two.Low), Math.Max(one.High, two.High)), truth) ? 1 : 0;
            }

            yield return (FormattableString.Invariant($"log-normal, spread {spread:0.0}: 3 % of 20,000 against 2 % of {held:N0}"), (double)welch / runs, (double)bootstrap / runs, (double)outer / runs);
        }
    }

    private AmountSample Orders(int people, double rate, double spread) => new(people, [.. Enumerable.Range(0, Successes(people, rate)).Select(_ => 20 * Math.Exp(spread * Normal()))]);

    private static MeanValue Of(AmountSample sample) => new(sample.People, (decimal)sample.Amounts.Sum(), (decimal)sample.Amounts.Sum(a => a * a));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    /// <summary>Two equal cells looked at on each of 28 days: share of runs that find a difference on any of them.</summary>
    public (double AnyTime, double Fixed, double Once) Peeking(double rate)
    {
        var (anyTime, fixedSize, once) = (0, 0, 0);
        for (var run = 0; run < runs; run++)
        {
            var (a, b, trials) = (0L, 0L, 0L);
            var (found, foundFixed) = (false, false);
            for (var day = 0; day < Days; day++)
            {
                (a, b, trials) = (a + Successes(PerDay, rate), b + Successes(PerDay, rate), trials + PerDay);
                var (group, comparison) = (new Proportion(a, trials), new Proportion(b, trials));
                var lift = MeasuredLift.Of(group, comparison)!;
                found |= lift.AnyTime is { } always && !Holds(always, 0);
                var seen = lift.Interval is { Low: var low, High: var high } && low < high && (low > 0 || high < 0);
                foundFixed |= seen;
                once += day == Days - 1 && seen ? 1 : 0;
            }

            anyTime += found ? 1 : 0;
            fixedSize += foundFixed ? 1 : 0;
        }

        return ((double)anyTime / runs, (double)fixedSize / runs, (double)once / runs);
    }

    /// <summary>A/A campaigns with several cells: share in which any cell is found different from the control cell, as it stands and after Holm's correction.</summary>
    public (double Plain, double Corrected) ManyCells(int cells, double rate)
    {
        var (plain, corrected) = (0, 0);
        for (var run = 0; run < runs; run++)
        {
            var control = Draw(People, rate);
            var values = Enumerable.Range(0, cells).Select(_ => MeasuredLift.Of(Draw(People, rate), control)!.P).ToList();
            plain += values.Any(p => p < 0.05) ? 1 : 0;
            corrected += Significance.Holm(values).Any(p => p < 0.05) ? 1 : 0;
        }

        return ((double)plain / runs, (double)corrected / runs);
    }

    private double Share(Func<bool> holds) => (double)Enumerable.Range(0, runs).Count(_ => holds()) / runs;

    private static bool Holds(Interval? interval, double truth) => interval is { } i && i.Low <= truth && truth <= i.High;

    private Proportion Draw(int trials, double rate) => new(Successes(trials, rate), trials);

    // Exponential amounts: as skewed as orders are.
    private MeanValue Spend(double rate)
    {
        var buyers = Successes(People, rate);
        var (sum, squares) = (0m, 0m);
        for (var i = 0; i < buyers; i++)
        {
            var amount = (decimal)Math.Round(-50 * Math.Log(1 - _random.NextDouble()), 2);
            (sum, squares) = (sum + amount, squares + (amount * amount));
        }

        return new MeanValue(People, sum, squares);
    }

    // Jumps from success to success: as many steps as there are successes.
    private int Successes(int trials, double rate)
    {
        var (count, at, scale) = (0, 0.0, Math.Log(1 - rate));
        while (true)
        {
            at += Math.Floor(Math.Log(1 - _random.NextDouble()) / scale) + 1;
            if (at > trials)
            {
                return count;
            }

            count++;
        }
    }
}
