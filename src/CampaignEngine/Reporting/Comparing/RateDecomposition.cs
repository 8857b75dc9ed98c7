using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Comparing;

/// <summary>
/// Splits the difference of two rates. For any choice of factors the people are put into strata by them, and the difference that comes from the strata having other sizes is
/// Kitagawa's (1955, JASA 50:1168-1194): the sum of (w₁ − w₀)(r₀ + r₁) / 2, where a stratum that only one campaign has takes its rate for both. A factor's part is the average of what
/// it adds, over every order in which the factors can be taken in (Shapley 1953), so no order is preferred and the parts add up. What strata of all factors leave is other.
/// </summary>
internal static class RateDecomposition
{
    private const int Digits = 10;

    public static ComparedRate Of(string measure, IReadOnlyList<ComparedPeople> from, IReadOnlyList<ComparedPeople> to, Func<ComparedPeople, long> count)
    {
        var (first, second) = (Sum(from, count), Sum(to, count));
        var factors = ComparedPeople.Factors.Length;
        var explained = Enumerable.Range(0, 1 << factors).Select(chosen => Explained(from, to, count, chosen)).ToArray();
        var (low, high) = (decimal.Round((decimal)(first.Rate ?? 0), Digits), decimal.Round((decimal)(second.Rate ?? 0), Digits));
        List<DifferencePart> parts = [.. ComparedPeople.Factors.Select((name, factor) => new DifferencePart(name, decimal.Round((decimal)Part(explained, factor), Digits), InCommon(from, to, factor)))];
        parts.Add(new DifferencePart("other", high - low - parts.Sum(p => p.Difference), null));
        var lift = MeasuredLift.Of(second, first);
        return new ComparedRate
        {
            Measure = measure,
            FromContacted = first.Trials,
            FromCount = first.Successes,
            FromRate = low,
            ToContacted = second.Trials,
            ToCount = second.Successes,
            ToRate = high,
            Difference = high - low,
            DifferenceLow = lift?.Interval?.Low,
            DifferenceHigh = lift?.Interval?.High,
            Parts = parts,
        };
    }

    private static Proportion Sum(IReadOnlyList<ComparedPeople> people, Func<ComparedPeople, long> count) => new(people.Sum(count), people.Sum(p => p.People));

    /// <summary>What the sizes of the strata of the chosen factors explain; a bit of <paramref name="chosen"/> is a factor.</summary>
    private static double Explained(IReadOnlyList<ComparedPeople> from, IReadOnlyList<ComparedPeople> to, Func<ComparedPeople, long> count, int chosen)
    {
        var (before, after) = (Strata(from), Strata(to));
        return before.Keys.Union(after.Keys).Sum(key =>
        {
            var (weightBefore, rateBefore) = before.TryGetValue(key, out var b) ? b : (0, null);
            var (weightAfter, rateAfter) = after.TryGetValue(key, out var a) ? a : (0, null);
            return (weightAfter - weightBefore) * ((rateBefore ?? rateAfter ?? 0) + (rateAfter ?? rateBefore ?? 0)) / 2;
        });

        Dictionary<string, (double Weight, double? Rate)> Strata(IReadOnlyList<ComparedPeople> people)
        {
            var all = Math.Max(1, people.Sum(p => p.People));
            // No text of the database holds a NUL that could make two keys one.
            return people
                .GroupBy(p => string.Join('\0', Enumerable.Range(0, ComparedPeople.Factors.Length).Where(f => (chosen >> f & 1) == 1).Select(p.Level)), StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => ((double)g.Sum(p => p.People) / all, Sum([.. g], count).Rate), StringComparer.Ordinal);
        }
    }

    private static double Part(double[] explained, int factor)
    {
        var factors = ComparedPeople.Factors.Length;
        return Enumerable.Range(0, explained.Length).Where(chosen => (chosen >> factor & 1) == 0).Sum(chosen =>
        {
            var taken = int.PopCount(chosen);
            return Factorial(taken) * Factorial(factors - taken - 1) / Factorial(factors) * (explained[chosen | 1 << factor] - explained[chosen]);
        });
    }

    private static double InCommon(IReadOnlyList<ComparedPeople> from, IReadOnlyList<ComparedPeople> to, int factor)
    {
        return Math.Min(Share(from, to), Share(to, from));

        double Share(IReadOnlyList<ComparedPeople> people, IReadOnlyList<ComparedPeople> others)
        {
            var levels = others.Select(p => p.Level(factor)).ToHashSet(StringComparer.Ordinal);
            return Math.Round((double)people.Where(p => levels.Contains(p.Level(factor))).Sum(p => p.People) / Math.Max(1, people.Sum(p => p.People)), Digits);
        }
    }

    private static double Factorial(int n) => Enumerable.Range(1, n).Aggregate(1.0, (product, i) => product * i);
}
