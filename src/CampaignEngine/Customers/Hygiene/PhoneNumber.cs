using System.Diagnostics.CodeAnalysis;

namespace CampaignEngine.Customers.Hygiene;

/// <summary>Phone numbers in E.164 ("+886912345678"), the form in which two spellings of one number are equal.</summary>
public static class PhoneNumber
{
    private const string Punctuation = " -./()+\u00A0\u2010\u2011\u2012\u2013\u2014\u2212\uFF0B\uFF0D\uFF08\uFF09\u3000";

    /// <param name="text">As stored: international with + or 00, or national of <paramref name="country"/>.</param>
    /// <param name="country">ISO alpha-2 country for national numbers; null: only international ones are understood.</param>
    /// <param name="number">The number, when it is one by its country's calling code and lengths.</param>
    public static bool TryNormalise(string? text, string? country, [NotNullWhen(true)] out string? number)
    {
        number = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 40)
        {
            return false;
        }

        var written = text.AsSpan().Trim();
        if (written.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
        {
            written = written[4..];
        }

        if (written.IsEmpty || !TryDigits(written, out var digits))
        {
            return false;
        }

        var international = written[0] is '+' or '\uFF0B' || (written[0] is '(' && written.Length > 1 && written[1] is '+');
        if (!international && digits.StartsWith("00", StringComparison.Ordinal))
        {
            (international, digits) = (true, digits[2..]);
        }

        number = international ? International(digits, written) : country is null ? null : National(digits, country);
        return number is not null;
    }

    // +44 (0)20 7946 0958: the bracket holds the trunk prefix, which is not dialled from abroad.
    private static string? International(string digits, ReadOnlySpan<char> written)
    {
        foreach (var plan in PhonePlan.OfInternational(digits))
        {
            var rest = digits[plan.Code.Length..];
            if (plan.Trunk.Length > 0 && rest.StartsWith(plan.Trunk, StringComparison.Ordinal) && written.Contains($"({plan.Trunk})", StringComparison.Ordinal))
            {
                rest = rest[plan.Trunk.Length..];
            }

            if (plan.Fits(rest.Length))
            {
                return $"+{plan.Code}{rest}";
            }
        }

        return null;
    }

    private static string? National(string digits, string country)
    {
        if (PhonePlan.Of(country) is not { } plan)
        {
            return null;
        }

        if (plan.Code == "54" && digits.StartsWith('0') && MobileOfArgentina(digits[1..]) is { } mobile)
        {
            return mobile;
        }

        // Where trunk prefix and calling code are the same digit (North America) the length tells whether it was written.
        var rest = plan.Trunk.Length > 0 && digits.StartsWith(plan.Trunk, StringComparison.Ordinal) && (plan.Trunk != "1" || digits.Length > plan.Longest)
            ? digits[plan.Trunk.Length..]
            : digits;
        return plan.Fits(rest.Length) ? $"+{plan.Code}{rest}" : null;
    }

    // Inside Argentina a mobile number is area code, 15, number; from abroad it is 9, area code, number.
    private static string? MobileOfArgentina(string digits)
    {
        for (var area = 2; digits.Length == 12 && area <= 4; area++)
        {
            if (digits.AsSpan(area).StartsWith("15") && (area == 2) == digits.StartsWith("11", StringComparison.Ordinal))
            {
                return $"+549{digits[..area]}{digits[(area + 2)..]}";
            }
        }

        return null;
    }

    private static bool TryDigits(ReadOnlySpan<char> written, out string digits)
    {
        digits = "";
        Span<char> found = stackalloc char[written.Length];
        var count = 0;
        for (var i = 0; i < written.Length; i++)
        {
            if (char.IsDigit(written[i]))
            {
                found[count++] = (char)('0' + (int)char.GetNumericValue(written[i]));
            }
            else if (!Punctuation.Contains(written[i], StringComparison.Ordinal) || (written[i] is '+' && i > 1))
            {
                return false;
            }
        }

        digits = new string(found[..count]);
        return count > 0;
    }
}
