using System.Text;
using System.Text.Json;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>
/// What a gateway's reply means for the message: the route's rules in their order, then what HTTP itself says. Where neither speaks, it is in doubt: a 500
/// or 504 does not tell whether the message went on, and a 2xx that no rule for accepted knows may be anything.
/// </summary>
internal sealed class ReplyRules(GatewaySettings settings)
{
    private const int LongestText = 200;

    private readonly bool _acceptanceIsWritten = settings.Replies.Any(r => r.Meaning == ReplyMeaning.Accepted);

    private readonly bool _readsJson = settings.Replies.Select(r => r.Part).Append(settings.MessageId).Append(settings.Reason).Any(p => p?.Path is not null);

    /// <summary>The verdict, and whether the route itself should wait.</summary>
    public (SendVerdict Verdict, bool RouteWaits) Judge(in GatewayReply reply)
    {
        using var json = _readsJson && reply.IsWhole ? Parse(reply.Body) : null;
        var text = Encoding.UTF8.GetString(reply.Body.Span);
        foreach (var rule in settings.Replies)
        {
            if (rule.Status.Count > 0 && !InRange(rule.Status, reply.Status))
            {
                continue;
            }

            if (rule.Part is null)
            {
                return Verdict(rule.Meaning, reply, json, text);
            }

            if (!reply.IsWhole)
            {
                return (new SendVerdict(SendOutcome.InDoubt, reply.Status, "the reply's body was cut off"), false);
            }

            if (Find(rule.Part, json, text) is { } value && (rule.Equal.Count == 0 || rule.Equal.Contains(value)))
            {
                return Verdict(rule.Meaning, reply, json, text);
            }
        }

        return reply.Status switch
        {
            >= 200 and < 300 when !_acceptanceIsWritten => Verdict(ReplyMeaning.Accepted, reply, json, text),
            408 or 425 or 429 or 503 => Verdict(ReplyMeaning.Deferred, reply, json, text),
            >= 300 and < 400 or (>= 401 and <= 405) or 407 => Verdict(ReplyMeaning.Unavailable, reply, json, text),
            >= 400 and < 500 => Verdict(ReplyMeaning.Rejected, reply, json, text),
            >= 200 and < 300 => (new SendVerdict(SendOutcome.InDoubt, reply.Status, "the reply is none that the route's rules know: " + Words(reply, json, text)), false),
            _ => (new SendVerdict(SendOutcome.InDoubt, reply.Status, "the gateway failed and did not say whether it took the message: " + Words(reply, json, text)), false),
        };
    }

    private (SendVerdict Verdict, bool RouteWaits) Verdict(ReplyMeaning meaning, in GatewayReply reply, JsonDocument? json, string text) => meaning switch
    {
        ReplyMeaning.Accepted => (new SendVerdict(SendOutcome.Accepted, reply.Status, Find(settings.MessageId, json, text) is { Length: > 0 } id ? $"id {Cut(id)}" : null), false),
        ReplyMeaning.Rejected => (new SendVerdict(SendOutcome.Rejected, reply.Status, Words(reply, json, text)), false),
        ReplyMeaning.Deferred => (new SendVerdict(SendOutcome.Deferred, reply.Status, Words(reply, json, text)) { RetryAfter = reply.RetryAfter }, reply.RetryAfter is not null || reply.Status == 429),
        _ => (new SendVerdict(SendOutcome.Deferred, reply.Status, "the route is at fault: " + Words(reply, json, text)) { RetryAfter = reply.RetryAfter }, true),
    };

    private string Words(in GatewayReply reply, JsonDocument? json, string text) =>
        Cut(Find(settings.Reason, json, text) is { Length: > 0 } reason ? reason : text.Trim() is { Length: > 0 } body ? body : $"HTTP {reply.Status}");

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];

    private static bool InRange(IReadOnlyList<(int From, int To)> ranges, int status)
    {
        foreach (var (from, to) in ranges)
        {
            if (status >= from && status <= to)
            {
                return true;
            }
        }

        return false;
    }

    private static string? Find(ReplyPart? part, JsonDocument? json, string text)
    {
        if (part?.Pattern is { } pattern)
        {
            return pattern.Match(text) is { Success: true } match ? match.Groups[match.Groups.Count > 1 ? 1 : 0].Value : null;
        }

        return part?.Path is { } path && json is not null ? JsonPath.Find(json.RootElement, path) : null;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            // Not JSON: no path leads anywhere in it, and the status may still decide.
            return null;
        }
    }
}
