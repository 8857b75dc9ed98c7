using System.Globalization;

namespace CampaignEngine.Tracking;

/// <summary>One event about one item, as it arrived. It is kept raw: what a machine did is marked, never dropped.</summary>
public sealed record TrackedEvent
{
    private const int LongestUserAgent = 256;

    public required int MailingId { get; init; }

    public required int Ordinal { get; init; }

    public required EventKind Kind { get; init; }

    /// <summary>Number of the link; set for clicks and only for them.</summary>
    public int? LinkNo { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Why this was no person; null: nothing speaks against a person so far.</summary>
    public string? MachineReason { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>Two events with one key are one event, however often they are handed in.</summary>
    public required string Key { get; init; }

    /// <summary>An event seen by the web server. Repeats of one request within a second (double clicks, retried requests) are one event.</summary>
    public static TrackedEvent FromRequest(EventKind kind, ItemToken item, DateTimeOffset at, string? userAgent, string? machineReason)
    {
        var link = kind == EventKind.Click ? item.LinkNo : (int?)null;
        var who = machineReason is null ? "p" : "m";
        return new TrackedEvent
        {
            MailingId = item.MailingId,
            Ordinal = item.Ordinal,
            Kind = kind,
            LinkNo = link,
            At = at,
            MachineReason = machineReason,
            UserAgent = Printable(userAgent),
            Key = string.Create(CultureInfo.InvariantCulture, $"{kind.SqlName()}:{item.MailingId}:{item.Ordinal}:{link ?? 0}:{at.ToUnixTimeSeconds()}:{who}"),
        };
    }

    // The header is foreign text on its way into a text column: NUL and lone surrogates would be refused there.
    internal static string? Printable(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var cut = text.Length > LongestUserAgent ? text[..LongestUserAgent] : text;
        return string.Create(cut.Length, cut, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
            }
        });
    }
}
