using System.Globalization;

namespace CampaignEngine.Rendering.Wording;

/// <summary>A number with the separators and digits of a language.</summary>
internal static class NumberText
{
    public const int MostDecimals = 20;

    private static readonly string[] Formats = [.. Enumerable.Range(0, MostDecimals + 1).Select(d => string.Create(CultureInfo.InvariantCulture, $"N{d}"))];

    /// <param name="decimals">Null: as many as the number has, without zeros at the end.</param>
    public static string Of(decimal number, int? decimals, CultureInfo culture) => number.ToString(Format(number, decimals), culture);

    /// <summary>The same as UTF-8, without a string; false when the room is too small.</summary>
    public static bool TryWrite(decimal number, int? decimals, CultureInfo culture, Span<byte> room, out int written) =>
        number.TryFormat(room, out written, Format(number, decimals), culture);

    private static string Format(decimal number, int? decimals) => Formats[Math.Clamp(decimals ?? Significant(number), 0, MostDecimals)];

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
