namespace CampaignEngine.Statistics;

/// <summary>A two-sided 95 % confidence interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>The 0.975 quantile of the standard normal distribution.</summary>
    public const double Z95 = 1.959963984540054;
}
