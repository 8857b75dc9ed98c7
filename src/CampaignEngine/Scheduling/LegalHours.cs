using System.Collections.Frozen;

namespace CampaignEngine.Scheduling;

/// <summary>Hours in which law or the networks' code lets advertising by SMS leave, on the clock of the recipient.</summary>
/// <param name="From">First minute.</param>
/// <param name="To">First minute after.</param>
/// <param name="Sundays">Whether Sundays are days like others; where they are not, public holidays are not either (name them under holidays: in engine.yaml).</param>
/// <param name="Source">Where it is written.</param>
public sealed record LegalHours(TimeOnly From, TimeOnly To, bool Sundays, string Source)
{
    private const string Fcc = "47 CFR 64.1200(c)(1), United States; single states are stricter";

    private static readonly FrozenDictionary<string, LegalHours> ByCountry = new Dictionary<string, LegalHours>
    {
        ["US"] = new(new TimeOnly(8, 0), new TimeOnly(21, 0), true, Fcc),
        ["PR"] = new(new TimeOnly(8, 0), new TimeOnly(21, 0), true, Fcc),
        ["FR"] = new(new TimeOnly(8, 0), new TimeOnly(22, 0), false, "rules of the French mobile operators (AF2M) for marketing SMS"),
        ["IN"] = new(new TimeOnly(10, 0), new TimeOnly(21, 0), true, "Telecom Commercial Communications Customer Preference Regulations 2018, India"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Of an ISO 3166 country; null where none are known here, which is no promise that there are none.</summary>
    public static LegalHours? Of(string country) => ByCountry.GetValueOrDefault(country);

    /// <summary>Whether every minute of the given hours is allowed; null is any hour.</summary>
    public bool Covers((TimeOnly From, TimeOnly To)? hours) => hours is { } h && h.From < h.To && h.From >= From && h.To <= To;
}
