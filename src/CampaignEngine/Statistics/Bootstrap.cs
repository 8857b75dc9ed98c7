namespace CampaignEngine.Statistics;

/// <summary>Amounts of the people of a group: those that are not zero, and how many people there are in all.</summary>
public sealed record AmountSample(long People, IReadOnlyList<double> Amounts)
{
    public double Mean => Amounts.Sum() / People;

    /// <summary>As many equal amounts as carry the same weight: (Σx)² / Σx². Few where some large amounts make the sum.</summary>
    public double Effective => Amounts.Count == 0 ? 0 : Amounts.Sum() * Amounts.Sum() / Amounts.Sum(a => a * a);
}

/// <summary>
/// Intervals of mean amounts that do not take the mean for normal: the studentised bootstrap (Efron 1979, Annals of Statistics 7:1-26; Hall 1988, Annals of Statistics
/// 16:927-953). People are drawn again with replacement; the spread of t over the draws stands for its distribution. The same amounts give the same interval.
/// </summary>
public static class Bootstrap
{
    public const int Draws = 2000;
    public const int Seed = 20260310;

    /// <summary>Below so many effective amounts in a group the normal interval of the mean misses too often.</summary>
    public const double Doubtful = 50;

    private const int FewestAmounts = 5;
    private const double Tail = 0.025;

    /// <summary>Interval of the mean; null where fewer than five amounts are no basis.</summary>
    public static Interval? Mean(AmountSample group, int draws = Draws, int seed = Seed) => Of([(group, 1)], draws, seed);

    /// <summary>Interval of the difference of two means.</summary>
    public static Interval? Difference(AmountSample group, AmountSample comparison, int draws = Draws, int seed = Seed) => Of([(group, 1), (comparison, -1)], draws, seed);

    private static Interval? Of((AmountSample Sample, int Sign)[] groups, int draws, int seed)
    {
        if (groups.Any(g => g.Sample.Amounts.Count < FewestAmounts))
        {
            return null;
        }

        var sorted = Array.ConvertAll(groups, g => (Amounts: g.Sample.Amounts.Order().ToArray(), g.Sample.People, g.Sign));
        var seen = sorted.Select(g => (g.Sign, Moments: Moments(g.Amounts, g.People))).ToList();
        var (difference, error) = (seen.Sum(s => s.Sign * s.Moments.Mean), Math.Sqrt(seen.Sum(s => s.Moments.Variance)));
        var random = new Random(seed);
        var spread = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var (drawn, variance) = (0.0, 0.0);
            foreach (var (amounts, people, sign) in sorted)
            {
                var (mean, of) = Redrawn(amounts, people, random);
                (drawn, variance) = (drawn + (sign * mean), variance + of);
            }

            // Nobody who bought was drawn: such a draw says nothing of t.
            spread[draw] = variance > 0 ? (drawn - difference) / Math.Sqrt(variance) : double.NegativeInfinity;
        }

        Array.Sort(spread);
        var (low, high) = (spread[(int)(Tail * draws)], spread[(int)((1 - Tail) * draws)]);
        return double.IsInfinity(low) || error == 0 ? null : new Interval(difference - (high * error), difference - (low * error));
    }

    private static (double Mean, double Variance) Moments(double[] amounts, long people) => Moments(amounts.Sum(), amounts.Sum(a => a * a), people);

    private static (double Mean, double Variance) Moments(double sum, double squares, long people) =>
        (sum / people, Math.Max(0, (squares - (sum * sum / people)) / (people - 1) / people));

    // As many people as there are, each drawn from all: how many of them have an amount is binomial, found by jumps from one to the next.
    private static (double Mean, double Variance) Redrawn(double[] amounts, long people, Random random)
    {
        var scale = Math.Log(1 - ((double)amounts.Length / people));
        var (sum, squares) = (0.0, 0.0);
        for (var at = Jump(); at <= people; at += Jump())
        {
            var amount = amounts[random.Next(amounts.Length)];
            (sum, squares) = (sum + amount, squares + (amount * amount));
        }

        return Moments(sum, squares, people);

        double Jump() => double.IsInfinity(scale) ? 1 : Math.Floor(Math.Log(1 - random.NextDouble()) / scale) + 1;
    }
}
