using System.Globalization;
using System.Net;
using CampaignEngine.Tracking.Machines;

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

    /// <summary>Of the request; of a receipt, the network's words.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The request was HEAD.</summary>
    public bool Head { get; init; }

    /// <summary>The request said of itself that it fetches in advance.</summary>
    public bool Prefetch { get; init; }

    /// <summary>The /24 or /48 it came from.</summary>
    public IPNetwork? Network { get; init; }

    /// <summary>What the request alone says of a machine, under the rules when it came.</summary>
    public MachineScore Score { get; init; }

    /// <summary>The score sufficed: taken for a machine's from the start.</summary>
    public bool Machine { get; init; }

    /// <summary>Two events with one key are one event, however often they are handed in.</summary>
    public required string Key { get; init; }

    /// <summary>An event seen by the web server. Repeats of one request within a second (double clicks, retried requests) are one event.</summary>
    public static TrackedEvent FromRequest(EventKind kind, ItemToken item, DateTimeOffset at, SeenRequest request, MachineRules rules)
    {
        var link = kind == EventKind.Click ? item.LinkNo : (int?)null;
        var score = rules.OfRequest(kind, request);
        var machine = score.Score >= rules.Threshold;
        return new TrackedEvent
        {
            MailingId = item.MailingId,
            Ordinal = item.Ordinal,
            Kind = kind,
            LinkNo = link,
            At = at,
            UserAgent = Printable(request.Agent),
            Head = request.Head,
            Prefetch = request.Prefetch,
            Network = request.Network,
            Score = score,
            Machine = machine,
            // Of one second, what a machine did must not stand for what a person did.
            Key = string.Create(CultureInfo.InvariantCulture, $"{kind.SqlName()}:{item.MailingId}:{item.Ordinal}:{link ?? 0}:{at.ToUnixTimeSeconds()}:{(machine ? 'm' : 'p')}"),
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
