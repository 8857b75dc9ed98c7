using System.Collections;
using System.Globalization;
using System.Net;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine;

/// <summary>engine.yaml and the environment → <see cref="EngineSettings"/>, or every problem in one pass.</summary>
public sealed class EngineLoader
{
    public const string Prefix = "CAMPAIGN_";

    /// <summary>Short name of CAMPAIGN_DATABASE_CONNECTION.</summary>
    public const string DatabaseVariable = "CAMPAIGN_DATABASE";

    private readonly ProblemList _problems;

    private EngineLoader(ProblemList problems) => _problems = problems;

    /// <param name="file">File name for messages, relative to the workspace.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="environment">As <see cref="Environment.GetEnvironmentVariables()"/> gives them; null: none.</param>
    /// <param name="problems">Gets all problems; the result is null when one of them is an error.</param>
    public static EngineSettings? Load(string file, ReadOnlySpan<byte> bytes, IDictionary? environment, ProblemList problems)
    {
        var own = new ProblemList();
        EngineSettings? settings = null;
        // A file that only holds comments is a valid engine.yaml: every key has a default.
        var reading = new ProblemList();
        var root = YamlReader.Read(file, bytes, reading);
        if (root is null && reading.Items is [{ Code: "CE1013" }])
        {
            root = new YamlMapping(new Place(file, 1, 1), []);
        }
        else
        {
            own.AddRange(reading.Items);
        }

        if (root is not null)
        {
            var (variables, hasShortName) = SetShortNameAside(environment);
            root = EnvironmentOverrides.Apply(root, EngineShape.Shape, Prefix, variables, own);
            new ShapeCheck(own).Check(root, EngineShape.Shape);
            settings = new EngineLoader(own).Settings(file, root);
            settings = hasShortName ? settings with { Database = settings.Database with { Connection = new Secret { Environment = DatabaseVariable } } } : settings;
        }

        problems.AddRange(own.Items);
        return own.HasErrors ? null : settings;
    }

    // By its name CAMPAIGN_DATABASE would be the whole section. The secret keeps that name: it is the one that is set.
    private static (Hashtable Variables, bool HasShortName) SetShortNameAside(IDictionary? environment)
    {
        var variables = new Hashtable(environment ?? new Hashtable());
        var hasShortName = variables[DatabaseVariable] is string { Length: > 0 } && variables[DatabaseVariable + "_CONNECTION"] is not string { Length: > 0 };
        variables.Remove(DatabaseVariable);
        return (variables, hasShortName);
    }

    private EngineSettings Settings(string file, YamlMapping root)
    {
        var routes = new Dictionary<string, RouteSettings>(StringComparer.Ordinal);
        var gateways = new Dictionary<string, GatewaySettings>(StringComparer.Ordinal);
        foreach (var (key, value) in root.Mapping("routes")?.Entries ?? [])
        {
            if (value is not YamlMapping route)
            {
                continue;
            }

            if ((route["smtp"] is null) == (route["http"] is null))
            {
                _problems.Error(route.Place, "CE1168", $"the route '{Shown.Text(key.Text)}' needs exactly one of 'smtp' (a relay for e-mail) and 'http' (a gateway for SMS)");
            }
            else if (route["http"] is null && Route(key.Text, route) is { } relay)
            {
                routes[key.Text] = relay;
            }
            else if (route["http"] is not null && new GatewayReader(_problems).Read(key.Text, route, SecretShape.Read(route, "password", _problems), Time(route, "timeout")) is { } gateway)
            {
                gateways[key.Text] = gateway;
            }
        }

        var senders = SenderReader.Read(root, _problems);
        var limits = LimitReader.Read(root, senders, _problems);
        var database = root.Mapping("database");
        var web = root.Mapping("web");
        var dedupe = root.Mapping("dedupe");
        var defaults = EngineSettings.Default;
        var bounces = BounceSettings.Read(root.Mapping("bounces"), _problems);
        return new EngineSettings
        {
            File = file,
            Database = new DatabaseSettings
            {
                Connection = Connection(database),
                StatementTimeout = Time(database, "statement_timeout") ?? defaults.Database.StatementTimeout,
                Linger = Time(database, "linger") ?? defaults.Database.Linger,
            },
            Zone = root.Text("zone") ?? defaults.Zone,
            BaseCurrency = root.Text("base_currency") ?? defaults.BaseCurrency,
            Rates = (root.Mapping("rates")?.Entries ?? []).Where(e => e.Value is YamlScalar)
                .ToDictionary(e => e.Key.Text, e => EngineShape.ReadRate(((YamlScalar)e.Value).Text) ?? 1, StringComparer.Ordinal),
            DefaultCountry = root.Text("default_country"),
            ReportFont = root.Mapping("reports")?.Text("font"),
            DefaultLanguage = root.Text("default_language") ?? defaults.DefaultLanguage,
            SmallestCell = root.Mapping("reports")?.Integer("smallest_cell") ?? defaults.SmallestCell,
            Bounces = bounces,
            Replies = ReplySettings.Read(root.Mapping("replies"), Time(root.Mapping("replies"), "alarm_after"), bounces.ReturnPathDomain, [.. senders.Email.Select(s => s.Name)], _problems),
            Web = new WebSettings
            {
                BaseUrl = (web?.Text("base_url") ?? defaults.Web.BaseUrl).TrimEnd('/'),
                Listen = (web?.Text("listen") ?? defaults.Web.Listen).TrimEnd('/'),
                SpoolMebibytes = web?.Integer("spool_mib") ?? defaults.Web.SpoolMebibytes,
                TokenKeys = web?["token_keys"] is null ? defaults.Web.TokenKeys
                    : [.. web.Writtens("token_keys").Select(w => int.TryParse(w.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1).Distinct()],
                Proxies = [.. (web?.Writtens("proxies") ?? []).Select(w => IPNetwork.TryParse(w.Text, out var proxy) ? proxy : (IPNetwork?)null).OfType<IPNetwork>()],
            },
            AdminListen = root.Mapping("admin")?.Text("listen")?.TrimEnd('/'),
            Callers = (root.Mapping("callers")?.Entries ?? []).Select(e => e.Value is YamlMapping caller && SecretShape.Read(caller, "secret", _problems) is { } secret
                    ? new CallerSettings(e.Key.Text, secret, Time(caller, "window") ?? TimeSpan.FromMinutes(5)) : null)
                .OfType<CallerSettings>().ToDictionary(c => c.Name, StringComparer.Ordinal),
            Routes = routes,
            Gateways = gateways,
            Senders = senders.Email,
            SmsSenders = senders.Sms,
            PostalAddress = root.Text("postal_address"),
            Caps = ContactCaps.Read(root, "caps", _problems),
            Providers = limits.Providers,
            Limits = limits.Limits,
            Brakes = limits.Brakes,
            LookUpProviders = root.Text("provider_lookup") == "mx",
            Quiet = ModelShape.Channels.Where(c => root.Mapping("quiet")?.Hours(c) is not null)
                .ToDictionary(c => c, c => new DayHours(root.Mapping("quiet")!.Hours(c)!.Value.From, root.Mapping("quiet")!.Hours(c)!.Value.To), StringComparer.Ordinal),
            Holidays = root.Days("holidays"),
            OptIn = (root.Mapping("consent")?.Entries ?? []).Where(e => e.Value is YamlScalar { IsNull: false })
                .ToDictionary(e => e.Key.Text, e => ((YamlScalar)e.Value).Text == "opt-in", StringComparer.Ordinal),
            Dedupe = new AddressRules { IgnoreDots = dedupe?.Boolean("ignore_dots") ?? false, IgnorePlusTags = dedupe?.Boolean("ignore_plus_tags") ?? false },
        };
    }

    private Secret? Connection(YamlMapping? database) => database?.Scalar("connection") is { } written
        ? new Secret { Literal = written.Text }
        : database is null ? null : SecretShape.Read(database, "connection", _problems);

    private RouteSettings? Route(string name, YamlMapping route)
    {
        var password = SecretShape.Read(route, "password", _problems);
        if ((route["user"] is null) != (route["password"] is null))
        {
            _problems.Error(route.Place, "CE1132", $"the route '{Shown.Text(name)}' has {(route["user"] is null ? "a password but no 'user'" : "a user but no 'password'")}; write both or neither");
        }

        if (route["user"] is not null && route.Text("tls") == "off")
        {
            _problems.Warning(route.PlaceOf("tls"), "CE1133", $"the route '{Shown.Text(name)}' has a password and no encryption: it is sent only to this machine itself; write 'tls: required' for others");
        }

        if (EngineShape.SplitServer(route.Text("smtp") ?? "") is not { } server)
        {
            return null;
        }

        return new RouteSettings
        {
            Name = name,
            Host = server.Host,
            Port = server.Port,
            Tls = Enum.TryParse<SmtpTls>(route.Text("tls"), ignoreCase: true, out var tls) ? tls : SmtpTls.Required,
            VerifyCertificate = route.Boolean("verify_certificate") ?? true,
            CertificateName = route.Text("certificate_name"),
            MtaSts = route.Text("mta_sts") is { } text && DkimKey.TryReadDomain(text, out var domain) ? domain : null,
            Authentication = Enum.TryParse<SmtpAuthentication>(route.Text("auth")?.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var auth) ? auth : default,
            Chunking = route.Boolean("chunking") ?? false,
            EightBit = route.Boolean("eight_bit") ?? false,
            Dsn = Dsn(route.Mapping("dsn")),
            MessagesPerConnection = route.Integer("messages_per_connection") ?? 5000,
            Hello = route.Text("hello") ?? "localhost",
            User = route.Text("user"),
            Password = password,
            Connections = route.Integer("connections") ?? 8,
            Timeout = Time(route, "timeout"),
        };
    }

    private static SmtpDsn? Dsn(YamlMapping? dsn)
    {
        if (dsn is null)
        {
            return null;
        }

        var notify = dsn["notify"] is null ? SmtpNotify.Failure
            : dsn.Writtens("notify").Aggregate(SmtpNotify.Never, (all, written) => all | (Enum.TryParse<SmtpNotify>(written.Text, ignoreCase: true, out var one) ? one : default));
        return new SmtpDsn { Notify = notify, ReturnWholeMessage = dsn.Text("return") == "full" };
    }

    // Months and years have no fixed length; for a timeout their length from any day is near enough.
    private static readonly DateTimeOffset Base = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TimeSpan? Time(YamlMapping? mapping, string key)
    {
        if (mapping?.Duration(key) is not { } duration)
        {
            return null;
        }

        var time = duration.After(Base) - Base;
        if (time > TimeSpan.Zero && time <= TimeSpan.FromDays(1))
        {
            return time;
        }

        _problems.Error(mapping.PlaceOf(key), "CE1135", $"'{key}' must be from 1 second to 1 day, not {duration}");
        return null;
    }
}
