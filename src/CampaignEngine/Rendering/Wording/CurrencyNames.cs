using System.Collections.Concurrent;
using System.Text;

namespace CampaignEngine.Rendering.Wording;

/// <summary>Currency codes from UTF-8, each text made once: three capital letters leave at most 17,576 of them.</summary>
internal static class CurrencyNames
{
    private static readonly ConcurrentDictionary<int, string> Known = new();

    public static string Of(ReadOnlySpan<byte> code)
    {
        if (code.Length != 3 || code.ContainsAnyExceptInRange((byte)'A', (byte)'Z'))
        {
            return Encoding.UTF8.GetString(code);
        }

        int key = (code[0] << 16) | (code[1] << 8) | code[2];
        if (Known.TryGetValue(key, out string? name))
        {
            return name;
        }

        name = Encoding.UTF8.GetString(code);
        Known[key] = name;
        return name;
    }
}
