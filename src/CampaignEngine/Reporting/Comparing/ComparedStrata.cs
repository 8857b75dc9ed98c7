namespace CampaignEngine.Reporting.Comparing;

/// <summary>
/// What the sizes of the strata of some factors explain of the difference of two rates: Kitagawa's sum of (w₁ − w₀)(r₀ + r₁) / 2, where a stratum that only one campaign has takes its
/// rate for both; and how each person moves that sum, from which its error follows (delta method).
/// </summary>
internal sealed class ComparedStrata
{
    private readonly int[] _stratumOf;

    // By campaign and stratum: what a person in it adds by being there, and by each point that the person's answer lies above the stratum's rate.
    private readonly double[][] _bySize = [[], []];
    private readonly double[][] _byAnswer = [[], []];
    private readonly double[][] _rates = [[], []];

    /// <param name="people">By campaign and kind of people.</param>
    /// <param name="answers">Those of them who answered.</param>
    /// <param name="stratumOf">By kind of people.</param>
    public ComparedStrata(long[][] people, long[][] answers, int[] stratumOf)
    {
        _stratumOf = stratumOf;
        var strata = stratumOf.Length == 0 ? 0 : stratumOf.Max() + 1;
        var (weights, total) = (new double[2][], new[] { Math.Max(1, people[0].Sum()), Math.Max(1, people[1].Sum()) });
        for (var campaign = 0; campaign < 2; campaign++)
        {
            var (size, answered) = (new long[strata], new long[strata]);
            for (var kind = 0; kind < stratumOf.Length; kind++)
            {
                size[stratumOf[kind]] += people[campaign][kind];
                answered[stratumOf[kind]] += answers[campaign][kind];
            }

            weights[campaign] = Array.ConvertAll(size, s => (double)s / total[campaign]);
            _rates[campaign] = [.. size.Select((s, i) => s == 0 ? double.NaN : (double)answered[i] / s)];
            (_bySize[campaign], _byAnswer[campaign]) = (new double[strata], new double[strata]);
        }

        for (var stratum = 0; stratum < strata; stratum++)
        {
            Add(stratum, weights[0][stratum], weights[1][stratum]);
        }

        // Somebody more in one stratum is somebody less, in part, in all the others.
        for (var campaign = 0; campaign < 2; campaign++)
        {
            var mean = weights[campaign].Zip(_bySize[campaign], (w, s) => w * s).Sum();
            _bySize[campaign] = Array.ConvertAll(_bySize[campaign], s => s - mean);
        }
    }

    public double Explained { get; private set; }

    /// <summary>How far one person of this kind and answer moves <see cref="Explained"/>, times the number of people of the campaign.</summary>
    public double Influence(int campaign, int kind, int answer)
    {
        var stratum = _stratumOf[kind];
        return _bySize[campaign][stratum] + (_byAnswer[campaign][stratum] * (answer - _rates[campaign][stratum]));
    }

    private void Add(int stratum, double before, double after)
    {
        var (low, high) = (_rates[0][stratum], _rates[1][stratum]);
        switch (before > 0, after > 0)
        {
            case (true, true):
                var mean = (low + high) / 2;
                Explained += (after - before) * mean;
                (_bySize[0][stratum], _bySize[1][stratum]) = (-mean, mean);
                (_byAnswer[0][stratum], _byAnswer[1][stratum]) = ((after - before) / 2 / before, (after - before) / 2 / after);
                break;
            case (true, false):
                Explained -= before * low;
                (_bySize[0][stratum], _byAnswer[0][stratum]) = (-low, -1);
                break;
            case (false, true):
                Explained += after * high;
                (_bySize[1][stratum], _byAnswer[1][stratum]) = (high, 1);
                break;
            default:
                break;
        }
    }
}
