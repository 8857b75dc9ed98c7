namespace CampaignEngine.Reporting.Statistics;

/// <summary>How far one group lies above a comparison group, with everything a report prints of it.</summary>
public sealed record MeasuredLift
{
    /// <summary>Difference of the two rates or means.</summary>
    public required double Absolute { get; init; }

    /// <summary>95 % interval of the difference, with unpooled variances; null when a variance cannot be computed.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Difference as a share of the comparison group's value; null when that is not above zero.</summary>
    public double? Relative { get; init; }

    /// <summary>Difference in standard errors; null when the error is zero or unknown.</summary>
    public double? Z { get; init; }

    /// <summary>Null when either group is empty.</summary>
    public static MeasuredLift? Of(Proportion group, Proportion comparison) => Lift.Absolute(group, comparison) is not { } difference
        ? null
        : new()
        {
            Absolute = difference,
            Interval = Lift.Wald(group, comparison),
            Relative = Lift.Relative(group, comparison),
            Z = Lift.Z(group, comparison),
        };

    /// <summary>Null when either group is empty.</summary>
    public static MeasuredLift? Of(MeanValue group, MeanValue comparison) => MeanValue.Difference(group, comparison) is not { } difference
        ? null
        : new()
        {
            Absolute = difference,
            Interval = MeanValue.DifferenceInterval(group, comparison),
            Relative = comparison.Mean is > 0 and var basis ? difference / basis : null,
            Z = MeanValue.StandardError(group, comparison) is > 0 and var error ? difference / error : null,
        };
}
