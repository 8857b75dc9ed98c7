namespace CampaignEngine.Templating.Checking;

/// <summary>The known name that a mistyped one probably means.</summary>
internal static class Suggestion
{
    /// <summary>For a member of an object; the label of the proposed one is added.</summary>
    public static string For(string name, Shape shape)
    {
        var text = For(name, shape.Members.Select(m => m.Name));
        return shape.Members.FirstOrDefault(m => text == $"; did you mean `{m.Name}`?") is { Label: { Length: > 0 } label } ? $"{text[..^1]} ({label})?" : text;
    }

    public static string For(string name, IEnumerable<string> known)
    {
        string? best = null;
        var bestDistance = Math.Max(1, name.Length / 3) + 1;
        var all = known.Distinct(StringComparer.Ordinal).ToList();
        foreach (var candidate in all)
        {
            var distance = Distance(name, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        if (best is not null)
        {
            return $"; did you mean `{best}`?";
        }

        return all.Count is > 0 and <= 12 ? $"; known are {string.Join(", ", all.Order(StringComparer.Ordinal))}" : string.Empty;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) between two names, ignoring case.</summary>
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
                var (x, y) = (char.ToLowerInvariant(a[i - 1]), char.ToLowerInvariant(b[j - 1]));
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + (x == y ? 0 : 1));
                if (i > 1 && j > 1 && x == char.ToLowerInvariant(b[j - 2]) && y == char.ToLowerInvariant(a[i - 2]))
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
