using MathNet.Numerics;

namespace CampaignEngine.Reporting.Forecasting;

/// <summary>
/// How many are still to come when <c>seen</c> have come and a share of all is in. Responses come independently, so the number in the end is a Poisson count
/// whose mean is only known through those seen (Jeffreys prior): what remains is negative binomial with seen + ½ successes and the share as their chance.
/// </summary>
internal static class Remaining
{
    /// <summary>Below this part nothing sensible can be said.</summary>
    public const double LeastShare = 0.01;

    public static double Mean(long seen, double share) => (seen + 0.5) * (1 - share) / share;

    /// <summary>The least number that is not exceeded with the given chance.</summary>
    public static long Quantile(long seen, double share, double chance)
    {
        if (share >= 1)
        {
            return 0;
        }

        double Below(long x) => SpecialFunctions.BetaRegularized(seen + 0.5, x + 1, share);
        long high = 1;
        while (Below(high) < chance)
        {
            high *= 2;
        }

        long low = -1;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = Below(middle) < chance ? (middle, high) : (low, middle);
        }

        return high;
    }
}
