using System.Text.Json.Serialization;
using CampaignEngine.Campaigns;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting;

/// <summary>A goal of the campaign and what came of it.</summary>
/// <param name="Goal">response_rate or conversion_rate.</param>
/// <param name="Wanted">The rate that was hoped for.</param>
/// <param name="Reached">The rate of the report's total; null as long as nobody was contacted.</param>
public sealed record GoalResult(string Goal, double Wanted, double? Reached, double? Low, double? High)
{
    /// <summary>Whether the interval lies above the goal, below it, or around it.</summary>
    public GoalVerdict Verdict => Low > Wanted ? GoalVerdict.Beaten : High < Wanted ? GoalVerdict.Missed : GoalVerdict.Open;

    internal static IReadOnlyList<GoalResult> Of(Goal? goal, ReportRow total)
    {
        List<GoalResult> results = [];
        Add("response_rate", goal?.ResponseRate?.Fraction, total.Responding);
        Add("conversion_rate", goal?.ConversionRate?.Fraction, total.Converting);
        return results;

        void Add(string name, decimal? wanted, Proportion seen)
        {
            if (wanted is { } rate)
            {
                var interval = seen.Wilson();
                results.Add(new GoalResult(name, (double)rate, ReportRow.Figure(seen.Rate), ReportRow.Figure(interval?.Low), ReportRow.Figure(interval?.High)));
            }
        }
    }
}

/// <summary>What a rate's 95 % interval says of a goal.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GoalVerdict>))]
public enum GoalVerdict
{
    /// <summary>The goal lies inside the interval: neither can be said.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    [JsonStringEnumMemberName("beaten")]
    Beaten,

    [JsonStringEnumMemberName("missed")]
    Missed,
}
