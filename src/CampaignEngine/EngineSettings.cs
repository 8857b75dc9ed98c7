using System.Net;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Rendering;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine;

/// <summary>engine.yaml as read, with the environment's overrides applied. Secrets are references until they are resolved.</summary>
public sealed record EngineSettings
{
    /// <summary>What holds without an engine.yaml: the private database, UTC, no routes.</summary>
    public static EngineSettings Default { get; } = new();

    public string File { get; init; } = "engine.yaml";

    public DatabaseSettings Database { get; init; } = new();

    /// <summary>IANA zone of local times that name none, and of reports.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary>ISO 4217 code reports are made in.</summary>
    public string BaseCurrency { get; init; } = "USD";

    /// <summary>What one unit of other currencies is worth in <see cref="BaseCurrency"/>; orders in a currency that is not here are reported apart.</summary>
    public IReadOnlyDictionary<string, decimal> Rates { get; init; } = new Dictionary<string, decimal>();

    /// <summary>ISO 3166 alpha-2 country of phone numbers written without one; null: such numbers are invalid for people without a country.</summary>
    public string? DefaultCountry { get; init; }

    /// <summary>BCP 47 language in which amounts, dates and numbers are written for people without one.</summary>
    public string DefaultLanguage { get; init; } = "en";

    public WebSettings Web { get; init; } = new();

    public BounceSettings Bounces { get; init; } = new();

    public ReplySettings Replies { get; init; } = new();

    /// <summary>Where metrics and health are read; null: nowhere.</summary>
    public string? AdminListen { get; init; }

    /// <summary>Relays for e-mail.</summary>
    public IReadOnlyDictionary<string, RouteSettings> Routes { get; init; } = new Dictionary<string, RouteSettings>();

    /// <summary>HTTP gateways for SMS; their names are routes too.</summary>
    public IReadOnlyDictionary<string, GatewaySettings> Gateways { get; init; } = new Dictionary<string, GatewaySettings>();

    /// <summary>In written order.</summary>
    public IReadOnlyList<SenderSettings> Senders { get; init; } = [];

    /// <summary>From whom SMS come, in written order; a sender may also stand in <see cref="Senders"/>.</summary>
    public IReadOnlyList<SmsSender> SmsSenders { get; init; } = [];

    /// <summary>Programs of ours that may hand in events, by name.</summary>
    public IReadOnlyDictionary<string, CallerSettings> Callers { get; init; } = new Dictionary<string, CallerSettings>();

    /// <summary>Our own postal address, which laws on commercial e-mail ask for; templates print it as <c>sender.postal_address</c>.</summary>
    public string? PostalAddress { get; init; }

    /// <summary>Contact caps of marketing campaigns that have none of their own.</summary>
    public IReadOnlyList<ContactCap> Caps { get; init; } = [];

    /// <summary>Mailbox provider by lower-case domain: those everybody knows, and those of <c>providers</c>.</summary>
    public IReadOnlyDictionary<string, string> Providers { get; init; } = MailboxProviders.Domains;

    /// <summary>Domains that are not among these count to the provider whose hosts their MX records name.</summary>
    public bool LookUpProviders { get; init; }

    /// <summary>The domains of providers with a limit or a brake.</summary>
    public IReadOnlyDictionary<string, string> LimitedDomains => Providers.Where(p => IsLimited($"provider:{p.Value}")).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>Sending limits, over all workers.</summary>
    public IReadOnlyList<SendLimit> Limits { get; init; } = [];

    /// <summary>Brakes by subject, as "route:relay"; "route:all" is that of routes without one of their own.</summary>
    public IReadOnlyDictionary<string, BrakeRule> Brakes { get; init; } = new Dictionary<string, BrakeRule>();

    /// <summary>Quiet hours by channel and holidays, for marketing campaigns.</summary>
    public IReadOnlyDictionary<string, DayHours> Quiet { get; init; } = new Dictionary<string, DayHours>();

    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>Channels whose consent policy differs from model.yaml: true is opt-in.</summary>
    public IReadOnlyDictionary<string, bool> OptIn { get; init; } = new Dictionary<string, bool>();

    /// <summary>So many people a group in a report must have at least to be shown by itself.</summary>
    public int SmallestCell { get; init; } = 1;

    /// <summary>Font file of PDF reports, relative to the workspace; null: one is looked for in the system's folders.</summary>
    public string? ReportFont { get; init; }

    /// <summary>Which spellings of an e-mail address are one mailbox.</summary>
    public AddressRules Dedupe { get; init; } = AddressRules.Plain;

    /// <summary>The limits that hold for a mailing: of its campaign, its sender, its sender's route, and of its people's mailbox provider.</summary>
    public IReadOnlyList<SendLimit> LimitsOf(MailingToSend mailing, string? provider)
    {
        if (Limits.Count == 0)
        {
            return [];
        }

        var subjects = SubjectsOf(mailing, provider);
        return [.. Limits.Where(l => subjects.Contains(l.Subject))];
    }

    /// <summary>By which names limits and brakes know people of a mailing: "campaign:spring-tea", "sender:shop", "route:relay", "provider:gmail".</summary>
    public IReadOnlyList<string> SubjectsOf(MailingToSend mailing, string? provider)
    {
        var named = MailingContent.FromJson(mailing.Definition).Sender;
        var (sender, route) = mailing.Channel == "sms" ? (SmsSender(named)?.Name, SmsSender(named)?.Route) : (Sender(named)?.Name, Sender(named)?.Route);
        (string Kind, string? Name)[] all = [("campaign", mailing.Campaign), ("sender", sender), ("route", route), ("provider", provider)];
        return [.. all.Where(s => s.Name is not null).Select(s => $"{s.Kind}:{s.Name}")];
    }

    /// <summary>The brake of such a name; null where it has none.</summary>
    public BrakeRule? BrakeOf(string subject) =>
        Brakes.GetValueOrDefault(subject) ?? Brakes.GetValueOrDefault($"{subject[..subject.IndexOf(':', StringComparison.Ordinal)]}:{BrakeShape.All}");

    private bool IsLimited(string subject) => Limits.Any(l => l.Subject == subject) || BrakeOf(subject) is not null;

    /// <summary>The sender of that name; the first one for null. Null when there is none.</summary>
    public SenderSettings? Sender(string? name) => name is null ? (Senders.Count == 0 ? null : Senders[0]) : Senders.FirstOrDefault(s => s.Name == name);

    /// <summary>The same for SMS.</summary>
    public SmsSender? SmsSender(string? name) => name is null ? (SmsSenders.Count == 0 ? null : SmsSenders[0]) : SmsSenders.FirstOrDefault(s => s.Name == name);

    /// <summary>The gateway that a sender's SMS take; null where there is none.</summary>
    public GatewaySettings? GatewayOf(string? sender) => SmsSender(sender) is { } sms ? Gateways.GetValueOrDefault(sms.Route) : null;
}

public sealed record DatabaseSettings
{
    /// <summary>Connection string or postgresql:// address; null: the workspace's private PostgreSQL.</summary>
    public Secret? Connection { get; init; }

    /// <summary>How long one selection may run.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the private server stays after its last user has left.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(20);
}

public sealed record WebSettings
{
    /// <summary>Public address that links, pixels and unsubscribe pages start with; no slash at the end.</summary>
    public string BaseUrl { get; init; } = "http://localhost:8080";

    /// <summary>Where the web process listens.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8080";

    /// <summary>MiB of answers that may wait on disk while the database is away; above it the server answers 503.</summary>
    public int SpoolMebibytes { get; init; } = 1024;

    /// <summary>Numbers of the keys of tokens, 1 to 255: the first signs what is sent, all are accepted.</summary>
    public IReadOnlyList<int> TokenKeys { get; init; } = [1];

    /// <summary>Proxies in front whose X-Forwarded-For is believed, besides this machine itself.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];
}

/// <summary>A program that hands in what happened elsewhere, each request signed with its secret.</summary>
/// <param name="Window">How far the time of signing may be from now.</param>
public sealed record CallerSettings(string Name, Secret Secret, TimeSpan Window);

/// <summary>A relay that takes messages.</summary>
public sealed record RouteSettings
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public SmtpTls Tls { get; init; } = SmtpTls.Required;

    public bool VerifyCertificate { get; init; } = true;

    /// <summary>Name the certificate must carry; null: the host.</summary>
    public string? CertificateName { get; init; }

    /// <summary>Domain whose MTA-STS policy the relay is under; null: none.</summary>
    public string? MtaSts { get; init; }

    public SmtpAuthentication Authentication { get; init; }

    /// <summary>By BDAT where the relay offers it.</summary>
    public bool Chunking { get; init; }

    /// <summary>Texts go as 8-bit UTF-8 where that is much shorter.</summary>
    public bool EightBit { get; init; }

    /// <summary>Delivery reports to ask for; null: none.</summary>
    public SmtpDsn? Dsn { get; init; }

    public int MessagesPerConnection { get; init; } = 5000;

    /// <summary>Name given in EHLO.</summary>
    public string Hello { get; init; } = "localhost";

    public string? User { get; init; }

    public Secret? Password { get; init; }

    /// <summary>Connections one process keeps open at most.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>How long connecting and each answer before the end of the message may take; null: the times of RFC 5321. The answer to the end of a message always gets ten minutes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The route as the SMTP client takes it.</summary>
    /// <exception cref="InvalidDataException">The password cannot be read; the message says which and what to do.</exception>
    public SmtpRoute ToSmtpRoute(string workspaceDirectory) => new()
    {
        Host = Host,
        Port = Port,
        Tls = Tls,
        VerifyCertificate = VerifyCertificate,
        CertificateName = CertificateName,
        PolicyDomain = MtaSts,
        Authentication = Authentication,
        UseChunking = Chunking,
        NeedsEightBitMime = EightBit,
        Dsn = Dsn,
        MessagesPerConnection = MessagesPerConnection,
        HelloName = Hello,
        Credentials = User is null || Password is null ? null : new SmtpCredentials(User, Password.Resolve(workspaceDirectory)),
        Timeouts = Timeout is { } t ? new SmtpTimeouts { Connect = t, Greeting = t, Envelope = t, Data = t, Body = t } : new SmtpTimeouts(),
    };
}

/// <summary>From whom messages come.</summary>
public sealed record SenderSettings
{
    public required string Name { get; init; }

    public required Mailbox From { get; init; }

    public Mailbox? ReplyTo { get; init; }

    /// <summary>Name of the route.</summary>
    public required string Route { get; init; }

    /// <summary>Envelope sender, where bounces go; null: the From address.</summary>
    public EmailAddress? ReturnPath { get; init; }

    /// <summary>Mailbox that takes unsubscribe requests by mail; null: List-Unsubscribe names the web address only.</summary>
    public EmailAddress? Unsubscribe { get; init; }

    /// <summary>Signing in the engine; null: the relay signs.</summary>
    public DkimSettings? Dkim { get; init; }
}

/// <summary>With which keys a sender's messages are signed.</summary>
public sealed record DkimSettings
{
    /// <summary>Domain of the signature.</summary>
    public required string Domain { get; init; }

    public required string Selector { get; init; }

    /// <summary>PEM file, relative to the workspace.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The key that follows; null outside a change of keys.</summary>
    public DkimSettings? Next { get; init; }

    /// <exception cref="InvalidDataException">The file cannot be read or holds no usable key; the message says which and what to do.</exception>
    public DkimKey Load(string workspaceDirectory)
    {
        var path = Path.GetFullPath(KeyFile, workspaceDirectory);
        string pem;
        try
        {
            pem = System.IO.File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the DKIM key file {path}, which engine.yaml names, cannot be read: {fault.Message}", fault);
        }

        return DkimKey.TryRead(Domain, Selector, pem, out var key, out var why) ? key : throw new InvalidDataException($"the DKIM key file {path} cannot be used: {why}");
    }
}
