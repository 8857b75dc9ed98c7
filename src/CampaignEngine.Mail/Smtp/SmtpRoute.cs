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

/// <summary>How the client shows who it is.</summary>
public enum SmtpAuthentication
{
    /// <summary>The first that the relay offers of SCRAM-SHA-256, PLAIN, LOGIN, CRAM-MD5.</summary>
    Automatic,
    /// <summary>RFC 4616.</summary>
    Plain,
    Login,
    /// <summary>RFC 2195.</summary>
    CramMd5,
    /// <summary>RFC 7677.</summary>
    ScramSha256,
    /// <summary>The password is the access token of an identity provider; somebody else must keep it fresh.</summary>
    XOAuth2,
}

/// <summary>User and password (or token) for AUTH.</summary>
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

    /// <summary>Domain whose MTA-STS policy must hold; whoever connects asks <see cref="MtaStsPolicies"/> and applies the answer. Null: none.</summary>
    public string? PolicyDomain { get; init; }

    /// <summary>The name given in EHLO. Printable ASCII without spaces. Default <c>localhost</c>.</summary>
    public string HelloName { get; init; } = "localhost";

    /// <summary>Null: no AUTH.</summary>
    public SmtpCredentials? Credentials { get; init; }

    /// <summary>Default: the best that the relay offers.</summary>
    public SmtpAuthentication Authentication { get; init; }

    /// <summary>Lets the password cross a network in clear text; loopback needs no leave. Default false.</summary>
    public bool AllowClearTextAuthentication { get; init; }

    /// <summary>Messages go by BDAT where the relay offers CHUNKING and PIPELINING: it counts bytes and so cannot be wrong about where a message ends. Default false.</summary>
    public bool UseChunking { get; init; }

    /// <summary>Messages for this route may hold 8-bit text, so a relay that does not offer 8BITMIME is not used. Default false.</summary>
    public bool NeedsEightBitMime { get; init; }

    /// <summary>Delivery reports to ask for. Null: no word about them.</summary>
    public SmtpDsn? Dsn { get; init; }

    /// <summary>Messages after which a connection is to be closed and made anew; relays tend to set such a limit. Default 5,000.</summary>
    public int MessagesPerConnection { get; init; } = 5000;

    /// <summary>Bytes that the kernel may hold for the relay; 0: as many as it sees fit. For tests of relays that do not read.</summary>
    internal int SendBufferSize { get; init; }

    /// <summary>How long each answer may take.</summary>
    public SmtpTimeouts Timeouts { get; init; } = new();
}
