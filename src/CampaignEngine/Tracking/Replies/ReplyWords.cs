using System.Globalization;
using CampaignEngine.Tracking.ShortMessages;

namespace CampaignEngine.Tracking.Replies;

/// <summary>
/// Whole words and phrases in what a person wrote, letter case, accents and white space aside: <c>open</c> does not stand in "reopened". Scripts that write no
/// spaces have no such borders.
/// </summary>
internal static class ReplyWords
{
    /// <param name="text">Cut at 4,000 characters: people say what they want early.</param>
    public static bool StandIn(string text, IEnumerable<string> phrases)
    {
        var folded = Keywords.Folded(text.Length <= 4000 ? text : text[..4000]);
        return phrases.Select(Keywords.Folded).Any(phrase => Stands(folded, phrase));
    }

    private static bool Stands(string text, string phrase)
    {
        for (var at = text.IndexOf(phrase, StringComparison.Ordinal); at >= 0; at = text.IndexOf(phrase, at + 1, StringComparison.Ordinal))
        {
            var end = at + phrase.Length;
            if ((at == 0 || !Joins(text[at - 1], phrase[0])) && (end == text.Length || !Joins(phrase[^1], text[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Joins(char left, char right) => IsPartOfWord(left) && IsPartOfWord(right);

    private static bool IsPartOfWord(char c) => char.IsLetterOrDigit(c) && char.GetUnicodeCategory(c) != UnicodeCategory.OtherLetter;
}
