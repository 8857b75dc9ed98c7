namespace CampaignEngine.Tracking.Bounces;

/// <summary>Phrases in lower case; <c>*</c> stands for up to 120 characters of anything, <c>^</c> in front for the start of the text.</summary>
internal sealed class Phrases
{
    private const int Gap = 120;
    private readonly string[][] _phrases;

    public Phrases(IEnumerable<string> phrases) =>
        _phrases = [.. phrases.Select(p => BounceText.Plain(p).Split('*', StringSplitOptions.RemoveEmptyEntries)).Where(p => p.Length > 0)];

    public bool IsEmpty => _phrases.Length == 0;

    public bool StandIn(string text) => Find(text) >= 0;

    /// <summary>Where the first phrase that stands in the text begins; -1: none does.</summary>
    public int Find(string text)
    {
        foreach (var phrase in _phrases)
        {
            if (phrase[0][0] == '^')
            {
                if (text.AsSpan().StartsWith(phrase[0].AsSpan(1), StringComparison.Ordinal) && Continues(text, phrase, phrase[0].Length - 1))
                {
                    return 0;
                }

                continue;
            }

            for (var at = text.IndexOf(phrase[0], StringComparison.Ordinal); at >= 0; at = text.IndexOf(phrase[0], at + 1, StringComparison.Ordinal))
            {
                if (phrase.Length == 1 || Continues(text, phrase, at + phrase[0].Length))
                {
                    return at;
                }
            }
        }

        return -1;
    }

    private static bool Continues(string text, string[] phrase, int at)
    {
        for (var i = 1; i < phrase.Length; i++)
        {
            var window = Math.Min(text.Length - at, Gap + phrase[i].Length);
            var found = text.IndexOf(phrase[i], at, window, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + phrase[i].Length;
        }

        return true;
    }
}
