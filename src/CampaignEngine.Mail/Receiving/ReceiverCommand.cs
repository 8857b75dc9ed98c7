namespace CampaignEngine.Mail.Receiving;

/// <summary>The argument of MAIL or RCPT.</summary>
/// <param name="Address">Between the angle brackets; empty for <c>&lt;&gt;</c>; null when the form is wrong.</param>
/// <param name="Parameters">What follows, such as <c>SIZE=10</c>.</param>
internal readonly record struct ReceiverCommand(string? Address, IReadOnlyList<string> Parameters)
{
    private const int LongestAddress = 320;

    public static ReceiverCommand Read(string text, string keyword)
    {
        if (!text.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return new(null, []);
        }

        var rest = text[keyword.Length..].TrimStart();
        var end = rest.StartsWith('<') ? EndOfAddress(rest) : -1;
        if (end < 0 || end > LongestAddress || (end + 1 < rest.Length && rest[end + 1] != ' '))
        {
            return new(null, []);
        }

        return new(rest[1..end], end + 1 == rest.Length ? [] : rest[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    // A quoted local part may hold ">" and spaces.
    private static int EndOfAddress(string text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case '>' when !quoted:
                    return i;
                case '<' or ' ' when !quoted:
                    return -1;
            }
        }

        return -1;
    }
}
