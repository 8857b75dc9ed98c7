namespace CampaignEngine.Rendering.Wording;

/// <summary>
/// Cardinal plural categories of Unicode CLDR, by language: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html.
/// A language that is not listed here takes "one" for exactly 1.
/// </summary>
internal static class PluralRules
{
    /// <param name="language">ISO 639, such as "pt".</param>
    /// <param name="culture">The whole name, such as "pt-PT".</param>
    public static PluralCategory Category(string language, string culture, decimal count)
    {
        var n = Math.Abs(count);
        var whole = decimal.Truncate(n);
        // Decimals that are written count, as CLDR has it: 1.0 is not 1 in English.
        var decimals = n.Scale;
        var fraction = decimals == 0 ? 0 : (n - whole) * Power(decimals);
        return language switch
        {
            "ja" or "zh" or "ko" or "vi" or "th" or "id" or "ms" or "my" or "lo" or "km" or "jv" => PluralCategory.Other,
            "en" or "de" or "nl" or "sv" or "nb" or "no" or "fi" or "et" or "gl" or "yi" or "fy" => whole == 1 && decimals == 0 ? PluralCategory.One : PluralCategory.Other,
            "it" or "ca" => Romance(whole == 1 && decimals == 0, whole, decimals),
            "es" => Romance(n == 1, whole, decimals),
            "pt" => Romance(culture.EndsWith("-PT", StringComparison.OrdinalIgnoreCase) ? whole == 1 && decimals == 0 : whole is 0 or 1, whole, decimals),
            "fr" => Romance(whole is 0 or 1, whole, decimals),
            "da" => n == 1 || (fraction != 0 && whole is 0 or 1) ? PluralCategory.One : PluralCategory.Other,
            "hi" or "bn" or "fa" or "gu" or "kn" or "am" or "zu" => whole == 0 || n == 1 ? PluralCategory.One : PluralCategory.Other,
            "pl" => Polish(whole, decimals),
            "ru" or "uk" or "be" => EastSlavic(whole, decimals),
            "hr" or "sr" or "bs" => SouthSlavic(whole, decimals, fraction),
            "cs" or "sk" => decimals != 0 ? PluralCategory.Many : whole == 1 ? PluralCategory.One : whole is >= 2 and <= 4 ? PluralCategory.Few : PluralCategory.Other,
            "sl" => Slovenian(whole, decimals),
            "lt" => Lithuanian(n, decimals),
            "lv" => Latvian(n, decimals, fraction),
            "ro" => whole == 1 && decimals == 0 ? PluralCategory.One : decimals != 0 || n == 0 || Between(n % 100, 1, 19) ? PluralCategory.Few : PluralCategory.Other,
            "he" or "iw" => whole == 1 && decimals == 0 || whole == 0 && decimals != 0 ? PluralCategory.One : whole == 2 && decimals == 0 ? PluralCategory.Two : PluralCategory.Other,
            "ar" => Arabic(n),
            "cy" => n switch { 0 => PluralCategory.Zero, 1 => PluralCategory.One, 2 => PluralCategory.Two, 3 => PluralCategory.Few, 6 => PluralCategory.Many, _ => PluralCategory.Other },
            "ga" => n switch { 1 => PluralCategory.One, 2 => PluralCategory.Two, 3 or 4 or 5 or 6 => PluralCategory.Few, 7 or 8 or 9 or 10 => PluralCategory.Many, _ => PluralCategory.Other },
            _ => n == 1 ? PluralCategory.One : PluralCategory.Other,
        };
    }

    private static PluralCategory Romance(bool one, decimal whole, int decimals) =>
        one ? PluralCategory.One : whole != 0 && whole % 1_000_000 == 0 && decimals == 0 ? PluralCategory.Many : PluralCategory.Other;

    private static PluralCategory Polish(decimal i, int decimals) =>
        decimals != 0 ? PluralCategory.Other
        : i == 1 ? PluralCategory.One
        : Between(i % 10, 2, 4) && !Between(i % 100, 12, 14) ? PluralCategory.Few
        : PluralCategory.Many;

    private static PluralCategory EastSlavic(decimal i, int decimals) =>
        decimals != 0 ? PluralCategory.Other
        : i % 10 == 1 && i % 100 != 11 ? PluralCategory.One
        : Between(i % 10, 2, 4) && !Between(i % 100, 12, 14) ? PluralCategory.Few
        : PluralCategory.Many;

    private static PluralCategory SouthSlavic(decimal i, int decimals, decimal f)
    {
        var counted = decimals == 0 ? i : f;
        return counted % 10 == 1 && counted % 100 != 11 ? PluralCategory.One
            : Between(counted % 10, 2, 4) && !Between(counted % 100, 12, 14) ? PluralCategory.Few
            : PluralCategory.Other;
    }

    private static PluralCategory Slovenian(decimal i, int decimals) =>
        decimals != 0 || Between(i % 100, 3, 4) ? PluralCategory.Few
        : i % 100 == 1 ? PluralCategory.One
        : i % 100 == 2 ? PluralCategory.Two
        : PluralCategory.Other;

    private static PluralCategory Lithuanian(decimal n, int decimals) =>
        decimals != 0 && n != decimal.Truncate(n) ? PluralCategory.Many
        : n % 10 == 1 && !Between(n % 100, 11, 19) ? PluralCategory.One
        : Between(n % 10, 2, 9) && !Between(n % 100, 11, 19) ? PluralCategory.Few
        : PluralCategory.Other;

    private static PluralCategory Latvian(decimal n, int decimals, decimal f)
    {
        if (n % 10 == 0 || Between(n % 100, 11, 19) || decimals == 2 && Between(f % 100, 11, 19))
        {
            return PluralCategory.Zero;
        }

        var one = n % 10 == 1 && n % 100 != 11 || decimals == 2 && f % 10 == 1 && f % 100 != 11 || decimals != 2 && decimals != 0 && f % 10 == 1;
        return one ? PluralCategory.One : PluralCategory.Other;
    }

    private static PluralCategory Arabic(decimal n) =>
        n == 0 ? PluralCategory.Zero
        : n == 1 ? PluralCategory.One
        : n == 2 ? PluralCategory.Two
        : Between(n % 100, 3, 10) ? PluralCategory.Few
        : Between(n % 100, 11, 99) ? PluralCategory.Many
        : PluralCategory.Other;

    // A range of CLDR holds whole numbers only.
    private static bool Between(decimal value, int least, int most) => value >= least && value <= most && value == decimal.Truncate(value);

    private static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
