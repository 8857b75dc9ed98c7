using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>An HTTP gateway that takes SMS, as engine.yaml describes it. Templates are as written; they have been parsed and checked.</summary>
public sealed record GatewaySettings
{
    /// <summary>Name of the route.</summary>
    public required string Name { get; init; }

    /// <summary>GET, POST or PUT.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>Scheme, host and port: constant, so that no value can lead a message elsewhere.</summary>
    public required Uri Server { get; init; }

    /// <summary>What follows the host, without query; a template whose values are percent-encoded.</summary>
    public required string Path { get; init; }

    /// <summary>Parameters behind the question mark, in written order; each value is a template and is encoded whole.</summary>
    public IReadOnlyList<GatewayField> Query { get; init; } = [];

    public IReadOnlyList<GatewayField> Headers { get; init; } = [];

    /// <summary>Body as application/x-www-form-urlencoded; empty where the body is <see cref="Json"/> or there is none.</summary>
    public IReadOnlyList<GatewayField> Form { get; init; } = [];

    /// <summary>Body as JSON, a template whose values are escaped for the inside of a JSON string.</summary>
    public string? Json { get; init; }

    public GatewayAuth Auth { get; init; }

    public string? User { get; init; }

    public Secret? Password { get; init; }

    /// <summary>
    /// Header under which the gateway takes a key and counts repeated requests with it once; null: it knows no such thing, and a request without a
    /// readable reply is in doubt.
    /// </summary>
    public string? IdempotencyHeader { get; init; }

    /// <summary>The first that fits decides; <see cref="ReplyRules"/> says what holds where none does.</summary>
    public IReadOnlyList<ReplyRule> Replies { get; init; } = [];

    /// <summary>Where an accepting reply holds the gateway's own number of the message.</summary>
    public ReplyPart? MessageId { get; init; }

    /// <summary>Where a refusing reply says why.</summary>
    public ReplyPart? Reason { get; init; }

    /// <summary>How receipts and answers come back; null: nobody listens for them, and none are asked for.</summary>
    public WebhookSettings? Webhooks { get; init; }

    /// <summary>Connections one process keeps open at most.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>How long connecting, and waiting for a reply, may each take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Typographic signs are made plain where that makes a text a GSM text.</summary>
    public bool LookAlikes { get; init; }

    /// <summary>What a segment costs, by country; empty: the drop's own unit cost holds.</summary>
    public SegmentPrices Prices { get; init; } = SegmentPrices.None;
}

/// <summary>A named value of a request.</summary>
/// <param name="Value">A template.</param>
public sealed record GatewayField(string Name, string Value);

/// <summary>How a request proves who sends it.</summary>
public enum GatewayAuth
{
    /// <summary>By what stands in headers, query or body.</summary>
    None,

    /// <summary>Authorization: Basic, user and password.</summary>
    Basic,

    /// <summary>Authorization: Bearer, the password.</summary>
    Bearer,
}

/// <summary>What a reply means.</summary>
public enum ReplyMeaning
{
    /// <summary>The gateway took responsibility.</summary>
    Accepted,

    /// <summary>Not now; another attempt later.</summary>
    Deferred,

    /// <summary>Never, to this person.</summary>
    Rejected,

    /// <summary>The route is at fault and not the message (password, credit, address): the message waits, and so does the route.</summary>
    Unavailable,
}

/// <summary>One rule about replies. Everything that is set must hold.</summary>
public sealed record ReplyRule(ReplyMeaning Meaning)
{
    /// <summary>Status codes from and to; empty: any.</summary>
    public IReadOnlyList<(int From, int To)> Status { get; init; } = [];

    /// <summary>What is looked at; null: the status alone.</summary>
    public ReplyPart? Part { get; init; }

    /// <summary>The part is one of these; empty: it is there.</summary>
    public IReadOnlyList<string> Equal { get; init; } = [];
}

/// <summary>A part of a reply: by a path into its JSON, or by a pattern over its text.</summary>
/// <param name="Path">Names and numbers with dots between, such as messages.0.status; null where a pattern is given.</param>
/// <param name="Pattern">Its first group, or all of it where it has none.</param>
public sealed record ReplyPart(string? Path, Regex? Pattern);
