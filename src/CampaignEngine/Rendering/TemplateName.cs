using System.Buffers;
using System.Globalization;
using System.Text;
using CampaignEngine.Authoring;

namespace CampaignEngine.Rendering;

/// <summary>What a campaign or an include may name: a file inside templates/ and nothing that only another system would read as such.</summary>
internal static class TemplateName
{
    private const int Longest = 200;

    // Fraction, division, big and full-width strokes; dot leaders, ellipsis, small and full-width stops.
    private static readonly SearchValues<char> s_lookAlikes = SearchValues.Create("\u2044\u2215\u29F8\uFF0F\u2216\u29F5\u29F9\uFE68\uFF3C\u2024\u2025\u2026\uFE52\uFF0E");

    /// <returns>Null for a good name, else the whole message.</returns>
    /// <param name="name">Relative to templates/.</param>
    public static string? Fault(string name)
    {
        var shown = $"'templates/{Shown.Text(name)}'";
        var parts = name.Split('/');
        if (Path.IsPathRooted(name) || parts.Any(p => p is "" or "." or ".."))
        {
            return $"{shown} leads out of templates/; name a template inside it";
        }

        if (name.Length > Longest)
        {
            return $"{shown} is longer than {Longest} characters; give the template a shorter name";
        }

        if (name.AsSpan().IndexOfAny('\\', ':') is var sign and >= 0)
        {
            return $"{shown} has a '{name[sign]}', which no template's name has; folders are parted by '/'";
        }

        // Half a pair of surrogates comes as the replacement character.
        if (name.EnumerateRunes().Any(r => r == Rune.ReplacementChar || Rune.GetUnicodeCategory(r) is UnicodeCategory.Control or UnicodeCategory.Format))
        {
            return $"{shown} has a character that no template's name has; use letters, digits, '-' and '_'";
        }

        if (name.AsSpan().IndexOfAny(s_lookAlikes) >= 0)
        {
            return $"{shown} has a character that only looks like '/', '\\' or '.'; write the plain one";
        }

        if (name.Contains('%', StringComparison.Ordinal))
        {
            return $"{shown} has a '%', which no template's name has; names are not decoded";
        }

        return parts.Any(p => p[^1] is '.' or ' ' || p[0] == ' ')
            ? $"{shown} has a part with a space at an end or a dot behind it; take it away"
            : null;
    }
}
