using System.Globalization;
using CampaignEngine.Reporting.Pages;

namespace CampaignEngine.Reporting.Earlier;

/// <summary>How the figures of a comparison with earlier campaigns are called and written for people.</summary>
public static class EarlierFigures
{
    public static string NameOf(string measure) => measure == "roi" ? "Return on the cost" : char.ToUpperInvariant(measure[0]) + measure[1..].Replace('_', ' ');

    internal static bool IsRate(string measure) => measure is "response_rate" or "conversion_rate";

    public static string Shown(string measure, double? value) => value is not { } figure ? Numbers.None
        : IsRate(measure) ? Numbers.Share(figure)
        : measure == "roi" ? figure.ToString("0.00;−0.00", CultureInfo.InvariantCulture)
        : Numbers.Money((decimal)figure);
}
