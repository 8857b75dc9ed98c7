using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;

namespace CampaignEngine.Web.Tests.Endpoints;

public sealed class CallerEndpointsTests(TrackingFixture site) : IClassFixture<TrackingFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => site.Clock.GetUtcNow();

    [Fact]
    public async Task ASignedBatchIsTakenLateAndOutOfOrderAndTwiceIsOnce()
    {
        var (mailing, ordinal) = (site.Mailing.MailingId, site.Mailing.OrdinalOf("1"));
        var lines = string.Join('\n',
            Line(site.Tokens.Click(mailing, ordinal, 2), "click", Now.AddDays(-2)),
            Line(site.Tokens.Open(mailing, ordinal), "open", Now.AddDays(-3)),
            "",
            Line(site.Tokens.Click(mailing, ordinal, 2), "click", Now.AddDays(-2).AddMilliseconds(1)),
            Line(site.Tokens.Click(mailing, ordinal, 2), "click", Now.AddDays(-1), ""));
        for (var n = 0; n < 2; n++)
        {
            using var response = await PostAsync(lines);
            Assert.Equal("""{"taken":4,"refused":[]}""", await response.Content.ReadAsStringAsync(Cancellation));
        }

        await site.FlushAsync();
        Assert.Equal("click person|click no user agent|open person", await site.ScalarAsync<string>(
            $"SELECT string_agg(kind || ' ' || coalesce(machine_reason, 'person'), '|' ORDER BY kind, at) FROM engine.event WHERE at < '{Now.AddHours(-5):O}' AND ordinal = {ordinal}"));
    }

    [Fact]
    public async Task EveryLineThatIsNoEventIsNamedWithItsReason()
    {
        var (mailing, ordinal) = (site.Mailing.MailingId, site.Mailing.OrdinalOf("2"));
        var good = site.Tokens.Open(mailing, ordinal);
        string[] lines =
        [
            "[]", "{", """{"token":1}""", "{\"token\":\"x\"} {}", """{"tokn":"x"}""", Line(good, "bounce", Now), Line(good, "click", Now), Line(good[..^1] + "A", "open", Now),
            Line(good, "open", Now.AddHours(1)), $$"""{"token":"{{good}}","kind":"open","at":"yesterday"}""", "{\"token\":\"\ud800\"}",
        ];
        using var response = await PostAsync(string.Join("\r\n", lines));
        var answer = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.StartsWith("""{"taken":0,"refused":[{"line":1,"why":"is no JSON object with texts"},{"line":2,""", answer);
        for (var n = 1; n <= lines.Length; n++)
        {
            Assert.Contains($"\"line\":{n},", answer, StringComparison.Ordinal);
        }

        Assert.Contains("""has an unknown key \u0027tokn\u0027; the keys are token, kind, at, agent, method, purpose and address""", answer, StringComparison.Ordinal);
        Assert.Contains("""has the kind \u0027bounce\u0027; write click, open or view_online""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnsignedForgedOldOrForeignRequestIsRefused()
    {
        var line = Line(site.Tokens.Open(site.Mailing.MailingId, site.Mailing.OrdinalOf("3")), "open", Now);
        var time = Unix(Now);
        foreach (var (caller, at, signature) in (IEnumerable<(string, string?, string?)>)
        [
            ("shop", null, null), ("shop", time, null), ("shop", time, Sign("another secret of nobody", time, line)), ("shop", time, Sign(TrackingFixture.CallerSecret, time, line + " ")),
            ("shop", Unix(Now.AddMinutes(-6)), Sign(TrackingFixture.CallerSecret, Unix(Now.AddMinutes(-6)), line)), ("nobody", time, Sign(TrackingFixture.CallerSecret, time, line)),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/in/{caller}/events") { Content = new StringContent(line) };
            request.Headers.TryAddWithoutValidation(SignedCallers.TimeHeader, at);
            request.Headers.TryAddWithoutValidation(SignedCallers.SignatureHeader, signature);
            using var response = await site.Client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Fact]
    public async Task ABatchOfTooManyLinesIsTakenUpToTheLimitAndSaysSo()
    {
        using var response = await PostAsync(string.Concat(Enumerable.Repeat("{}\n", EventBatch.MostLines + 5)));
        var answer = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("a batch has at most 20000 lines; hand in the rest as another", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\"line\":20002", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("callers: { shop: { secret: plain-text } }", "a secret may not stand in a file")]
    [InlineData("callers: { shop: { window: 1 minute } }", "secret")]
    [InlineData("callers: { shop: { secret: { env: A }, window: 2 days } }", "'window' must be from 1 second to 1 day")]
    public void ACallerIsChecked(string yaml, string fault)
    {
        var problems = new ProblemList();
        Assert.Null(EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes(yaml), null, problems));
        Assert.Contains(fault, problems.Items[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AShortSecretIsRefusedByName()
    {
        Environment.SetEnvironmentVariable("CAMPAIGN_TEST_SHORT", "too short");
        var callers = new Dictionary<string, CallerSettings> { ["shop"] = new("shop", new Secret { Environment = "CAMPAIGN_TEST_SHORT" }, TimeSpan.FromMinutes(5)) };
        var fault = Assert.Throws<InvalidDataException>(() => new SignedCallers(callers, ".", TimeProvider.System));
        Assert.Equal("the secret of the caller 'shop' in engine.yaml has 9 characters; it needs at least 16", fault.Message);
    }

    private static string Line(string token, string kind, DateTimeOffset at, string agent = TrackingVisitor.Browser) =>
        $$"""{"token":"{{token}}","kind":"{{kind}}","at":"{{at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","agent":"{{agent}}"}""";

    private static string Unix(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Sign(string secret, string time, string body) => Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")));

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        var time = Unix(Now);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/in/shop/events") { Content = new StringContent(body) };
        request.Headers.Add(SignedCallers.TimeHeader, time);
        request.Headers.Add(SignedCallers.SignatureHeader, "sha256=" + Sign(TrackingFixture.CallerSecret, time, body));
        var response = await site.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }
}
