using System.Net;
using System.Security.Cryptography.X509Certificates;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>Where a receiver listens, what it offers and what it bears.</summary>
public sealed record SmtpReceiverOptions
{
    /// <summary>Default: loopback, a free port.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Given in the greeting and to EHLO. Default <c>localhost</c>.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>Largest message in bytes, offered as SIZE. Default 32 MiB.</summary>
    public int LargestMessage { get; init; } = 32 * 1024 * 1024;

    /// <summary>Longest line of a message in bytes without CRLF. Default 998 (RFC 5322 2.1.1).</summary>
    public int LongestLine { get; init; } = 998;

    /// <summary>Recipients of one message; more are told to come later. Default 100.</summary>
    public int MostRecipients { get; init; } = 100;

    /// <summary>Connections at a time; more are sent away with 421. Default 256.</summary>
    public int MostConnections { get; init; } = 256;

    /// <summary>A client that says nothing for so long is sent away. Default 5 minutes (RFC 5321 4.5.3.2.7).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Off, and a client that pipelines anyway is still understood. Default true.</summary>
    public bool OffersPipelining { get; init; } = true;

    /// <summary>Takes messages by BDAT, too (RFC 3030). Default true.</summary>
    public bool OffersChunking { get; init; } = true;

    /// <summary>With a certificate STARTTLS is offered.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>TLS from the first byte; needs <see cref="Certificate"/>. Default false.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>User and password are right: AUTH PLAIN and LOGIN. With this or one of the next two set, MAIL needs AUTH first.</summary>
    public Func<string, string, bool>? Authenticate { get; init; }

    /// <summary>The password of a user, null for unknown ones: also CRAM-MD5 and SCRAM-SHA-256, which need it in clear text on this side.</summary>
    public Func<string, string?>? PasswordOf { get; init; }

    /// <summary>User and access token are right: XOAUTH2.</summary>
    public Func<string, string, bool>? AcceptToken { get; init; }

    /// <summary>Speaks LMTP (RFC 2033), too: to a client that says LHLO, the answer to a message is said once for each recipient. Default false.</summary>
    public bool OffersLmtp { get; init; }

    /// <summary>What an address is answered to RCPT; null: it is taken. Default: every address is taken.</summary>
    public Func<string, SmtpReply?>? RefuseRecipient { get; init; }

    /// <summary>Faults to act out. Default: none.</summary>
    public ReceiverScript Script { get; init; } = new();

    /// <summary>Told when the handler threw; the client was answered 451.</summary>
    public Action<Exception>? HandlerFailed { get; init; }
}
