using System.Net;
using System.Text;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Smtp;

public sealed class MtaStsTests
{
    private const string Enforce = "version: STSv1\r\nmode: enforce\r\nmx: mail.shop.test\r\nmx: *.relays.test\r\nmax_age: 604800\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mail.shop.test", true)]
    [InlineData("MAIL.shop.test", true)]
    [InlineData("a.relays.test", true)]
    [InlineData("a.b.relays.test", false)]
    [InlineData("relays.test", false)]
    [InlineData("mail.shop.test.evil.test", false)]
    public void AHostIsListedByNameOrByOneLabel(string host, bool listed) => Assert.Equal(listed, MtaStsPolicy.Read(Enforce, out _)!.Lists(host));

    [Theory]
    [InlineData("", "it does not say 'version: STSv1'")]
    [InlineData("version: STSv2\nmode: none\nmax_age: 1", "it does not say 'version: STSv1'")]
    [InlineData("version: STSv1\nmode: strict\nmx: a\nmax_age: 1", "it names no mode that exists")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a\nmax_age: -1", "it names no max_age")]
    [InlineData("version: STSv1\nmode: enforce\nmax_age: 1", "it names no mx")]
    [InlineData("<html>not found</html>", "it does not say 'version: STSv1'")]
    public void AFileThatIsNoPolicyIsNamed(string text, string expected)
    {
        Assert.Null(MtaStsPolicy.Read(text, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void AnEnforcedPolicyMakesTheRouteStrict()
    {
        var policy = MtaStsPolicy.Read(Enforce, out _)!;
        var lax = Some.Route(25) with { Host = "mail.shop.test", Tls = SmtpTls.Opportunistic, VerifyCertificate = false, CertificateName = "other" };
        Assert.Equal(lax with { Tls = SmtpTls.Required, VerifyCertificate = true, CertificateName = null }, policy.Apply(lax));
        Assert.Equal(SmtpTls.Implicit, policy.Apply(lax with { Tls = SmtpTls.Implicit })!.Tls);
        Assert.Null(policy.Apply(lax with { Host = "mail.evil.test" }));
        Assert.Same(lax, (policy with { Mode = MtaStsMode.Testing }).Apply(lax));
    }

    [Fact]
    public async Task APolicyIsReadOnceAndAgainWhenItsIdChanges()
    {
        var time = new ManualTime();
        var records = new Dictionary<string, string[]> { ["_mta-sts.shop.test"] = ["v=STSv1; id=1;"] };
        using var dns = new TestDns(records);
        using var site = new Site();
        using var http = new HttpClient(site);
        var policies = new MtaStsPolicies(new DnsLookup([dns.EndPoint], TimeSpan.FromSeconds(10), TimeProvider.System), http, time);

        Assert.Equal(MtaStsMode.Enforce, (await policies.FindAsync("shop.test", Token)).Policy!.Mode);
        Assert.Equal(["https://mta-sts.shop.test/.well-known/mta-sts.txt"], site.Asked);
        time.Advance(TimeSpan.FromHours(2));
        Assert.NotNull((await policies.FindAsync("shop.test", Token)).Policy);
        Assert.Single(site.Asked);

        // A new id, and a file that cannot be read: the old policy holds.
        records["_mta-sts.shop.test"] = ["v=STSv1; id=2;"];
        site.Status = HttpStatusCode.NotFound;
        time.Advance(TimeSpan.FromHours(2));
        var kept = await policies.FindAsync("shop.test", Token);
        Assert.Equal((MtaStsMode.Enforce, "https://mta-sts.shop.test/.well-known/mta-sts.txt answered 404"), (kept.Policy!.Mode, kept.Fault));

        // The record is taken away, as an attacker would: still the old policy, until its week is over.
        records.Remove("_mta-sts.shop.test");
        time.Advance(TimeSpan.FromDays(6));
        Assert.NotNull((await policies.FindAsync("shop.test", Token)).Policy);
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(new MtaStsAnswer(null, null), await policies.FindAsync("shop.test", Token));
        Assert.Equal(new MtaStsAnswer(null, null), await policies.FindAsync("nobody.test", Token));
    }

    [Theory]
    [InlineData("text/html", Enforce, "https://mta-sts.shop.test/.well-known/mta-sts.txt is not text/plain")]
    [InlineData("text/plain", "hello", "https://mta-sts.shop.test/.well-known/mta-sts.txt is no policy: it does not say 'version: STSv1'")]
    public async Task AFileThatMustNotBeBelievedIsNot(string type, string text, string expected)
    {
        using var dns = new TestDns(new Dictionary<string, string[]> { ["_mta-sts.shop.test"] = ["v=STSv1; id=1;"] });
        using var site = new Site { Type = type, Text = text };
        using var http = new HttpClient(site);
        var policies = new MtaStsPolicies(new DnsLookup([dns.EndPoint], TimeSpan.FromSeconds(10), TimeProvider.System), http, TimeProvider.System);
        Assert.Equal(new MtaStsAnswer(null, expected), await policies.FindAsync("shop.test", Token));
    }

    /// <summary>The web in the place of its handler: certificates of other people's names cannot be had in a test.</summary>
    private sealed class Site : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string Type { get; init; } = "text/plain";

        public string Text { get; init; } = Enforce;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            return Task.FromResult(new HttpResponseMessage(Status) { Content = new StringContent(Text, Encoding.UTF8, Type) });
        }
    }
}
