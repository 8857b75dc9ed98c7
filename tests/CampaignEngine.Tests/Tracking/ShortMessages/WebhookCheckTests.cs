using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Tracking.ShortMessages;

namespace CampaignEngine.Tests.Tracking.ShortMessages;

public sealed class WebhookCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TwilioSignsAddressAndSortedFields()
    {
        // The example of Twilio's own documentation: its address, its five fields, its token.
        var request = Request(
            "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212",
            "https://example.com/myapp.php?foo=1&bar=2", ("X-Twilio-Signature", Sha1("12345", "https://example.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310To+18005551212")));
        var check = Check(WebhookSignature.Twilio, "12345");

        Assert.True(check.IsGenuine(request));
        Assert.False(check.IsGenuine(request with { Url = "https://example.com/myapp.php?foo=1&bar=3" }));
        Assert.False(check.IsGenuine(new WebhookRequest(request.Url, request.Header, Encoding.UTF8.GetBytes("CallSid=CA1&From=%2B1"))));
        Assert.False(Check(WebhookSignature.Twilio, "12346").IsGenuine(request));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(-299, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void ATimeOutsideTheWindowIsAReplay(int secondsAgo, bool genuine)
    {
        var time = Now.AddSeconds(-secondsAgo).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var request = Request("{\"id\":\"1\"}", "https://x.test/sms/r/inbound",
            ("X-Time", time), ("X-Signature", Convert.ToHexString(HMACSHA256.HashData("secret"u8, Encoding.UTF8.GetBytes(time + ".{\"id\":\"1\"}")))));

        Assert.Equal(genuine, Check(WebhookSignature.HmacSha256, "secret", timestamp: "X-Time").IsGenuine(request));
        Assert.False(Check(WebhookSignature.HmacSha256, "secret").IsGenuine(request));
    }

    [Theory]
    [InlineData("HS256", "secret", 0, "", true)]
    [InlineData("none", "secret", 0, "", false)]
    [InlineData("HS256", "other", 0, "", false)]
    [InlineData("HS256", "secret", 900, "", false)]
    [InlineData("HS256", "secret", 0, ",\"exp\":1", false)]
    [InlineData("HS256", "secret", 0, ",\"payload_hash\":\"0000000000000000000000000000000000000000000000000000000000000000\"", false)]
    [InlineData("HS256", "secret", 0, ",\"payload_hash\":\"BODY\"", true)]
    public void ATokenHasItsAlgorithmSecretTimeAndBody(string algorithm, string secret, int secondsAgo, string more, bool genuine)
    {
        var claims = $"{{\"iat\":{Now.ToUnixTimeSeconds() - secondsAgo}{more.Replace("BODY", Convert.ToHexStringLower(SHA256.HashData("{}"u8)), StringComparison.Ordinal)}}}";
        var signed = $"{Base64($"{{\"alg\":\"{algorithm}\"}}")}.{Base64(claims)}";
        var token = $"{signed}.{Base64(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";

        Assert.Equal(genuine, Check(WebhookSignature.Jwt, "secret").IsGenuine(Request("{}", "https://x.test/", ("Authorization", "Bearer " + token))));
    }

    [Fact]
    public void ATokenInTheAddressOrAHeaderIsCompared()
    {
        Assert.True(Check(WebhookSignature.Token, "s3cret").IsGenuine(Request("", "https://x.test/?token=s3cret&id=1")));
        Assert.True(Check(WebhookSignature.Token, "s3cret", header: "X-Key").IsGenuine(Request("", "https://x.test/", ("X-Key", "s3cret"))));
        Assert.False(Check(WebhookSignature.Token, "s3cret").IsGenuine(Request("", "https://x.test/?token=s3cre")));
        Assert.False(Check(WebhookSignature.Token, "s3cret").IsGenuine(Request("", "https://x.test/")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("Bearer ..")]
    [InlineData("zzz=!")]
    public void RubbishIsNoSignature(string signature)
    {
        foreach (var kind in new[] { WebhookSignature.Twilio, WebhookSignature.HmacSha256, WebhookSignature.Jwt })
        {
            Assert.False(Check(kind, "secret", header: "X").IsGenuine(Request("a=b", "https://x.test/", ("X", signature))));
        }
    }

    private static WebhookCheck Check(WebhookSignature kind, string secret, string? header = null, string? timestamp = null) =>
        new(new WebhookSettings { Signature = kind, Header = header, TimestampHeader = timestamp }, secret, new FixedClock());

    private static WebhookRequest Request(string body, string url, params (string Name, string Value)[] headers) => new(
        url, name => headers.FirstOrDefault(h => h.Name == name).Value ?? (name == "Content-Type" && body.StartsWith('{') ? "application/json" : null), Encoding.UTF8.GetBytes(body));

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "Twilio signs with HMAC-SHA1.")]
    private static string Sha1(string key, string text) => Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)));

    private static string Base64(string text) => Base64(Encoding.UTF8.GetBytes(text));

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
