using CampaignEngine.Authoring;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>How a gateway calls us back.</summary>
public sealed record WebhookSettings
{
    public required WebhookSignature Signature { get; init; }

    /// <summary>What the signature is made with; null: the route's password.</summary>
    public Secret? Secret { get; init; }

    /// <summary>Header that carries the signature or token; null: the usual one of the kind.</summary>
    public string? Header { get; init; }

    /// <summary>hmac-sha256: header with the time of signing, signed before the body with a dot between; null: the body alone is signed.</summary>
    public string? TimestampHeader { get; init; }

    /// <summary>How far the time of signing may be from now.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where an answer has its number, sender and text: names of form fields or query parameters, or paths into JSON.</summary>
    public string InboundId { get; init; } = "id";

    public string InboundFrom { get; init; } = "from";

    public string InboundTo { get; init; } = "to";

    public string InboundText { get; init; } = "text";

    /// <summary>Where a receipt has its status, and why it failed.</summary>
    public string Status { get; init; } = "status";

    public string Reason { get; init; } = "reason";

    public IReadOnlyList<string> Delivered { get; init; } = ["delivered"];

    public IReadOnlyList<string> Failed { get; init; } = ["failed", "undelivered", "rejected", "expired"];

    /// <summary>What STOP, START and HELP are answered with; null: nothing is sent.</summary>
    public string? StopAnswer { get; init; }

    public string? StartAnswer { get; init; }

    public string? HelpAnswer { get; init; }
}

/// <summary>How a request proves that it comes from the gateway.</summary>
public enum WebhookSignature
{
    /// <summary>X-Twilio-Signature: HMAC-SHA1 in base64 over the address and the sorted form fields.</summary>
    Twilio,

    /// <summary>HMAC-SHA256 in hex or base64 over the body, or over the time, a dot and the body.</summary>
    HmacSha256,

    /// <summary>A JSON Web Token with HS256, its times inside the window and, where it has one, its payload_hash that of the body.</summary>
    Jwt,

    /// <summary>The secret itself, in a header or as the query parameter <c>token</c>: for gateways that sign nothing.</summary>
    Token,
}
