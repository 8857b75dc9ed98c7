namespace CampaignEngine.Authoring;

/// <summary>The nearest known word to a misspelt one.</summary>
public static class Suggestion
{
    /// <summary>"; did you mean 'x'?" or an empty text when nothing known is near.</summary>
    public static string For(string word, IEnumerable<string> known) =>
        Closest(word, known) is { } closest ? $"; did you mean '{closest}'?" : "";

    /// <summary>The known word with the fewest edits, if they are at most a third of the word (and at least one is allowed).</summary>
    public static string? Closest(string word, IEnumerable<string> known)
    {
        if (word.Length > 64)
        {
            return null;
        }

        var normal = Normal(word);
        var (best, bestDistance) = ((string?)null, int.MaxValue);
        foreach (var candidate in known.Order(StringComparer.Ordinal))
        {
            var other = Normal(candidate);
            var distance = Distance(normal, other);
            // "lastorder" for "last_order_at": a whole word left out costs more edits than a typing error, but is as clear.
            var near = distance <= Math.Max(1, Math.Max(normal.Length, other.Length) / 3)
                || (normal.Length >= 4 && other.StartsWith(normal, StringComparison.Ordinal));
            if (near && distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    private static string Normal(string word) =>
        string.Concat(word.Where(c => c is not ('_' or '-' or ' '))).ToLowerInvariant();

    /// <summary>Edits (insert, delete, replace, swap neighbours) between two words.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
