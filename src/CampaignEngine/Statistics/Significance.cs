using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace CampaignEngine.Statistics;

/// <summary>How often chance alone would show as much.</summary>
public static class Significance
{
    /// <summary>Two-sided p of a standard normal statistic.</summary>
    public static double? OfZ(double? z) => z is { } value ? SpecialFunctions.Erfc(Math.Abs(value) / Math.Sqrt(2)) : null;

    /// <summary>Two-sided p of a t statistic; null without degrees of freedom.</summary>
    public static double? OfT(double? t, double? degrees) =>
        t is { } value && degrees is > 0 and var freedom ? 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(value)) : null;

    /// <summary>Upper tail of chi-square.</summary>
    public static double OfChiSquare(double statistic, int degrees) =>
        statistic <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(degrees / 2.0, statistic / 2);

    /// <summary>
    /// p values corrected for being several, in their order (Holm 1979, Scandinavian Journal of Statistics 6:65-70): the chance of even one false alarm among all
    /// stays below the level. Nulls stay null and are no comparison.
    /// </summary>
    public static IReadOnlyList<double?> Holm(IReadOnlyList<double?> values)
    {
        var result = new double?[values.Count];
        var least = 0.0;
        var left = values.Count(v => v is not null);
        foreach (var (value, index) in values.Select((v, i) => (v, i)).Where(x => x.v is not null).OrderBy(x => x.v))
        {
            least = Math.Max(least, Math.Min(1, value!.Value * left--));
            result[index] = least;
        }

        return result;
    }
}
