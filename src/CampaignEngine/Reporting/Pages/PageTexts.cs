using System.Globalization;

namespace CampaignEngine.Reporting.Pages;

/// <summary>The sentences of a report for people, the same on a page and on paper.</summary>
internal sealed class PageTexts(CampaignReport report, PageTables tables)
{
    /// <summary>How to read the figures.</summary>
    public static IReadOnlyList<string> Notes { get; } =
    [
        "A person counts once in every row, also over several drops; our own seed addresses are in no figure. Rates are shares of the people contacted, in the control cell of its people.",
        "An interval says which true values fit what was seen: of a hundred such intervals about 95 hold the true value. Where the interval of a difference includes zero, "
            + "the data do not show that there is a difference.",
        "Opens and clicks are those of people; raw figures count mail scanners and privacy proxies as well.",
    ];

    public string Moment => report.AsOf.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public string Subtitle => $"Campaign {report.Campaign}, as of {Moment}. Responses within {report.Window} of the contact; "
        + $"{(report.Conversion is { } rule ? $"a conversion is: {rule}" : "no conversions are measured")}; credit: {report.Attribution}. Intervals are 95\u00a0% intervals.";

    /// <summary>Drops that are still being sent.</summary>
    public IEnumerable<string> Notices => report.Running.Select(drop =>
        $"{drop.Drop} is {(drop.State == "paused" ? "paused" : "still being sent")}: {Numbers.Count(drop.Pending)} of {Numbers.Count(drop.Frozen)} people have no outcome yet, so these figures will change.");

    /// <summary>The figures people ask for first, each with a note below.</summary>
    public IEnumerable<(string Name, TableCell Figure)> Tiles()
    {
        var total = report.Total;
        yield return ("Contacted", tables.Count(total, "contacted", total.Contacted) with { Note = $"of {Numbers.Count(total.People)} people on the list" });
        yield return ("Responded", tables.Rate(total, "responses", total.Responses, total.ResponseRate) with { Note = $"{Numbers.Count(total.Responses)} people; {Numbers.Range(total.Responding.Wilson())}\u00a0%{Goal("response_rate")}" });
        if (report.Conversion is not null || total.Conversions > 0)
        {
            yield return ("Converted", tables.Rate(total, "conversions", total.Conversions, total.ConversionRate) with { Note = $"{Numbers.Count(total.Conversions)} people; {Numbers.Range(total.Converting.Wilson())}\u00a0%{Goal("conversion_rate")}" });
            yield return ("Revenue a contact", tables.Value(total, "revenue", total.Revenue, Numbers.Money((decimal)(total.RevenuePerContact ?? 0))) with { Note = $"{Numbers.Money(total.Revenue)} from {Numbers.Count(total.Orders)} orders" });
        }

        if ((total.ConversionMeasured ?? total.ResponseMeasured) is { } lift)
        {
            yield return ($"{(total.ConversionMeasured is null ? "Response" : "Conversion")} rate against control", new TableCell(
                Numbers.Signed(lift.Absolute * 100) + " pts", lift.Interval is { } interval ? $"{Numbers.Signed(interval.Low * 100)} to {Numbers.Signed(interval.High * 100)}" : "no interval"));
        }

        if (total.Cost > 0)
        {
            yield return ("Cost a conversion", tables.Value(total, "cost", total.Cost, total.CostPerConversion is { } each ? Numbers.Money(each) : Numbers.None) with { Note = $"{Numbers.Money(total.Cost)} {report.Currency} in all" });
        }
    }

    private string Goal(string name) => report.Goals.FirstOrDefault(g => g.Goal == name) is not { } goal ? ""
        : $"; goal {Numbers.Share(goal.Wanted, 1)} {goal.Verdict switch { GoalVerdict.Beaten => "beaten", GoalVerdict.Missed => "missed", _ => "within the interval" }}";
}
