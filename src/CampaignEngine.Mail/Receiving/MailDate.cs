using System.Globalization;

namespace CampaignEngine.Mail.Receiving;

/// <summary>The Date header (RFC 5322 3.3), as far as mail programs keep to it.</summary>
public static class MailDate
{
    private static readonly string[] Formats = ["d MMM yyyy H:m:s zzz", "d MMM yyyy H:m zzz", "d MMM yy H:m:s zzz"];

    public static bool TryRead(string? text, out DateTimeOffset date)
    {
        date = default;
        if (text is null || text.Length > 200)
        {
            return false;
        }

        // "Thu, 29 Apr 2015 23:34:45 +0900 (JST)": the day's name and comments say nothing new.
        var comment = text.IndexOf('(', StringComparison.Ordinal);
        var plain = (comment < 0 ? text : text[..comment])[(text.IndexOf(',', StringComparison.Ordinal) + 1 is var behind && (comment < 0 || behind <= comment) ? behind : 0)..];
        var words = plain.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5)
        {
            return false;
        }

        words[4] = words[4] is "GMT" or "UT" or "UTC" or "Z" ? "+00:00" : words[4].Length == 5 && words[4][0] is '+' or '-' ? words[4].Insert(3, ":") : words[4];
        return DateTimeOffset.TryParseExact(string.Join(' ', words[..5]), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
    }
}
