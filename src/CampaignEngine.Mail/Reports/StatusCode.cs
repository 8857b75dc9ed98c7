using System.Text.RegularExpressions;

namespace CampaignEngine.Mail.Reports;

/// <summary>Finds reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463) in what servers and programs write.</summary>
public static partial class StatusCode
{
    /// <summary>The first enhanced status of a text, as 5.1.1; null when there is none.</summary>
    public static string? Find(string? text) => text is not null && Enhanced().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The first reply of a text: its code, the status behind it, and where it begins; null when there is none.</summary>
    public static (int Code, string? Status, int At)? FindReply(string text) => Reply().Match(text) is { Success: true } match ? Of(match) : null;

    /// <summary>The first reply that refuses (4xx, 5xx), which in a transcript stands behind those that agreed; else the first reply; null when there is none.</summary>
    public static (int Code, string? Status, int At)? FindRefusal(string text)
    {
        for (var match = Reply().Match(text); match.Success; match = match.NextMatch())
        {
            if (match.ValueSpan[0] is '4' or '5')
            {
                return Of(match);
            }
        }

        return FindReply(text);
    }

    private static (int Code, string? Status, int At) Of(Match match) =>
        (int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), match.Groups[2].Success ? match.Groups[2].Value : null, match.Index);

    // Not within a number, a version or an address: 10.5.1.1 is none.
    [GeneratedRegex(@"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Enhanced();

    // A code stands alone, before a space, a dash, a dot or the end: "550 5.1.1 text", "550-text", "550 #5.1.1".
    [GeneratedRegex(@"(?<![\d.,/\[\w-]|\S:)([245][0-5]\d)(?=$|[\s\-:;.,'""<)\]])(?!\.\d)(?:[\s\-:'""]+(?:smtp;\s*)?(?:[245]\d\d[\s\-]+)?[#<\[(]?((?<![\d.])[245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d))?", RegexOptions.CultureInvariant)]
    private static partial Regex Reply();
}
