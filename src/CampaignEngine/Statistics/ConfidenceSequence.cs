namespace CampaignEngine.Statistics;

/// <summary>
/// An interval of a difference that may be looked at every day: over all looks together it misses the truth in at most 5 % of tests, so a test may be ended on
/// the first day on which the interval excludes zero. Inverts the mixture sequential probability ratio test with a normal mixture (Robbins 1970, Annals of
/// Mathematical Statistics 41:1397-1409; for differences of rates Johari, Koomen, Pekelis and Walsh 2017, KDD).
/// </summary>
public static class ConfidenceSequence
{
    /// <summary>
    /// Spread of the differences that the mixture expects. It must not depend on the data. The interval is narrowest where the standard error is
    /// about a third of it; an error ten times larger or smaller costs a few tenths of width.
    /// </summary>
    public const double ExpectedRateDifference = 0.01;

    private const double Level = 0.05;

    /// <param name="expected">Size of the differences that matter, fixed before the first look.</param>
    /// <returns>Null when the error is unknown or zero.</returns>
    public static Interval? Of(double difference, double? standardError, double expected)
    {
        if (standardError is not (> 0 and var error))
        {
            return null;
        }

        var (variance, mixture) = (error * error, expected * expected);
        var reach = Math.Sqrt(variance * (variance + mixture) / mixture * ((2 * Math.Log(1 / Level)) + Math.Log((variance + mixture) / variance)));
        return new Interval(difference - reach, difference + reach);
    }
}
