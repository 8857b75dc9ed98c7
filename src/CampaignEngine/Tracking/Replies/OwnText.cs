namespace CampaignEngine.Tracking.Replies;

/// <summary>
/// What a person wrote above what the mail quotes: mail programs mark the quotation with <c>&gt;</c>, with a line that names the writer of it, with the headers of
/// the message, or with a ruled line. In doubt text stays.
/// </summary>
internal static class OwnText
{
    private const int LongestText = 8000;
    private const int Rule = 5;

    public static string Of(string text)
    {
        var lines = text[..Math.Min(text.Length, 4 * LongestText)].ReplaceLineEndings("\n").Split('\n');
        var own = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line is "--" || IsRule(line) || IsHeaders(lines, i) || NamesWriter(line))
            {
                // "On Tue, 10 March 2026, Shop <" in a line of its own goes with "tea@shop.example> wrote:".
                if (NamesWriter(line) && own is [.., { Length: > 0 } before] && before.Contains('<', StringComparison.Ordinal) && !before.Contains('>', StringComparison.Ordinal))
                {
                    own.RemoveAt(own.Count - 1);
                }

                break;
            }

            if (!line.StartsWith('>'))
            {
                own.Add(line);
            }
        }

        var written = string.Join('\n', own).Trim();
        return written.Length <= LongestText ? written : written[..LongestText];
    }

    /// <summary>The first line with something in it; empty when there is none.</summary>
    public static string FirstLine(string own) => own.Split('\n').FirstOrDefault(l => l.Length > 0) ?? "";

    private static bool IsRule(string line) =>
        (line.Length >= Rule && line.All(c => c is '_' or '=')) || (line.StartsWith("-----", StringComparison.Ordinal) && line.EndsWith("-----", StringComparison.Ordinal));

    // The attribution of whatever language ends in a colon and has the address that is quoted.
    private static bool NamesWriter(string line) => line.Length > 3 && line[^1] is ':' or '\uff1a' && line.Contains('@', StringComparison.Ordinal);

    // Two neighbouring lines of the form "word: text", the first with an address: a header block as Outlook writes it.
    private static bool IsHeaders(string[] lines, int at) =>
        at + 1 < lines.Length && IsHeader(lines[at].Trim()) && lines[at].Contains('@', StringComparison.Ordinal) && IsHeader(lines[at + 1].Trim());

    private static bool IsHeader(string line)
    {
        var colon = line.AsSpan().IndexOfAny(':', '\uff1a');
        return colon is > 0 and <= 20 && colon < line.Length - 1 && !line.AsSpan(0, colon).Trim('*').Contains('@');
    }
}
