using System.Collections.Concurrent;
using System.Globalization;

namespace CampaignEngine.Rendering;

/// <summary>The language in which a person reads dates, numbers and amounts: language (BCP 47) with the country of the person.</summary>
internal static class RecipientCulture
{
    // Real data has a few dozen pairs; a damaged column must not fill the memory.
    private const int MostKnown = 2_000;
    private static readonly ConcurrentDictionary<(string, string?), CultureInfo?> Known = new();

    /// <summary>Null for no language, one that is not known, or a system without language data.</summary>
    public static CultureInfo? Of(string? language, string? country)
    {
        if (string.IsNullOrWhiteSpace(language))
        {
            return null;
        }

        if (Known.TryGetValue((language, country), out var culture))
        {
            return culture;
        }

        culture = Find(language.Trim().Replace('_', '-'), country?.Trim());
        if (Known.Count < MostKnown)
        {
            Known[(language, country)] = culture;
        }

        return culture;
    }

    /// <summary>False where the program runs without language data (ICU): every language then looks like English without a country.</summary>
    public static bool IsKnown { get; } = Find("de", "DE") is { NumberFormat.NumberDecimalSeparator: "," };

    private static CultureInfo? Find(string language, string? country)
    {
        // A language that names its country ("de-AT") keeps it; "de" of somebody in Austria becomes de-AT.
        var withCountry = country is { Length: 2 } && country.All(char.IsAsciiLetter) && !language.Split('-').Skip(1).Any(part => part.Length == 2);
        return (withCountry ? Get($"{language}-{country!.ToUpperInvariant()}") : null) ?? Get(language);
    }

    // A name that is well formed and means nothing has no English name of its own and shows numbers as the invariant culture does.
    private static CultureInfo? Get(string name)
    {
        try
        {
            var culture = CultureInfo.GetCultureInfo(name);
            return culture.TwoLetterISOLanguageName is { Length: 2 or 3 } and not "iv" && !culture.EnglishName.StartsWith("Unknown", StringComparison.Ordinal) ? culture : null;
        }
        catch (CultureNotFoundException)
        {
            return null;
        }
    }
}
