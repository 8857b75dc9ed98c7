using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Comparing;

/// <summary>
/// Splits the difference of two rates. For any choice of factors the people are put into strata by them, and the difference that comes from the strata having other sizes is
/// Kitagawa's (1955, JASA 50:1168-1194). A factor's part is the average of what it adds, over every order in which the factors can be taken in (Shapley 1953), so no order is preferred and
/// the parts add up. What strata of all factors leave is other. Intervals by the delta method: every part is a smooth function of how many people of each kind there are and answered, and
/// its variance that of what single people add to it (Hampel 1974, JASA 69:383-393).
/// </summary>
internal static class RateDecomposition
{
    private const int Digits = 10;
    private const int Factors = 4;

    /// <summary>A kind of people with fewer of them in a campaign says little of its rate.</summary>
    private const int Thin = 5;

    public static ComparedRate Of(string measure, IReadOnlyList<ComparedPeople> from, IReadOnlyList<ComparedPeople> to, Func<ComparedPeople, long> count)
    {
        var (first, second) = (Sum(from, count), Sum(to, count));
        var (low, high) = (decimal.Round((decimal)(first.Rate ?? 0), Digits), decimal.Round((decimal)(second.Rate ?? 0), Digits));
        var (kinds, people, answers) = Kinds([from, to], count);
        var strata = Enumerable.Range(0, 1 << Factors).Select(chosen => new ComparedStrata(people, answers, StrataOf(kinds, chosen))).ToArray();
        var weights = Enumerable.Range(0, Factors).Select(Weights).ToArray();
        var errors = Errors(people, answers, strata, weights);
        List<DifferencePart> parts =
        [
            .. ComparedPeople.Factors.Select((name, factor) =>
                Part(name, decimal.Round((decimal)strata.Zip(weights[factor], (s, w) => s.Explained * w).Sum(), Digits), errors?[factor], InCommon(from, to, factor))),
        ];
        parts.Add(Part("other", high - low - parts.Sum(p => p.Difference), errors?[Factors], null));
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
            Thin = ThinShare(people),
            Parts = parts,
        };
    }

    private static DifferencePart Part(string name, decimal difference, double? error, double? inCommon) => new(name, difference, inCommon)
    {
        Low = ReportRow.Figure((double)difference - (Interval.Z95 * error)),
        High = ReportRow.Figure((double)difference + (Interval.Z95 * error)),
    };

    private static Proportion Sum(IReadOnlyList<ComparedPeople> people, Func<ComparedPeople, long> count) => new(people.Sum(count), people.Sum(p => p.People));

    /// <summary>Everybody alike in all factors is of one kind; with the people and answers of each, by campaign.</summary>
    private static (List<ComparedPeople> Kinds, long[][] People, long[][] Answers) Kinds(IReadOnlyList<ComparedPeople>[] campaigns, Func<ComparedPeople, long> count)
    {
        var places = new Dictionary<(string, string, string, string), int>();
        List<ComparedPeople> kinds = [];
        int Place(ComparedPeople people)
        {
            var key = (people.List, people.Timing, people.Offer, people.Creative);
            if (!places.TryGetValue(key, out var place))
            {
                (place, places[key]) = (kinds.Count, kinds.Count);
                kinds.Add(people);
            }

            return place;
        }

        var placed = Array.ConvertAll(campaigns, campaign => campaign.Select(p => (Place: Place(p), p.People, Answers: count(p))).ToList());
        long[] Filled(int campaign, bool answers)
        {
            var filled = new long[kinds.Count];
            placed[campaign].ForEach(p => filled[p.Place] += answers ? p.Answers : p.People);
            return filled;
        }

        return (kinds, [Filled(0, false), Filled(1, false)], [Filled(0, true), Filled(1, true)]);
    }

    // A bit of chosen is a factor. No text of the database holds a NUL that could make two keys one.
    private static int[] StrataOf(List<ComparedPeople> kinds, int chosen)
    {
        var strata = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. kinds.Select(kind =>
        {
            var key = string.Join('\0', Enumerable.Range(0, Factors).Where(f => (chosen >> f & 1) == 1).Select(kind.Level));
            return strata.TryGetValue(key, out var stratum) ? stratum : strata[key] = strata.Count;
        })];
    }

    /// <summary>What each choice of factors counts for in the part of one: with it, less without it, over all orders.</summary>
    private static double[] Weights(int factor) => [.. Enumerable.Range(0, 1 << Factors).Select(chosen =>
    {
        var with = (chosen >> factor & 1) == 1;
        var taken = int.PopCount(chosen) - (with ? 1 : 0);
        return (with ? 1 : -1) * Factorial(taken) * Factorial(Factors - taken - 1) / Factorial(Factors);
    })];

    /// <summary>Standard error of every factor's part, and behind them of other; null where a campaign has nobody.</summary>
    private static double[]? Errors(long[][] people, long[][] answers, ComparedStrata[] strata, double[][] weights)
    {
        var variances = new double[Factors + 1];
        var moved = new double[Factors + 1];
        for (var campaign = 0; campaign < 2; campaign++)
        {
            var (total, sign) = (people[campaign].Sum(), campaign == 0 ? -1 : 1);
            if (total == 0)
            {
                return null;
            }

            var rate = (double)answers[campaign].Sum() / total;
            for (var kind = 0; kind < people[campaign].Length; kind++)
            {
                for (var answer = 0; answer <= 1; answer++)
                {
                    var many = answer == 1 ? answers[campaign][kind] : people[campaign][kind] - answers[campaign][kind];
                    if (many == 0)
                    {
                        continue;
                    }

                    for (var factor = 0; factor < Factors; factor++)
                    {
                        moved[factor] = 0;
                        for (var chosen = 0; chosen < strata.Length; chosen++)
                        {
                            moved[factor] += weights[factor][chosen] * strata[chosen].Influence(campaign, kind, answer);
                        }
                    }

                    moved[Factors] = (sign * (answer - rate)) - moved[..Factors].Sum();
                    for (var part = 0; part <= Factors; part++)
                    {
                        variances[part] += many * moved[part] * moved[part] / total / total;
                    }
                }
            }
        }

        return Array.ConvertAll(variances, Math.Sqrt);
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

    private static double ThinShare(long[][] people) =>
        Math.Round(people.Max(campaign => (double)campaign.Where(p => p < Thin).Sum() / Math.Max(1, campaign.Sum())), Digits);

    private static double Factorial(int n) => Enumerable.Range(1, n).Aggregate(1.0, (product, i) => product * i);
}
