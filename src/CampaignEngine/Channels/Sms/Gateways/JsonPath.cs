using System.Globalization;
using System.Text.Json;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>Names and numbers with dots between, such as <c>messages.0.status</c>.</summary>
public static class JsonPath
{
    /// <summary>The value as text: strings as they are, everything else as JSON writes it; null where the path leads nowhere or to null.</summary>
    public static string? Find(JsonElement root, string path)
    {
        var at = root;
        foreach (var step in path.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at.ValueKind switch { JsonValueKind.Null or JsonValueKind.Undefined => null, JsonValueKind.String => at.GetString(), _ => at.GetRawText() };
    }
}
