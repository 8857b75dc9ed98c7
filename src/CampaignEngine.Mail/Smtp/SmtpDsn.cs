namespace CampaignEngine.Mail.Smtp;

/// <summary>When the relay is to report (RFC 3461 4.1).</summary>
[Flags]
public enum SmtpNotify
{
    /// <summary>Never, not even of failures.</summary>
    Never = 0,
    /// <summary>When the message was delivered, as far as the relay can tell.</summary>
    Success = 1,
    /// <summary>When it cannot be delivered.</summary>
    Failure = 2,
    /// <summary>When delivery takes unusually long.</summary>
    Delay = 4,
}

/// <summary>What delivery reports a route asks for, where the relay offers DSN; other relays get no such request.</summary>
public sealed record SmtpDsn
{
    /// <summary>Default: failures.</summary>
    public SmtpNotify Notify { get; init; } = SmtpNotify.Failure;

    /// <summary>A report carries the whole message instead of its headers. Default false.</summary>
    public bool ReturnWholeMessage { get; init; }
}
