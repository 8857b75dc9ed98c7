namespace CampaignEngine.Reporting.Charts;

/// <summary>How much room text takes. Fonts differ by device, so this is on the wide side of the usual sans-serif ones.</summary>
internal static class Lettering
{
    /// <summary>Size of labels in the style sheet.</summary>
    public const double Size = 13;

    public static double Width(string text) => text.Sum(Width);

    /// <summary>As much of the text as there is room for.</summary>
    public static string Fit(string text, double room)
    {
        if (Width(text) <= room)
        {
            return text;
        }

        var left = room - Width('…');
        var kept = text.TakeWhile(letter => (left -= Width(letter)) >= 0).Count();
        // A pair of surrogates is one letter.
        return string.Concat(text.AsSpan(0, kept > 0 && char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept).TrimEnd(), "…");
    }

    private static double Width(char letter) => Size * letter switch
    {
        >= '\u1100' and <= '\uFFEF' and not (>= '\u2000' and <= '\u2BFF') => 1.0,
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or ' ' or '(' or ')' => 0.34,
        'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.92,
        >= 'A' and <= 'Z' => 0.72,
        _ => 0.58,
    };
}
