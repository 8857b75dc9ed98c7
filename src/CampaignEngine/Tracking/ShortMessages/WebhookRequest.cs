using System.Net;
using System.Text;
using System.Text.Json;
using CampaignEngine.Channels.Sms.Gateways;

namespace CampaignEngine.Tracking.ShortMessages;

/// <summary>A request of a gateway, as it came.</summary>
/// <param name="Url">The public address with its query, as the gateway was told it.</param>
/// <param name="Header">Value of a header; null where it is not there.</param>
public sealed record WebhookRequest(string Url, Func<string, string?> Header, byte[] Body)
{
    private readonly Lazy<IReadOnlyList<KeyValuePair<string, string>>> _form = new(() =>
        IsJson(Header) ? [] : Pairs(Encoding.UTF8.GetString(Body)));

    /// <summary>Fields of a form body, in written order; empty for other bodies.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Form => _form.Value;

    /// <summary>A form field, a query parameter or, by its path, a value of a JSON body; null where there is none.</summary>
    public string? Find(string name)
    {
        foreach (var (key, value) in Form.Concat(Url.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? Pairs(Url[(at + 1)..]) : []))
        {
            if (key == name)
            {
                return value;
            }
        }

        if (!IsJson(Header))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 32 });
            return JsonPath.Find(json.RootElement, name);
        }
        catch (JsonException)
        {
            // A body that is no JSON has no values.
            return null;
        }
    }

    private static bool IsJson(Func<string, string?> header) => header("Content-Type")?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    private static List<KeyValuePair<string, string>> Pairs(string text) =>
        [.. text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=', 2)).Select(f => new KeyValuePair<string, string>(WebUtility.UrlDecode(f[0]), f.Length > 1 ? WebUtility.UrlDecode(f[1]) : ""))];
}
