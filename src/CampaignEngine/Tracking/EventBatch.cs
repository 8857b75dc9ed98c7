using System.Net;
using System.Text.Json;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine.Tracking;

/// <summary>
/// Events seen elsewhere (an edge server, a log of requests), a JSON object a line: <c>token</c> as it stood in the address, <c>kind</c> (click, open or
/// view_online), <c>at</c> (ISO 8601 with offset), and where known <c>agent</c>, <c>method</c>, <c>purpose</c> and <c>address</c> (IP) of the request.
/// </summary>
public sealed record EventBatch(IReadOnlyList<TrackedEvent> Events, IReadOnlyList<RefusedLine> Refused)
{
    /// <summary>Lines that one batch may have.</summary>
    public const int MostLines = 20_000;

    /// <param name="now">Nothing can have happened later than a minute from it.</param>
    public static EventBatch Read(ReadOnlyMemory<byte> lines, ItemTokens tokens, MachineRules rules, DateTimeOffset now)
    {
        var (events, refused) = (new List<TrackedEvent>(), new List<RefusedLine>());
        foreach (var (number, line) in BatchLines.Of(lines, MostLines, refused))
        {
            if (ReadLine(line.Span, tokens, rules, now, out var why) is { } tracked)
            {
                events.Add(tracked);
            }
            else
            {
                refused.Add(new RefusedLine(number, why!));
            }
        }

        return new EventBatch(events, refused);
    }

    private static TrackedEvent? ReadLine(ReadOnlySpan<byte> line, ItemTokens tokens, MachineRules rules, DateTimeOffset now, out string? why)
    {
        string? token = null, kind = null, at = null, agent = null, method = null, purpose = null, address = null;
        why = "is no JSON object with texts";
        try
        {
            var json = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 2 });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                ref var field = ref token;
                if (json.ValueTextEquals("kind"u8)) { field = ref kind; }
                else if (json.ValueTextEquals("at"u8)) { field = ref at; }
                else if (json.ValueTextEquals("agent"u8)) { field = ref agent; }
                else if (json.ValueTextEquals("method"u8)) { field = ref method; }
                else if (json.ValueTextEquals("purpose"u8)) { field = ref purpose; }
                else if (json.ValueTextEquals("address"u8)) { field = ref address; }
                else if (!json.ValueTextEquals("token"u8))
                {
                    why = $"has an unknown key '{Shown(json.GetString()!)}'; the keys are token, kind, at, agent, method, purpose and address";
                    return null;
                }

                if (!json.Read() || json.TokenType != JsonTokenType.String)
                {
                    return null;
                }

                field = json.GetString();
            }

            if (json.TokenType != JsonTokenType.EndObject || json.Read())
            {
                return null;
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Broken JSON, or text that is no UTF-8.
            return null;
        }

        (EventKind Kind, TokenPurpose Purpose)? wanted = kind switch
        {
            "click" => (EventKind.Click, TokenPurpose.Click),
            "open" => (EventKind.Open, TokenPurpose.Open),
            "view_online" => (EventKind.ViewOnline, TokenPurpose.ViewOnline),
            _ => null,
        };
        if (wanted is not var (eventKind, tokenPurpose))
        {
            why = $"has the kind '{Shown(kind ?? "")}'; write click, open or view_online";
            return null;
        }

        if (!BatchLines.TryTime(at, out var time) || time > now.AddMinutes(1))
        {
            why = BatchLines.NoTime(now);
            return null;
        }

        if (!tokens.TryRead(token, tokenPurpose, out var item))
        {
            why = "has a token that is not ours, or is for something else";
            return null;
        }

        why = null;
        var network = IPAddress.TryParse(address, out var from) ? MachineRulesShape.Stored(from) : null;
        return TrackedEvent.FromRequest(eventKind, item, time, SeenRequest.Of(method ?? "GET", agent, purpose, network), rules);
    }

    private static string Shown(string text) => Authoring.Shown.Text(text.Length > 40 ? text[..40] : text);
}
