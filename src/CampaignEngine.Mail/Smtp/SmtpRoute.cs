namespace CampaignEngine.Mail.Smtp;

/// <summary>When the connection to a relay is encrypted.</summary>
public enum SmtpTls
{
    /// <summary>Never, even when offered.</summary>
    Off,
    /// <summary>STARTTLS when offered. A handshake that then fails is a fault: the engine never falls back to clear text.</summary>
    Opportunistic,
    /// <summary>STARTTLS; a relay that does not offer it is not used.</summary>
    Required,
    /// <summary>TLS from the first byte, usually port 465.</summary>
    Implicit,
}

/// <summary>User and password for AUTH PLAIN or LOGIN.</summary>
public sealed record SmtpCredentials(string User, string Password)
{
    /// <summary>Without the password, so that it cannot reach a log.</summary>
    public override string ToString() => $"{nameof(SmtpCredentials)} {{ {User} }}";
}

/// <summary>The relay that takes the mail and how to talk to it.</summary>
public sealed record SmtpRoute
{
    /// <summary>Host name or IP address.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port. Default 25.</summary>
    public int Port { get; init; } = 25;

    /// <summary>Default <see cref="SmtpTls.Opportunistic"/>.</summary>
    public SmtpTls Tls { get; init; } = SmtpTls.Opportunistic;

    /// <summary>The certificate must be valid and carry <see cref="CertificateName"/>. Default true.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>The name the certificate must carry. Default: <see cref="Host"/>.</summary>
    public string? CertificateName { get; init; }

    /// <summary>The name given in EHLO. Printable ASCII without spaces. Default <c>localhost</c>.</summary>
    public string HelloName { get; init; } = "localhost";

    /// <summary>Null: no AUTH.</summary>
    public SmtpCredentials? Credentials { get; init; }

    /// <summary>Lets the password cross a network in clear text; loopback needs no leave. Default false.</summary>
    public bool AllowClearTextAuthentication { get; init; }

    /// <summary>How long each answer may take.</summary>
    public SmtpTimeouts Timeouts { get; init; } = new();
}
