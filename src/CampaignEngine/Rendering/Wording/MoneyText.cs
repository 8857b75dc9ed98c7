using System.Collections.Concurrent;
using System.Globalization;

namespace CampaignEngine.Rendering.Wording;

/// <summary>
/// An amount with its currency, as the language writes it: 1.234,50 € for German, €1,234.50 for Irish English. The currency is that of the amount,
/// never that of the reader's country; it is not converted.
/// </summary>
internal static class MoneyText
{
    private const int MostKnown = 2_000;
    private static readonly ConcurrentDictionary<(string Culture, string Currency), NumberFormatInfo> Known = new();

    // ISO 4217 minor units that are not 2.
    private static readonly HashSet<string> NoDecimals = new(StringComparer.Ordinal)
    {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
    };

    private static readonly HashSet<string> ThreeDecimals = new(StringComparer.Ordinal) { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND" };

    // Signs that mean one currency everywhere; dollars and kroner of other countries are written with their code's letters.
    private static readonly Dictionary<string, string> Signs = new(StringComparer.Ordinal)
    {
        ["EUR"] = "€", ["GBP"] = "£", ["JPY"] = "¥", ["INR"] = "₹", ["KRW"] = "₩", ["ILS"] = "₪", ["VND"] = "₫", ["UAH"] = "₴", ["NGN"] = "₦", ["PHP"] = "₱",
        ["USD"] = "US$", ["AUD"] = "A$", ["CAD"] = "CA$", ["NZD"] = "NZ$", ["HKD"] = "HK$", ["TWD"] = "NT$", ["SGD"] = "S$", ["MXN"] = "MX$", ["BRL"] = "R$", ["CNY"] = "CN¥",
    };

    public static string Of(decimal amount, string currency, CultureInfo culture) => amount.ToString("C", FormatOf(currency, culture));

    /// <summary>The same as UTF-8, without a string; false when the room is too small.</summary>
    public static bool TryWrite(decimal amount, string currency, CultureInfo culture, Span<byte> room, out int written) =>
        amount.TryFormat(room, out written, "C", FormatOf(currency, culture));

    private static NumberFormatInfo FormatOf(string currency, CultureInfo culture)
    {
        currency = currency.Trim().ToUpperInvariant();
        if (!Known.TryGetValue((culture.Name, currency), out var format))
        {
            format = Format(currency, culture);
            if (Known.Count < MostKnown)
            {
                Known[(culture.Name, currency)] = format;
            }
        }

        return format;
    }

    private static NumberFormatInfo Format(string currency, CultureInfo culture)
    {
        var format = (NumberFormatInfo)culture.NumberFormat.Clone();
        format.CurrencyDecimalDigits = NoDecimals.Contains(currency) ? 0 : ThreeDecimals.Contains(currency) ? 3 : 2;
        format.CurrencySymbol = Own(currency, culture) ?? Signs.GetValueOrDefault(currency, currency);
        // A code before or behind a number stands apart from it; a sign stands as the language has it.
        if (char.IsLetter(format.CurrencySymbol[^1]))
        {
            format.CurrencyPositivePattern = format.CurrencyPositivePattern switch { 0 => 2, 1 => 3, var apart => apart };
        }

        // A minus before the number rather than brackets, which only bookkeepers read.
        format.CurrencyNegativePattern = format.CurrencyPositivePattern switch { 0 => 1, 1 => 5, 2 => 9, _ => 8 };
        return format;
    }

    // In its own country a currency has its short sign: $ in the United States, kr in Sweden.
    private static string? Own(string currency, CultureInfo culture)
    {
        if (culture.Name.Length == 0)
        {
            return null;
        }

        try
        {
            var country = new RegionInfo((culture.IsNeutralCulture ? CultureInfo.CreateSpecificCulture(culture.Name) : culture).Name);
            return country.ISOCurrencySymbol == currency ? country.CurrencySymbol : null;
        }
        catch (ArgumentException)
        {
            // A language without a country, such as Esperanto.
            return null;
        }
    }
}
