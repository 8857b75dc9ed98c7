using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Tracking.ShortMessages;

namespace CampaignEngine.Tracking;

/// <summary>
/// The callers of engine.yaml with their secrets. A request carries the time of signing (seconds since 1970) in <see cref="TimeHeader"/> and in
/// <see cref="SignatureHeader"/> the HMAC-SHA256, in hex, over the time, a dot, and the body.
/// </summary>
public sealed class SignedCallers
{
    public const string TimeHeader = "X-Campaign-Time";
    public const string SignatureHeader = "X-Campaign-Signature";
    private const int ShortestSecret = 16;
    private readonly Dictionary<string, WebhookCheck> _checks = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">A secret cannot be read or is too short; the message says whose.</exception>
    public SignedCallers(IReadOnlyDictionary<string, CallerSettings> callers, string workspaceDirectory, TimeProvider clock)
    {
        foreach (var (name, caller) in callers)
        {
            var secret = caller.Secret.Resolve(workspaceDirectory);
            if (secret.Length < ShortestSecret)
            {
                throw new InvalidDataException($"the secret of the caller '{name}' in engine.yaml has {secret.Length} characters; it needs at least {ShortestSecret}");
            }

            var settings = new WebhookSettings { Signature = WebhookSignature.HmacSha256, Header = SignatureHeader, TimestampHeader = TimeHeader, Window = caller.Window };
            _checks[name] = new WebhookCheck(settings, secret, clock);
        }
    }

    /// <summary>True only for a request signed with the secret of that caller inside its window.</summary>
    public bool IsGenuine(string caller, WebhookRequest request) => _checks.TryGetValue(caller, out var check) && check.IsGenuine(request);
}
