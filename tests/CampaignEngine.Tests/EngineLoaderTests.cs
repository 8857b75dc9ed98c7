using System.Collections;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Rendering;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests;

public sealed class EngineLoaderTests
{
    [Fact]
    public void ReadsRoutesSendersAndRules()
    {
        var settings = Load("""
            database: { connection: Host=db.test;Database=shop, statement_timeout: 30 seconds }
            zone: Europe/Berlin
            base_currency: EUR
            default_country: DE
            web: { base_url: https://mail.test/, listen: http://0.0.0.0:80 }
            routes:
              relay: { smtp: "relay.test:587", tls: required, user: u, password: { env: RELAY }, connections: 3, timeout: 30 seconds, hello: mx.test }
              v6: { smtp: "[::1]:25", tls: off }
            senders:
              shop: { from: "Ünï Tea <tea@shop.test>", reply_to: help@shop.test, route: relay, return_path: b@shop.test, unsubscribe: u@shop.test }
            postal_address: Street 1
            consent: { print: opt-in }
            caps: 2 within 7 days
            dedupe: { ignore_dots: true }
            quiet: { sms: 21:00-08:00 }
            limits: { routes: { relay: [100 per second, 20000 per hour] }, campaigns: { tea: 5 per minute } }
            holidays: [2026-12-25, 2026-12-26]
            bounces: { return_path: bounces.shop.test, listen: "127.0.0.1:2424", also: fbl@shop.test, suppress: { hard: 2 in 7 days, soft: never } }
            """);

        var bounces = settings.Bounces;
        Assert.Equal(("bounces.shop.test", "127.0.0.1:2424", "fbl@shop.test"), (bounces.ReturnPathDomain, bounces.Listen?.ToString(), Assert.Single(bounces.Also)));
        Assert.Equal((new SuppressAfter(2, TimeSpan.FromDays(7)), null, true), (bounces.Hard, bounces.Soft, bounces.OnComplaint));

        Assert.Equal("Host=db.test;Database=shop", settings.Database.Connection!.Resolve("/"));
        Assert.Equal((TimeSpan.FromSeconds(30), "Europe/Berlin", "EUR", "DE"), (settings.Database.StatementTimeout, settings.Zone, settings.BaseCurrency, settings.DefaultCountry));
        Assert.Equal(("https://mail.test", "http://0.0.0.0:80"), (settings.Web.BaseUrl, settings.Web.Listen));
        var relay = settings.Routes["relay"];
        Assert.Equal(("relay.test", 587, SmtpTls.Required, 3, "mx.test"), (relay.Host, relay.Port, relay.Tls, relay.Connections, relay.Hello));
        Assert.Equal(("environment variable RELAY", TimeSpan.FromSeconds(30)), (relay.Password!.ToString(), relay.Timeout));
        Assert.Equal(("::1", 25, SmtpTls.Off), (settings.Routes["v6"].Host, settings.Routes["v6"].Port, settings.Routes["v6"].Tls));
        var sender = settings.Sender(null)!;
        Assert.Equal(("Ünï Tea", "tea@shop.test", "b@shop.test", "u@shop.test"), (sender.From.DisplayName, sender.From.Address.Text, sender.ReturnPath!.Value.Text, sender.Unsubscribe!.Value.Text));
        Assert.True(settings.OptIn["print"]);
        Assert.Equal(["route:relay 1 s=100", "route:relay 3600 s=20000", "campaign:tea 60 s=5"], settings.Limits.Select(l => $"{l.Bucket}={l.Most}"));
        Assert.Equal(new DayHours(new TimeOnly(21, 0), new TimeOnly(8, 0)), Assert.Single(settings.Quiet).Value);
        Assert.Equal([new DateOnly(2026, 12, 25), new DateOnly(2026, 12, 26)], settings.Holidays);
        Assert.True(settings.Dedupe.IgnoreDots);
        Assert.Equal(2, Assert.Single(settings.Caps).Count);
    }

    [Fact]
    public void EveryKeyHasADefault()
    {
        var settings = Load("# nothing set\n");

        Assert.Null(settings.Database.Connection);
        Assert.Equal(("UTC", "USD", "http://localhost:8080"), (settings.Zone, settings.BaseCurrency, settings.Web.BaseUrl));
        Assert.Null(settings.Sender(null));
    }

    [Theory]
    [InlineData("routes: { r: { smtp: 'a:25', user: u, password: hunter2 } }",
        "engine.yaml(1,49): error CE1105: 'password': a secret may not stand in a file that is kept under version control; write '{ env: NAME }' for an environment variable or '{ file: PATH }' for a file")]
    [InlineData("database: { connection: 'Host=a;Password=hunter2' }",
        "engine.yaml(1,26): error CE1105: 'connection': the connection string holds a password, which may not stand in a file that is kept under version control; write '{ env: NAME }' or '{ file: PATH }', or use a password file of PostgreSQL")]
    [InlineData("database: { connection: 'postgresql://me:hunter2@db/shop' }",
        "engine.yaml(1,26): error CE1105: 'connection': the connection string holds a password, which may not stand in a file that is kept under version control; write '{ env: NAME }' or '{ file: PATH }', or use a password file of PostgreSQL")]
    [InlineData("senders: { s: { from: \"Tea\\r\\nBcc: x <a@b.test>\", route: r } }\nroutes: { r: { smtp: 'a:25' } }",
        "engine.yaml(1,24): error CE1105: 'from': 'Tea\\u000D\\u000ABcc: x <a@b.test>' holds a control character, which could add a header to messages; remove it")]
    [InlineData("senders: { s: { from: a@b.test, route: relai } }\nroutes: { relay: { smtp: 'a:25' } }",
        "engine.yaml(1,40): error CE1134: the sender 's' takes the route 'relai', which is not under 'routes'; did you mean 'relay'?")]
    [InlineData("senders: { s: { from: a@b.test, route: r, dkim: { selector: s1, key_file: \"-----BEGIN PRIVATE KEY-----\" } } }\nroutes: { r: { smtp: 'a:25' } }",
        "engine.yaml(1,76): error CE1105: 'key_file': a private key may not stand in a file that is kept under version control; keep it in a file of its own and name that file")]
    [InlineData("senders: { s: { from: a@b.test, route: r, dkim: { selector: a b, key_file: k } } }\nroutes: { r: { smtp: 'a:25' } }",
        "engine.yaml(1,61): error CE1105: 'selector': 'a b' is not a selector; write letters, digits and dashes, for example 's2026a'")]
    [InlineData("senders: { s: { from: a@b.test, route: r, dkim: { selector: s1, key_file: k, next: { selector: s1, key_file: l } } } }\nroutes: { r: { smtp: 'a:25' } }",
        "engine.yaml(1,96): error CE1137: the next key of the sender 's' has the selector of the present one; give it another, for both records stand in DNS at the same time")]
    [InlineData("routes: { relay: { smtp: 'a:25' } }\nlimits: { routes: { relai: 5 per second }, campaigns: { later: 5 per second } }",
        "engine.yaml(2,21): error CE1171: there is no route 'relai' to limit; did you mean 'relay'?")]
    [InlineData("limits: { providers: { gmial: 5 per second } }", "engine.yaml(1,24): error CE1171: there is no provider 'gmial' to limit; did you mean 'gmail'?")]
    [InlineData("warm_up: { routes: { r: { from: 2026-03-01, per_day: [5] } } }", "engine.yaml(1,22): error CE1171: there is no route 'r' to limit")]
    [InlineData("limits: { senders: { shop: [5 per second] } }", "engine.yaml(1,22): error CE1171: there is no sender 'shop' to limit")]
    [InlineData("routes: { r: { smtp: 'a' } }", "engine.yaml(1,23): error CE1105: 'smtp': 'a' is not a server; write host and port, for example 'relay.example.test:587'")]
    [InlineData("database: { statement_timeout: 3 days }", "engine.yaml(1,32): error CE1135: 'statement_timeout' must be from 1 second to 1 day, not 3 days")]
    public void NamesTheFaultAndTheFix(string yaml, string expected)
    {
        var problems = new ProblemList();

        Assert.Null(EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes(yaml), null, problems));
        Assert.Equal([expected], problems.Items.Select(p => p.ToString()));
    }

    [Fact]
    public void ARouteSaysHowItsRelayIsSpokenTo()
    {
        var settings = Load("""
            routes:
              plain: { smtp: "a.test:25" }
              full:
                smtp: "b.test:465"
                tls: implicit
                certificate_name: mx.b.test
                mta_sts: Shop.test
                auth: scram-sha-256
                chunking: true
                eight_bit: true
                dsn: { notify: [failure, delay], return: full }
                messages_per_connection: 100
              silent: { smtp: "c.test:25", dsn: { notify: [] } }
            """);

        var full = settings.Routes["full"].ToSmtpRoute("/");
        Assert.Equal((SmtpTls.Implicit, "mx.b.test", "shop.test", SmtpAuthentication.ScramSha256), (full.Tls, full.CertificateName, full.PolicyDomain, full.Authentication));
        Assert.Equal((true, new SmtpDsn { Notify = SmtpNotify.Failure | SmtpNotify.Delay, ReturnWholeMessage = true }, 100), (full.UseChunking, full.Dsn, full.MessagesPerConnection));
        Assert.True(full.NeedsEightBitMime);
        var plain = settings.Routes["plain"].ToSmtpRoute("/");
        Assert.Equal((SmtpTls.Required, SmtpAuthentication.Automatic, false, 5000), (plain.Tls, plain.Authentication, plain.UseChunking, plain.MessagesPerConnection));
        Assert.Null(plain.Dsn);
        Assert.Equal(SmtpNotify.Never, settings.Routes["silent"].Dsn!.Notify);
    }

    [Fact]
    public void ProvidersAndWarmUpsAreLimits()
    {
        var settings = Load("""
            zone: Asia/Taipei
            routes: { relay: { smtp: "a:25" } }
            providers: { gmail: [Shop.Test], own: [bücher.test] }
            limits: { providers: { gmail: [20 per second, 100000 per day], own: 5 per second } }
            warm_up: { routes: { relay: { from: 2026-03-01, per_day: [500, 1000] } } }
            """);

        Assert.Equal(("gmail", "own", "gmail"), (settings.LimitedDomains["shop.test"], settings.LimitedDomains["xn--bcher-kva.test"], settings.LimitedDomains["googlemail.com"]));
        Assert.False(settings.LimitedDomains.ContainsKey("yahoo.com"));
        var mailing = new MailingToSend(1, "tea", "one", "email", default, default,
            new MailingContent { Campaign = "tea", Marketing = true, Drop = "one", Channel = "email", Sender = "x", People = "customers", TemplateName = "a" }.ToJson());
        Assert.Equal(["provider:own 1 s"], settings.LimitsOf(mailing, "own").Select(l => l.Bucket));
        Assert.Empty(settings.LimitsOf(mailing, null));
        var rising = settings.Limits.Single(l => l.WarmUp is not null);
        Assert.Equal(("route:relay", new DateOnly(2026, 3, 1)), (rising.Subject, rising.WarmUp!.From));
        Assert.Equal([500, 1000], rising.WarmUp.PerDay);
    }

    [Fact]
    public void ABrakeByNameComesBeforeTheOneForAll()
    {
        var settings = Load("""
            routes: { relay: { smtp: "a:25" }, other: { smtp: "a:25" } }
            provider_lookup: mx
            brakes:
              routes: { all: {}, relay: { sample: 50, window: 5 minutes, rejected: { pause: 3% }, deferred: { slow: 80% }, slow_by: 20%, resume_after: 2 hours } }
              providers: { gmail: {} }
            """);

        Assert.Equal(BrakeRule.Usual.Thresholds, settings.BrakeOf("route:other")!.Thresholds);
        var own = settings.BrakeOf("route:relay")!;
        Assert.Equal((50, TimeSpan.FromMinutes(5), TimeSpan.FromDays(1), 0.2, TimeSpan.FromHours(2)), (own.Sample, own.Window, own.ReportsWindow, own.SlowBy, own.ResumeAfter));
        Assert.Equal((new BrakeThreshold(0.03, 0.03), new BrakeThreshold(0.8, 0.8)), (own.Thresholds[BrakeMeasure.Rejected], own.Thresholds[BrakeMeasure.Deferred]));
        Assert.Null(settings.BrakeOf("campaign:tea"));
        Assert.Equal(["gmail"], settings.LimitedDomains.Values.Distinct());
        Assert.True(settings.LookUpProviders);
    }

    [Theory]
    [InlineData("{ routes: { relai: {} } }", "engine.yaml(2,21): error CE1171: there is no route 'relai' to limit; did you mean 'relay'?")]
    [InlineData("{ routes: { relay: { blocked: { slow: 5%, pause: 3% } } } }", "engine.yaml(2,47): error CE1174: it would pause at 3% before it is slowed at 5%; write a 'slow' that is not above 'pause'")]
    [InlineData("{ routes: { relay: { window: 1 year } } }", "engine.yaml(2,38): error CE1173: 'window' must be from 1 second to 31 days, not 1 year")]
    [InlineData("{ routes: { relay: { sample: 2 } } }", "engine.yaml(2,38): error CE1105: 'sample': '2' is not a number from 10 to 1000000")]
    public void BrakesThatCannotWorkAreFaults(string brakes, string expected)
    {
        var problems = new ProblemList();
        EngineLoader.Load("engine.yaml", System.Text.Encoding.UTF8.GetBytes($"routes: {{ relay: {{ smtp: \"a:25\" }} }}\nbrakes: {brakes}\n"), null, problems);

        Assert.Equal([expected], problems.Items.Select(p => p.ToString()));
    }

    [Fact]
    public void ASenderSignsAsItsOwnDomainUnlessItSaysOtherwise()
    {
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", """
            routes: { r: { smtp: "a:25" } }
            senders:
              own: { from: a@news.shop.test, route: r, dkim: { selector: s1, key_file: keys/a.pem, next: { selector: s2, key_file: keys/b.pem } } }
              above: { from: a@news.shop.test, route: r, dkim: { domain: SHOP.test, selector: s1, key_file: k } }
              other: { from: a@shop.test, route: r, dkim: { domain: agency.test, selector: s1, key_file: k } }
            """u8, null, problems)!;

        Assert.Equal(new DkimSettings { Domain = "news.shop.test", Selector = "s1", KeyFile = "keys/a.pem", Next = new DkimSettings { Domain = "news.shop.test", Selector = "s2", KeyFile = "keys/b.pem" } }, settings.Sender("own")!.Dkim);
        Assert.Equal("shop.test", settings.Sender("above")!.Dkim!.Domain);
        Assert.Equal(
            ["engine.yaml(5,57): warning CE1136: the sender 'other' writes as shop.test and signs as agency.test: mailbox providers count a signature (DMARC) only when both belong together; sign as shop.test"],
            problems.Items.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("{ listen: \"127.0.0.1:2424\" }", "engine.yaml(1,20): error CE1172: nothing would be taken there: name the domain of our return paths in 'return_path', or addresses in 'also'")]
    [InlineData("{ also: a@b.test, listen: localhost }", "engine.yaml(1,36): error CE1105: 'listen': 'localhost' is not an address with a port; write for example '127.0.0.1:2424'")]
    [InlineData("{ suppress: { soft: 0 in 3 days } }", "engine.yaml(1,30): error CE1105: 'soft': '0 in 3 days' is not once, never or a number in a time; write for example '5 in 30 days'")]
    public void SettingsOfBouncesThatCannotWorkAreFaults(string bounces, string expected)
    {
        var problems = new ProblemList();
        Assert.Null(EngineLoader.Load("engine.yaml", System.Text.Encoding.UTF8.GetBytes($"bounces: {bounces}"), null, problems));
        Assert.Equal([expected], problems.Items.Select(p => p.ToString()));
    }

    [Fact]
    public void TheEnvironmentOverridesTheFile()
    {
        var settings = Load("zone: UTC\nroutes: { relay-a: { smtp: 'a:25' } }\n", new Hashtable
        {
            ["CAMPAIGN_DATABASE"] = "Host=x;Password=hunter2",
            ["CAMPAIGN_DATABASE_CONNECTION"] = "Host=x;Password=hunter2",
            ["CAMPAIGN_ZONE"] = "Asia/Tokyo",
            ["CAMPAIGN_WEB_BASE_URL"] = "https://x.test",
            ["CAMPAIGN_ROUTES_RELAY_A_SMTP"] = "b:26",
            ["CAMPAIGN_ROUTES_RELAY_A_USER"] = "u",
            ["CAMPAIGN_ROUTES_RELAY_A_PASSWORD"] = "hunter2",
            ["CAMPAIGN_ROUTES_OTHER_SMTP"] = "c:27",
            ["CAMPAIGN_CAPS"] = "[1 within 2 days, 3 sms within 1 week]",
            ["CAMPAIGN_WORKSPACE"] = "/somewhere",
            ["CAMPAIGN_POSTAL_ADDRESS"] = "",
        });

        Assert.Equal("environment variable CAMPAIGN_DATABASE_CONNECTION", settings.Database.Connection!.ToString());
        Assert.Equal(("Asia/Tokyo", "https://x.test"), (settings.Zone, settings.Web.BaseUrl));
        Assert.Equal(("b", 26, "u", "environment variable CAMPAIGN_ROUTES_RELAY_A_PASSWORD"),
            (settings.Routes["relay-a"].Host, settings.Routes["relay-a"].Port, settings.Routes["relay-a"].User, settings.Routes["relay-a"].Password!.ToString()));
        Assert.Equal("c", settings.Routes["other"].Host);
        Assert.Equal(2, settings.Caps.Count);
        Assert.Null(settings.PostalAddress);
    }

    [Fact]
    public void TheShortNameOfTheDatabaseRefersToItself() =>
        Assert.Equal("environment variable CAMPAIGN_DATABASE",
            Load("zone: UTC", new Hashtable { ["CAMPAIGN_DATABASE"] = "Host=x;Password=hunter2" }).Database.Connection!.ToString());

    [Fact]
    public void AnOverrideIsCheckedLikeTheFile()
    {
        var problems = new ProblemList();

        EngineLoader.Load("engine.yaml", "zone: UTC"u8, new Hashtable { ["CAMPAIGN_ZONE"] = "Mars", ["CAMPAIGN_WEB_BASEURL"] = "x" }, problems);

        Assert.Equal(
        [
            "environment variable CAMPAIGN_WEB_BASEURL(1,1): error CE1130: it sets no value of engine.yaml; keys possible here are base_url, listen, spool_mib, token_keys, proxies",
            "environment variable CAMPAIGN_ZONE(1,1): error CE1105: 'zone': 'Mars' is not a time zone of this system; write an IANA name, for example 'Europe/Berlin'",
        ], problems.InOrder().Select(p => p.ToString()));
    }

    [Fact]
    public void ASecretFileGivesItsFirstLine()
    {
        var folder = Directory.CreateTempSubdirectory("secret");
        File.WriteAllText(Path.Combine(folder.FullName, "pw"), "hunter2\nsecond\n");

        Assert.Equal("hunter2", new Secret { File = "pw" }.Resolve(folder.FullName));
        var fault = Assert.Throws<InvalidDataException>(() => new Secret { File = "none" }.Resolve(folder.FullName));
        Assert.StartsWith($"the secret file {Path.Combine(folder.FullName, "none")}, which engine.yaml names, cannot be read", fault.Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private static EngineSettings Load(string yaml, IDictionary? environment = null)
    {
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes(yaml), environment, problems);
        Assert.Empty(problems.Items);
        return settings!;
    }
}
