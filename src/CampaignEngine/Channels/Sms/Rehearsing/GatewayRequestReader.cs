using System.Net;
using System.Text.Json;
using CampaignEngine.Channels.Sms.Http;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>Finds number, sender and text in a request, whichever gateway it was meant for.</summary>
internal static class GatewayRequestReader
{
    private static readonly string[] To = ["to", "recipients", "recipient", "destination", "msisdn"];
    private static readonly string[] From = ["from", "originator", "sender", "source"];
    private static readonly string[] Text = ["text", "body", "message", "content"];
    private static readonly string[] Key = ["client-ref", "reference", "key", "ref"];
    private static readonly string[] Receipt = ["statuscallback", "callback", "reporturl", "dlr-url", "receipt_url"];

    /// <summary>Null where the request names no number or no text.</summary>
    public static ReceivedShortMessage? Read(HttpHead head, ReadOnlyMemory<byte> body, string id, DateTimeOffset now)
    {
        var target = head.Start.Split(' ') is [_, var written, ..] ? written : "/";
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (question >= 0)
        {
            AddFields(values, target[(question + 1)..]);
        }

        if (head.Find("Content-Type")?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            AddJson(values, body);
        }
        else
        {
            AddFields(values, System.Text.Encoding.UTF8.GetString(body.Span));
        }

        string? Of(string[] names) => names.Select(n => values.GetValueOrDefault(n)).FirstOrDefault(v => v is { Length: > 0 });
        return Of(To) is { } to && Of(Text) is { } text
            ? new ReceivedShortMessage
            {
                To = to.StartsWith('+') ? to : "+" + to,
                From = Of(From) ?? "",
                Text = text,
                Key = head.Find("Idempotency-Key") ?? Of(Key) ?? LastPart(Of(Receipt)),
                ReceiptUrl = Of(Receipt),
                Id = id,
                Path = question < 0 ? target : target[..question],
                ReceivedAt = now,
            }
            : null;
    }

    // A gateway that takes no reference is told it by the address of the receipt.
    private static string LastPart(string? url) => url is null ? "" : url.Split('?')[0].Split('/')[^1];

    private static void AddFields(Dictionary<string, string> values, string fields)
    {
        foreach (var field in fields.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            values[WebUtility.UrlDecode(equals < 0 ? field : field[..equals])] = equals < 0 ? "" : WebUtility.UrlDecode(field[(equals + 1)..]);
        }
    }

    private static void AddJson(Dictionary<string, string> values, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            foreach (var member in json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.EnumerateObject() : default)
            {
                var value = member.Value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 ? list[0] : member.Value;
                values[member.Name] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            }
        }
        catch (JsonException)
        {
            // No fields: the request is then answered as one without number and text.
        }
    }
}
