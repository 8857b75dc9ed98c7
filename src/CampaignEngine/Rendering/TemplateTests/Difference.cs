using System.Text;

namespace CampaignEngine.Rendering.TemplateTests;

/// <summary>Says how a part differs from what a test expects.</summary>
internal static class Difference
{
    private const int Longest = 160;
    private const int MostLines = 12;

    /// <returns>Null when the part is as expected.</returns>
    public static string? Of(Expectation expected, string actual)
    {
        var text = expected.Text.Text;
        switch (expected.Kind)
        {
            case ExpectationKind.Contains:
                return Flat(actual).Contains(Flat(text), StringComparison.Ordinal) ? null : $"{expected.Part} does not contain\n  expected: {Cut(Flat(text))}\n  nearest:  {Cut(Nearest(actual, Flat(text)))}";
            case ExpectationKind.NotContains:
                var at = Flat(actual).IndexOf(Flat(text), StringComparison.Ordinal);
                return at < 0 ? null : $"{expected.Part} contains what it must not\n  unwanted: {Cut(Flat(text))}\n  found in: {Cut(Around(Flat(actual), at, Flat(text).Length))}";
            case ExpectationKind.Matches:
                return expected.Pattern!.IsMatch(Lines(actual)) ? null : $"{expected.Part} has no match\n  pattern:  {Cut(text)}\n  begins:   {Cut(Flat(actual))}";
            default:
                return Lines(actual) == Lines(text) ? null : $"{expected.Part} differs (- expected, + actual)\n{Diff(Lines(text).Split('\n'), Lines(actual).Split('\n'))}";
        }
    }

    private static string Flat(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd())).TrimEnd('\n');

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "…";

    private static string Around(string text, int at, int length) =>
        (at > 40 ? "…" : "") + text[Math.Max(0, at - 40)..Math.Min(text.Length, at + length + 40)] + (at + length + 40 < text.Length ? "…" : "");

    // The line that shares the most pairs of letters with what was looked for.
    private static string Nearest(string actual, string wanted)
    {
        var pairs = Pairs(wanted);
        return actual.Split('\n').Select(Flat).Where(l => l.Length > 0)
            .MaxBy(l => Pairs(l) is var own && own.Count + pairs.Count > 0 ? 2.0 * own.Intersect(pairs).Count() / (own.Count + pairs.Count) : 0) ?? "(nothing)";
    }

    private static HashSet<(char, char)> Pairs(string text) => [.. text.Zip(text.Skip(1))];

    private static string Diff(string[] expected, string[] actual)
    {
        var (start, end) = (0, 0);
        while (start < Math.Min(expected.Length, actual.Length) && expected[start] == actual[start])
        {
            start++;
        }

        while (end < Math.Min(expected.Length, actual.Length) - start && expected[^(end + 1)] == actual[^(end + 1)])
        {
            end++;
        }

        var text = new StringBuilder();
        if (start > 0)
        {
            text.Append("    ").Append(Cut(expected[start - 1])).Append('\n');
        }

        Append(expected, '-');
        Append(actual, '+');
        return text.ToString().TrimEnd('\n');

        void Append(string[] lines, char sign)
        {
            var changed = lines[start..^end];
            foreach (var line in changed.Take(MostLines))
            {
                text.Append("  ").Append(sign).Append(' ').Append(Cut(line)).Append('\n');
            }

            if (changed.Length > MostLines)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  {sign} … {changed.Length - MostLines} more lines\n");
            }
        }
    }
}
