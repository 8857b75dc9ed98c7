using System.Globalization;
using System.Text;

namespace CampaignEngine.Authoring;

/// <summary>Authored text made safe and short for messages: no control characters reach a terminal or a log.</summary>
public static class Shown
{
    private const int Longest = 60;

    public static string Text(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= Longest)
            {
                return shown.Append('…').ToString();
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            }
            else
            {
                shown.Append(rune);
            }
        }

        return shown.ToString();
    }
}
