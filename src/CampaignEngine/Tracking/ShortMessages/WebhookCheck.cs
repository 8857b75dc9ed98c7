using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CampaignEngine.Channels.Sms.Gateways;

namespace CampaignEngine.Tracking.ShortMessages;

/// <summary>Whether a request comes from the gateway. Every comparison takes the same time, whatever is wrong.</summary>
public sealed class WebhookCheck(WebhookSettings settings, string secret, TimeProvider clock)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    /// <summary>True only for a request that was signed with the secret, inside the window where the signature has a time.</summary>
    public bool IsGenuine(WebhookRequest request) => settings.Signature switch
    {
        WebhookSignature.Twilio => Twilio(request),
        WebhookSignature.HmacSha256 => Hmac(request),
        WebhookSignature.Jwt => Jwt(request),
        _ => Same(Encoding.UTF8.GetBytes(settings.Header is { } header ? request.Header(header) ?? "" : request.Find("token") ?? ""), _secret),
    };

    [SuppressMessage("Security", "CA5350", Justification = "Twilio signs with HMAC-SHA1; as a MAC it is not broken.")]
    private bool Twilio(WebhookRequest request)
    {
        var signed = new StringBuilder(request.Url);
        foreach (var (name, value) in request.Form.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            signed.Append(name).Append(value);
        }

        return Same(request.Header(settings.Header ?? "X-Twilio-Signature"), HMACSHA1.HashData(_secret, Encoding.UTF8.GetBytes(signed.ToString())));
    }

    private bool Hmac(WebhookRequest request)
    {
        if (settings.TimestampHeader is not { } header)
        {
            return Same(request.Header(settings.Header ?? "X-Signature"), HMACSHA256.HashData(_secret, request.Body));
        }

        var time = request.Header(header) ?? "";
        return IsRecent(time) && Same(request.Header(settings.Header ?? "X-Signature"), HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(time + ".").Concat(request.Body).ToArray()));
    }

    private bool Jwt(WebhookRequest request)
    {
        var written = request.Header(settings.Header ?? "Authorization") ?? "";
        var parts = (written.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? written[7..] : written).Trim().Split('.');
        if (parts.Length != 3 || !Same(parts[2], HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"))))
        {
            return false;
        }

        try
        {
            using var head = JsonDocument.Parse(Decode(parts[0]) ?? []);
            using var claims = JsonDocument.Parse(Decode(parts[1]) ?? []);
            // The algorithm is ours to choose and not the token's.
            return JsonPath.Find(head.RootElement, "alg") == "HS256"
                && (JsonPath.Find(claims.RootElement, "iat") ?? JsonPath.Find(claims.RootElement, "nbf")) is { } issued && IsRecent(issued)
                && (JsonPath.Find(claims.RootElement, "exp") is not { } until || (long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && clock.GetUtcNow().ToUnixTimeSeconds() <= end))
                && (JsonPath.Find(claims.RootElement, "payload_hash") is not { } hash || Same(hash, SHA256.HashData(request.Body)));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool IsRecent(string time)
    {
        var at = long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var written) ? written : DateTimeOffset.MinValue;
        return (clock.GetUtcNow() - at).Duration() <= settings.Window;
    }

    private static bool Same(string? written, byte[] expected) => Decode(written) is { } bytes && Same(bytes, expected);

    // Hashed first, so that not even the length of the secret shows.
    private static bool Same(byte[] a, byte[] b) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(a), SHA256.HashData(b));

    // Hex of 64 digits, or base64 with either alphabet; "sha256=" before it is a habit of some.
    private static byte[]? Decode(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        text = text.StartsWith("sha256=", StringComparison.Ordinal) ? text[7..] : text;
        if (text.Length == 64 && text.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(text);
        }

        var base64 = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[(base64.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(base64 + new string('=', (4 - (base64.Length % 4)) % 4), bytes, out var length) ? bytes[..length] : null;
    }
}
