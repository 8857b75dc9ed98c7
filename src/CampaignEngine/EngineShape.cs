using System.Globalization;
using System.Net;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine;

/// <summary>The shape of engine.yaml.</summary>
public static class EngineShape
{
    private static readonly ScalarKind ServerKind = new("host and port", "relay.example.test:587", @"^[^\s:]+:[0-9]{1,5}$", text => SplitServer(text) is null
        ? $"'{Shown.Text(text)}' is not a server; write host and port, for example 'relay.example.test:587'" : null);

    private static readonly ScalarKind UrlKind = new("http address", "https://mail.example.test", "^https?://", text =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? null : $"'{Shown.Text(text)}' is not an http address; write for example 'https://mail.example.test'");

    private static readonly ScalarKind MailboxKind = new("e-mail address, with a name if wanted", "Tea House <tea@example.test>", null, text => Mailboxes.TryRead(text, out _));

    private static readonly ScalarKind AddressKind = new("e-mail address", "bounces@example.test", null, text =>
        EmailAddress.TryParse(text, out _, out var fault) ? null : $"'{Shown.Text(text)}': {fault.Explain()}");

    private static readonly ScalarKind LanguageKind = new("language", "de", "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", text =>
        text.Length <= 35 && text.Split('-') is [{ Length: 2 or 3 } code, .. var parts] && code.All(char.IsAsciiLetter) && parts.All(p => p.Length is >= 2 and <= 8 && p.All(char.IsAsciiLetterOrDigit)) ? null
            : $"'{Shown.Text(text)}' is no language; write a code of BCP 47, such as de or zh-TW");

    private static readonly ScalarKind CountryKind = new("country code", "TW", "^[A-Z]{2}$", text =>
        text.Length == 2 && text.All(char.IsAsciiLetterUpper) ? null : $"'{Shown.Text(text)}' is not a country; write two capital letters of ISO 3166, for example 'TW'");

    private static readonly ScalarKind HelloKind = new("host name", "mail.example.test", null, text =>
        text.Length is > 0 and <= 255 && text.All(c => c is > ' ' and <= '~') ? null : $"'{Shown.Text(text)}' is not a host name; write letters, digits, dots and dashes");

    private static readonly ScalarKind ConnectionsKind = new("number from 1 to 200", "8", null, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 200 ? null : $"'{Shown.Text(text)}' is not a number from 1 to 200");

    private static readonly ScalarKind MessagesKind = new("number from 1 to 1000000", "5000", null, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1_000_000 ? null : $"'{Shown.Text(text)}' is not a number from 1 to 1000000");

    private static readonly ScalarKind DomainKind = new("domain", "shop.example", null, text =>
        DkimKey.TryReadDomain(text, out _) ? null : $"'{Shown.Text(text)}' is not a domain name");

    private static readonly MapShape Dsn = new(
        new("notify", new ListShape(new ChoiceShape("success", "failure", "delay") { Description = "What to report." }) { OrSingle = true, Description = "When the relay is to report; an empty list asks it never to." }) { Default = "failure" },
        new("return", new ChoiceShape("headers", "full") { Description = "What of the message a report carries." }) { Default = "headers" })
    { Description = "Delivery reports (RFC 3461) to ask for where the relay offers them." };

    private static readonly ScalarKind LimitKind = new("sending limit", "20000 per hour", @"^\s*[0-9]{1,9}\s+per\s+(second|minute|hour|day)\s*$", text => ReadLimit("", text) is null
        ? $"'{Shown.Text(text)}' is not a sending limit; write for example '100 per second' or '20000 per hour'" : null);

    private static readonly MapShape Route = new(
        new("smtp", new ScalarShape(ServerKind) { Description = "Relay that takes the mail; a route has either smtp or http." }),
        new("http", GatewayShape.Http),
        new("tls", new ChoiceShape("off", "opportunistic", "required", "implicit") { Description = "Encryption: off, opportunistic (STARTTLS when offered), required (STARTTLS or nothing) or implicit (from the first byte)." }) { Default = "required" },
        new("verify_certificate", new ScalarShape(ScalarKind.Boolean) { Description = "The relay's certificate must be valid and carry its name." }) { Default = "true" },
        new("certificate_name", new ScalarShape(HelloKind) { Description = "Name the relay's certificate must carry." }) { Default = "the relay's host name" },
        new("mta_sts", new ScalarShape(DomainKind) { Description = "Domain whose MTA-STS policy the relay is under: with mode enforce only verified TLS to a host of its list." }) { Default = "no policy is asked for" },
        new("hello", new ScalarShape(HelloKind) { Description = "Name given in EHLO." }) { Default = "localhost" },
        new("user", new ScalarShape(ScalarKind.Line) { Description = "User for AUTH." }),
        new("password", SecretShape.Password("Where the password for AUTH is kept.")),
        new("auth", new ChoiceShape("automatic", "plain", "login", "cram-md5", "scram-sha-256", "xoauth2") { Description = "AUTH mechanism; with xoauth2 the password is the access token." }) { Default = "automatic" },
        new("chunking", new ScalarShape(ScalarKind.Boolean) { Description = "Messages go by BDAT where the relay offers CHUNKING." }) { Default = "false" },
        new("eight_bit", new ScalarShape(ScalarKind.Boolean) { Description = "Texts go as 8-bit UTF-8 where that is much shorter; the relay must offer 8BITMIME." }) { Default = "false" },
        new("dsn", Dsn) { Default = "none are asked for" },
        new("look_alikes", new ScalarShape(ScalarKind.Boolean) { Description = "SMS: make typographic signs plain where that makes a text a GSM text." }) { Default = "false" },
        new("prices", GatewayShape.Prices),
        new("connections", new ScalarShape(ConnectionsKind) { Description = "Connections one process keeps open at most." }) { Default = "8" },
        new("messages_per_connection", new ScalarShape(MessagesKind) { Description = "Messages after which a connection is closed and made anew." }) { Default = "5000" },
        new("timeout", new ScalarShape(ScalarKind.Duration) { Description = "How long connecting and each answer before the end of a message may take." }) { Default = "the times of RFC 5321" })
    { Description = "A relay for e-mail or a gateway for SMS." };

    private static readonly ScalarKind SelectorKind = new("DKIM selector", "s2026a", "^[A-Za-z0-9.-]+$", text =>
        DkimKey.IsSelector(text) ? null : $"'{Shown.Text(text)}' is not a selector; write letters, digits and dashes, for example 's2026a'");

    private static readonly ScalarKind KeyFileKind = new("key file", "keys/dkim-s2026a.pem", null, text =>
        text.Contains("-----BEGIN", StringComparison.Ordinal)
            ? "a private key may not stand in a file that is kept under version control; keep it in a file of its own and name that file"
            : ScalarKind.Line.Fault(text));

    private static readonly MapShape DkimNext = new(
        new("selector", new ScalarShape(SelectorKind) { Description = "Name of the next key." }) { Required = true },
        new("key_file", new ScalarShape(KeyFileKind) { Description = "File of the next private key, relative to the workspace." }) { Required = true })
    { Description = "The key that follows: its record is shown and checked, nothing is signed with it." };

    private static readonly MapShape Dkim = new(
        new("domain", new ScalarShape(DomainKind) { Description = "Signing domain." }) { Default = "the domain of the From address" },
        new("selector", new ScalarShape(SelectorKind) { Description = "Name of the key among those of the domain." }) { Required = true },
        new("key_file", new ScalarShape(KeyFileKind) { Description = "File of the private RSA key (PEM, PKCS#1 or PKCS#8), relative to the workspace." }) { Required = true },
        new("next", DkimNext))
    { Description = "Signs the sender's messages here instead of in the relay." };

    private static readonly MapShape Sender = new(
        new("from", new ScalarShape(MailboxKind) { Description = "From header; needed where the sender sends e-mail." }),
        new("reply_to", new ScalarShape(MailboxKind) { Description = "Reply-To header." }),
        new("route", new ScalarShape(ScalarKind.Name) { Description = "Route its e-mails take; needed where the sender sends e-mail." }),
        new("sms", GatewayShape.Sender),
        new("return_path", new ScalarShape(AddressKind) { Description = "Envelope sender, where bounces go." }) { Default = "the From address" },
        new("unsubscribe", new ScalarShape(AddressKind) { Description = "Mailbox that takes unsubscribe requests by mail, named in List-Unsubscribe." }),
        new("dkim", Dkim) { Default = "the relay signs" })
    { Description = "A sender." };

    private static readonly MapShape WarmUp = new(
        new("from", new ScalarShape(ScalarKind.Day) { Description = "First day." }) { Required = true },
        new("per_day", new ListShape(new ScalarShape(MessagesKind) { Description = "Messages." }) { Description = "Most messages in any 24 hours on the first day, the second, and so on; after the last the warm-up is over.", AtLeast = 1 }) { Required = true })
    { Description = "A warm-up." };

    private static readonly ScalarKind TokenKeyKind = new("number from 1 to 255", "2", null, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 255 ? null : $"'{Shown.Text(text)}' is not a number from 1 to 255");

    private static readonly ScalarKind NetworkKind = new("network", "10.0.0.0/8", null, text =>
        IPNetwork.TryParse(text, out _) ? null : $"'{Shown.Text(text)}' is no network; write an address and a length, such as 10.0.0.0/8");

    private static readonly ScalarKind RateKind = new("positive number", "1.0845", @"^[0-9]{1,9}(\.[0-9]{1,8})?$", text =>
        ReadRate(text) is null ? $"'{Shown.Text(text)}' is no rate; write a positive number such as 1.0845" : null);

    private static readonly MapShape Caller = new(
        new("secret", SecretShape.Password("Where the secret is kept that its requests are signed with; at least 16 characters.")) { Required = true },
        new("window", new ScalarShape(ScalarKind.Duration) { Description = "How far the time of signing may be from now." }) { Default = "5 minutes" })
    { Description = "A program that hands in events." };

    public static MapShape Shape { get; } = new(
        new("database", new MapShape(
            new("connection", SecretShape.ConnectionString("PostgreSQL server to use; also the environment variable CAMPAIGN_DATABASE.")) { Default = "the workspace's own private PostgreSQL" },
            new("statement_timeout", new ScalarShape(ScalarKind.Duration) { Description = "How long one selection may run." }) { Default = "10 minutes" },
            new("linger", new ScalarShape(ScalarKind.Duration) { Description = "How long the private server stays after its last user has left." }) { Default = "20 seconds" })
        { Description = "The database." }),
        new("zone", new ScalarShape(ScalarKind.Zone) { Description = "Zone of local times that name none, and of reports." }) { Default = "UTC" },
        new("base_currency", new ScalarShape(ScalarKind.Currency) { Description = "Currency of reports." }) { Default = "USD" },
        new("rates", new NamedShape(ScalarKind.Currency, new ScalarShape(RateKind) { Description = "What one unit is worth in base_currency." }) { Description = "Currencies whose orders are added to revenue, at these rates; orders in others are reported apart." }),
        new("default_country", new ScalarShape(CountryKind) { Description = "Country of phone numbers that are written without one." }),
        new("default_language", new ScalarShape(LanguageKind) { Description = "Language (BCP 47) of amounts, dates and numbers for people without one." }) { Default = "en" },
        new("web", new MapShape(
            new("base_url", new ScalarShape(UrlKind) { Description = "Public address that links, pixels and unsubscribe pages start with." }) { Default = "http://localhost:8080" },
            new("listen", new ScalarShape(UrlKind) { Description = "Where the web process listens." }) { Default = "http://127.0.0.1:8080" },
            new("spool_mib", new ScalarShape(MessagesKind) { Description = "MiB of opens, clicks and the like that may wait on disk while the database is away; above it the web process answers 503." }) { Default = "1024" },
            new("token_keys", new ListShape(new ScalarShape(TokenKeyKind) { Description = "Number of a key." }) { Description = "Keys of the tokens in links: the first signs what is sent, all are accepted.", OrSingle = true, AtLeast = 1 }) { Default = "1" },
            new("proxies", new ListShape(new ScalarShape(NetworkKind) { Description = "A network." }) { Description = "Networks of the proxies in front, whose X-Forwarded-For is believed.", OrSingle = true }) { Default = "this machine itself" })
        { Description = "The web process." }),
        new("bounces", BounceSettings.Shape),
        new("replies", ReplySettings.Shape),
        new("admin", new MapShape(
            new KeyShape("listen", new ScalarShape(UrlKind) { Description = "Where 'serve' answers /metrics, /livez and /readyz; never an address the public reaches, for example 'http://127.0.0.1:9464'." }) { Default = "nowhere" })
        { Description = "What operators and their monitoring see." }),
        new("callers", new NamedShape(ScalarKind.Name, Caller) { Description = "Programs that hand in what happened elsewhere, by name; their requests are signed." }),
        new("routes", new NamedShape(ScalarKind.Name, Route) { Description = "Relays and gateways by name." }),
        new("senders", new NamedShape(ScalarKind.Name, Sender) { Description = "Senders by name; the first is used where a drop names none." }),
        new("postal_address", new ScalarShape(ScalarKind.Text) { Description = "Our postal address, for the foot of messages: sender.postal_address in templates." }),
        new("consent", new MapShape([.. ModelShape.Channels.Select(c => new KeyShape(c,
            new ChoiceShape("opt-in", "opt-out") { Description = "opt-in reaches only granted consent; opt-out everyone but the withdrawn." }) { Default = "the policy of model.yaml" })])
        { Description = "Consent policies that differ from model.yaml." }),
        new("limits", new MapShape([.. LimitSubjects.Select(s => new KeyShape(s.Key,
            new NamedShape(ScalarKind.Name, new ListShape(new ScalarShape(LimitKind) { Description = "Most messages in any second, minute, hour or day." }) { Description = "Limits that hold together.", OrSingle = true })
            { Description = $"Limits of a {s.Subject}, by its name." }))])
        { Description = "Sending limits, kept by all workers together; what is over them waits." }),
        new("warm_up", new MapShape([.. LimitSubjects.Where(s => s.Key is "routes" or "senders").Select(s => new KeyShape(s.Key, new NamedShape(ScalarKind.Name, WarmUp) { Description = $"Warm-up of a {s.Subject}, by its name." }))])
        { Description = "How much new addresses may send, day by day, until mailbox providers know them; limits hold beside it." }),
        new("provider_lookup", new ChoiceShape("off", "mx") { Description = "mx: domains of a list that no provider is known for are looked up in DNS before it is frozen, for limits and brakes of providers." }) { Default = "off" },
        new("brakes", new MapShape([.. LimitSubjects.Select(s => new KeyShape(s.Key,
            new NamedShape(ScalarKind.Name, BrakeShape.Shape) { Description = $"Brakes of a {s.Subject}, by its name; 'all' is that of every {s.Subject} without one of its own." }))])
        { Description = "Slowing and pausing by rates of deferrals, rejections, blocks, bounces and complaints, for all workers together; without any nothing is braked." }),
        new("providers", new NamedShape(ScalarKind.Name, new ListShape(new ScalarShape(DomainKind) { Description = "A domain." }) { Description = "Domains whose mail the provider takes, besides those everybody knows.", AtLeast = 1 })
        { Description = "Mailbox providers with the domains of companies they host, for limits." }),
        new("quiet", new MapShape([.. ModelShape.Channels.Select(c => new KeyShape(c,
            new ScalarShape(ScalarKind.Hours) { Description = "Hours of each person's own day, such as 21:00-08:00." }))])
        { Description = "Hours in which no marketing message leaves, by channel, in the recipient's own zone; a campaign may have its own." }),
        new("holidays", new ListShape(new ScalarShape(ScalarKind.Day) { Description = "A day." }) { Description = "Days on which no marketing message leaves, in the recipient's own zone.", OrSingle = true }),
        new("reports", new MapShape(
            new KeyShape("smallest_cell", new ScalarShape(MessagesKind) { Description = "People a group must have at least to be shown by itself; smaller ones are added up, so that nobody's answer can be read off or found by subtraction." }) { Default = "1" },
            new KeyShape("font", new ScalarShape(ScalarKind.Line) { Description = "TrueType or OpenType file of PDF reports, relative to the workspace." }) { Default = "one of the system's fonts" })
        { Description = "What reports show." }),
        new("caps", CampaignShape.CapList),
        new("dedupe", new MapShape(
            new("ignore_dots", new ScalarShape(ScalarKind.Boolean) { Description = "Dots before the @ do not count at providers known to ignore them." }) { Default = "false" },
            new("ignore_plus_tags", new ScalarShape(ScalarKind.Boolean) { Description = "What follows a plus sign before the @ does not count." }) { Default = "false" })
        { Description = "Which spellings of an e-mail address are one mailbox." }))
    {
        Description = "This installation: database, relays, senders. Every value can be overridden by an environment variable.",
    };

    /// <summary>Keys under 'limits', and what each limits.</summary>
    internal static IReadOnlyList<(string Key, string Subject)> LimitSubjects => [("routes", "route"), ("senders", "sender"), ("campaigns", "campaign"), ("providers", "provider")];

    internal static decimal? ReadRate(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and < 1_000_000_000 ? rate : null;

    internal static SendLimit? ReadLimit(string subject, string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        TimeSpan? window = parts.Length == 3 && parts[1] == "per" ? parts[2] switch
        {
            "second" => TimeSpan.FromSeconds(1),
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            _ => null,
        } : null;
        return window is { } length && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? new SendLimit(subject, most, length) : null;
    }

    internal static (string Host, int Port)? SplitServer(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon].Trim('[', ']') : "";
        return Uri.CheckHostName(host) != UriHostNameType.Unknown
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? (host, port) : null;
    }
}
