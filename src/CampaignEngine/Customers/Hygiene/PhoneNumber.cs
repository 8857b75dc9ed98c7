using System.Diagnostics.CodeAnalysis;

namespace CampaignEngine.Customers.Hygiene;

/// <summary>Phone numbers in E.164 ("+886912345678"), the form in which two spellings of one number are equal.</summary>
public static class PhoneNumber
{
    // Calling code and trunk prefix (dropped from national numbers) by ISO 3166 alpha-2.
    private static readonly Dictionary<string, (string Code, string Trunk)> Plans = new(StringComparer.OrdinalIgnoreCase)
    {
        ["TW"] = ("886", "0"), ["HK"] = ("852", ""), ["CN"] = ("86", "0"), ["JP"] = ("81", "0"), ["KR"] = ("82", "0"), ["SG"] = ("65", ""),
        ["US"] = ("1", "1"), ["CA"] = ("1", "1"), ["GB"] = ("44", "0"), ["IE"] = ("353", "0"), ["DE"] = ("49", "0"), ["AT"] = ("43", "0"),
        ["CH"] = ("41", "0"), ["FR"] = ("33", "0"), ["BE"] = ("32", "0"), ["NL"] = ("31", "0"), ["ES"] = ("34", ""), ["IT"] = ("39", ""),
        ["PT"] = ("351", ""), ["PL"] = ("48", ""), ["CZ"] = ("420", ""), ["DK"] = ("45", ""), ["SE"] = ("46", "0"), ["NO"] = ("47", ""),
        ["FI"] = ("358", "0"), ["AU"] = ("61", "0"), ["NZ"] = ("64", "0"), ["IN"] = ("91", "0"), ["BR"] = ("55", "0"), ["MX"] = ("52", ""),
    };

    /// <param name="text">As stored: international with + or 00, or national of <paramref name="country"/>.</param>
    /// <param name="country">ISO alpha-2 country for national numbers; null: only international ones are understood.</param>
    public static bool TryNormalise(string? text, string? country, [NotNullWhen(true)] out string? number)
    {
        number = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 40)
            return false;
        string trimmed = text.Trim();
        bool international = trimmed[0] is '+' or '\uFF0B';
        Span<char> digits = stackalloc char[trimmed.Length];
        int count = 0;
        foreach (char c in trimmed)
        {
            if (char.IsDigit(c))
                digits[count++] = (char)('0' + (int)char.GetNumericValue(c));
            else if (!" -./()+\u00A0\u2011\u2013\uFF0B".Contains(c, StringComparison.Ordinal))
                return false;
        }
        string found = new(digits[..count]);
        if (!international && found.StartsWith("00", StringComparison.Ordinal))
        {
            international = true;
            found = found[2..];
        }
        if (!international)
        {
            if (country is null || !Plans.TryGetValue(country, out (string Code, string Trunk) plan))
                return false;
            if (plan.Trunk.Length > 0 && found.StartsWith(plan.Trunk, StringComparison.Ordinal))
                found = found[plan.Trunk.Length..];
            found = plan.Code + found;
        }
        if (found.Length is < 7 or > 15 || found[0] == '0')
            return false;
        number = "+" + found;
        return true;
    }
}
