using System.Text;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Text in the form that phrases are looked up in: lower case, single spaces, without addresses and without the ends of web addresses.</summary>
internal static class BounceText
{
    /// <summary>What lies beyond is not looked at.</summary>
    public const int Longest = 8000;

    /// <summary>Without NUL and halves of characters, which no text column takes.</summary>
    public static string Storable(string text) => text.AsSpan().ContainsAny('\0', '\ufffd') || text.Any(char.IsSurrogate)
        ? string.Concat(text.EnumerateRunes().Where(r => r.Value != 0)) : text;

    /// <summary>Lower case and single spaces only.</summary>
    public static string Plain(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, Longest)];
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c == '\u00a0')
            {
                if (result.Length > 0 && result[^1] != ' ')
                {
                    result.Append(' ');
                }
            }
            else
            {
                result.Append(c switch { '\u2019' or '`' => '\'', '\u201c' or '\u201d' => '"', _ => char.ToLowerInvariant(c) });
            }
        }

        return result.ToString();
    }

    /// <summary>Addresses are taken out, for a local part such as <c>mailboxfull</c> says nothing; so are reply codes, and what stands behind <c>#</c> in a web address.</summary>
    public static string Words(string text)
    {
        var result = new StringBuilder(text.Length);
        var at = 0;
        foreach (var word in text.AsSpan().Split(' '))
        {
            var part = text.AsSpan()[word];
            if (IsCode(part))
            {
                continue;
            }

            if (result.Length > 0)
            {
                result.Append(' ');
            }

            if (part.Contains("://", StringComparison.Ordinal))
            {
                var fragment = part.IndexOf('#');
                result.Append(fragment < 0 ? part : part[..fragment]);
            }
            else if (part.Contains('@'))
            {
                // Only the address goes: "<a@example.com>...user" keeps its tail.
                var begin = part.IndexOf('@');
                while (begin > 0 && !IsBreak(part[begin - 1]))
                {
                    begin--;
                }

                var end = part.IndexOf('@');
                while (end < part.Length && !IsBreak(part[end]))
                {
                    end++;
                }

                result.Append(part[..begin]).Append(part[end..]);
            }
            else
            {
                result.Append(part);
            }

            at = result.Length;
        }

        return Said(result.ToString(0, at));
    }

    // Postfix and others put the restriction that refused before the reason; the reason counts, where there is one.
    private static string Said(string text)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["recipient address rejected: ", "client host rejected: ", "helo command rejected: "])
        {
            var at = text.IndexOf(prefix, StringComparison.Ordinal);
            if (at >= 0 && text.Length - at - prefix.Length > 8 && !text.AsSpan(at + prefix.Length).StartsWith("access denied"))
            {
                return text[(at + prefix.Length)..] + " / " + text[..at] + (prefix[0] == 'r' ? "" : prefix);
            }
        }

        return text;
    }

    // 550, 550-, 5.7.1, 550-5.7.1: they stand again in every line of a long reply, in the middle of its sentences.
    private static bool IsCode(ReadOnlySpan<char> word)
    {
        if (word.Length < 3 || word[0] is not ('2' or '4' or '5'))
        {
            return false;
        }

        foreach (var c in word)
        {
            if (!char.IsAsciiDigit(c) && c is not ('.' or '-'))
            {
                return false;
            }
        }

        return word[1] == '.' || (char.IsAsciiDigit(word[2]) && (word.Length == 3 || word[3] == '-'));
    }

    private static bool IsBreak(char c) => c is '<' or '>' or '(' or ')' or '[' or ']' or '"' or '\'' or ',' or ';' or ':';
}
