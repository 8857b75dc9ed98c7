using System.Globalization;

namespace CampaignEngine.Rendering.Wording;

/// <summary>A number with the separators and digits of a language.</summary>
internal static class NumberText
{
    public const int MostDecimals = 20;

    private static readonly string[] Formats = [.. Enumerable.Range(0, MostDecimals + 1).Select(d => string.Create(CultureInfo.InvariantCulture, $"N{d}"))];

    /// <param name="decimals">Null: as many as the number has, without zeros at the end.</param>
    public static string Of(decimal number, int? decimals, CultureInfo culture)
    {
        var places = Math.Clamp(decimals ?? Significant(number), 0, MostDecimals);
        return number.ToString(Formats[places], culture);
    }

    private static int Significant(decimal number)
    {
        var scale = (int)number.Scale;
        while (scale > 0 && decimal.Round(number, scale - 1) == number)
        {
            scale--;
        }

        return scale;
    }
}
