using System.Text.RegularExpressions;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Addresses in free text. Whether one is valid is not asked here.</summary>
internal static partial class AddressFinder
{
    private const int Most = 1000;

    public static IEnumerable<string> In(string text) => Address().Matches(text).Take(Most).Select(m => m.Value.TrimEnd('.'));

    /// <summary>The text without its addresses: what is kept about people is a keyed hash.</summary>
    public static string Redact(string text) => text.Contains('@', StringComparison.Ordinal) ? Address().Replace(text, "...") : text;

    [GeneratedRegex(@"[^\s<>""'()\[\],;:=\\]{1,128}@[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,252}[A-Za-z0-9])?", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
