namespace CampaignEngine.Statistics;

/// <summary>How far one group lies above a comparison group, with everything a report prints of it.</summary>
public sealed record MeasuredLift
{
    /// <summary>Difference of the two rates or means.</summary>
    public required double Absolute { get; init; }

    /// <summary>95 % interval of the difference, with unpooled variances; null when a variance cannot be computed.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Of rates: Newcombe's interval, right for small groups and for rates near 0 too.</summary>
    public Interval? Score { get; init; }

    /// <summary>Interval that may be looked at every day (<see cref="ConfidenceSequence"/>).</summary>
    public Interval? AnyTime { get; init; }

    /// <summary>Difference as a share of the comparison group's value; null when that is not above zero.</summary>
    public double? Relative { get; init; }

    public Interval? RelativeInterval { get; init; }

    /// <summary>Difference in standard errors; null when the error is zero or unknown.</summary>
    public double? Z { get; init; }

    /// <summary>Two-sided p: of rates that of Pearson's chi-square (z²), of means that of Welch's t.</summary>
    public double? P { get; init; }

    /// <summary>Null when either group is empty.</summary>
    public static MeasuredLift? Of(Proportion group, Proportion comparison)
    {
        if (Lift.Absolute(group, comparison) is not { } difference)
        {
            return null;
        }

        var z = Lift.Z(group, comparison);
        return new()
        {
            Absolute = difference,
            Interval = Lift.Wald(group, comparison),
            Score = Lift.Newcombe(group, comparison),
            AnyTime = ConfidenceSequence.Of(difference, Lift.StandardError(group, comparison), ConfidenceSequence.ExpectedRateDifference),
            Relative = Lift.Relative(group, comparison),
            RelativeInterval = Lift.RelativeInterval(group, comparison),
            Z = z,
            P = Significance.OfZ(z),
        };
    }

    /// <summary>Null when either group is empty.</summary>
    public static MeasuredLift? Of(MeanValue group, MeanValue comparison)
    {
        if (MeanValue.Difference(group, comparison) is not { } difference)
        {
            return null;
        }

        var z = MeanValue.StandardError(group, comparison) is > 0 and var error ? difference / error : (double?)null;
        return new()
        {
            Absolute = difference,
            Interval = MeanValue.DifferenceInterval(group, comparison),
            Relative = comparison.Mean is > 0 and var basis ? difference / basis : null,
            RelativeInterval = MeanValue.RelativeInterval(group, comparison),
            Z = z,
            P = Significance.OfT(z, MeanValue.Freedom(group, comparison)),
        };
    }
}
