using System.Text.Json.Serialization;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Breakdowns;

/// <summary>A step of the way from the frozen list to the conversion, as it is written out; people count once.</summary>
public sealed record FunnelStep
{
    /// <summary>frozen, contacted, delivered, opened, clicked, responded or converted.</summary>
    public required string Step { get; init; }

    public required long People { get; init; }

    /// <summary>With what machines opened and clicked; null where machines play no part.</summary>
    public long? WithMachines { get; init; }

    /// <summary>The step as a share of the people contacted, with its interval; null for the frozen list.</summary>
    public double? Rate => Rounded(OfContacted.Rate);

    public double? RateLow => Rounded(OfContacted.Wilson()?.Low);

    public double? RateHigh => Rounded(OfContacted.Wilson()?.High);

    /// <summary>Of the people contacted; of those frozen, nothing.</summary>
    [JsonIgnore]
    public Proportion OfContacted { get; private init; }

    /// <summary>The key of the count in a report's rows.</summary>
    [JsonIgnore]
    public string Measure { get; private init; } = "";

    /// <summary>The same with machines.</summary>
    [JsonIgnore]
    public string? RawMeasure { get; private init; }

    /// <summary>The step with a capital letter.</summary>
    [JsonIgnore]
    public string Name => char.ToUpperInvariant(Step[0]) + Step[1..];

    /// <summary>The steps of a row of contacted people.</summary>
    public static IReadOnlyList<FunnelStep> Of(ReportRow row)
    {
        return
        [
            Make("frozen", "people", row.People),
            Make("contacted", "contacted", row.Contacted),
            Make("delivered", "delivered", row.Delivered),
            Make("opened", "opens", row.Opens) with { WithMachines = row.OpensRaw, RawMeasure = "opens_raw" },
            Make("clicked", "clicks", row.Clicks) with { WithMachines = row.ClicksRaw, RawMeasure = "clicks_raw" },
            Make("responded", "responses", row.Responses),
            Make("converted", "conversions", row.Conversions),
        ];

        FunnelStep Make(string step, string measure, long people) =>
            new() { Step = step, Measure = measure, People = people, OfContacted = step == "frozen" ? default : new Proportion(people, row.Contacted) };
    }

    // As in a report's rows.
    private static double? Rounded(double? rate) => rate is { } value ? Math.Round(value, 10) : null;
}
