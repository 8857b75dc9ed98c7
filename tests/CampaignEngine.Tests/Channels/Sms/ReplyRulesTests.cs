using System.Text;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Tests.Channels.Sms;

public sealed class ReplyRulesTests
{
    private const string Plain = "http: { url: 'https://x.test/s' }";

    [Theory]
    [InlineData(Plain, 202, "queued", SendOutcome.Accepted, null, false)]
    [InlineData(Plain, 429, "slow down", SendOutcome.Deferred, "slow down", true)]
    [InlineData(Plain, 503, "", SendOutcome.Deferred, "HTTP 503", false)]
    [InlineData(Plain, 401, "who?", SendOutcome.Deferred, "the route is at fault: who?", true)]
    [InlineData(Plain, 302, "", SendOutcome.Deferred, "the route is at fault: HTTP 302", true)]
    [InlineData(Plain, 400, "bad number", SendOutcome.Rejected, "bad number", false)]
    [InlineData(Plain, 500, "oops", SendOutcome.InDoubt, "the gateway failed and did not say whether it took the message: oops", false)]
    [InlineData(Plain, 504, "", SendOutcome.InDoubt, "the gateway failed and did not say whether it took the message: HTTP 504", false)]
    [InlineData("http: { preset: twilio }", 201, "{\"sid\":\"SM1\",\"status\":\"queued\"}", SendOutcome.Accepted, "id SM1", false)]
    [InlineData("http: { preset: twilio }", 201, "<html>captive portal</html>", SendOutcome.InDoubt, "the reply is none that the route's rules know: <html>captive portal</html>", false)]
    [InlineData("http: { preset: twilio }", 400, "{\"code\":21211,\"message\":\"not a number\"}", SendOutcome.Rejected, "not a number", false)]
    [InlineData("http: { preset: twilio }", 401, "{\"code\":20003,\"message\":\"Authenticate\"}", SendOutcome.Deferred, "the route is at fault: Authenticate", true)]
    [InlineData("http: { preset: vonage }", 200, "{\"messages\":[{\"status\":\"0\",\"message-id\":\"A7\"}]}", SendOutcome.Accepted, "id A7", false)]
    [InlineData("http: { preset: vonage }", 200, "{\"messages\":[{\"status\":\"1\",\"error-text\":\"Throttled\"}]}", SendOutcome.Deferred, "Throttled", false)]
    [InlineData("http: { preset: vonage }", 200, "{\"messages\":[{\"status\":\"6\",\"error-text\":\"Unroutable\"}]}", SendOutcome.Rejected, "Unroutable", false)]
    [InlineData("http: { preset: vonage }", 200, "{\"messages\":[{\"status\":\"9\",\"error-text\":\"Quota\"}]}", SendOutcome.Deferred, "the route is at fault: Quota", true)]
    [InlineData("http: { preset: messagebird }", 201, "{\"id\":\"e8\"}", SendOutcome.Accepted, "id e8", false)]
    [InlineData("http: { preset: messagebird }", 422, "{\"errors\":[{\"code\":9,\"description\":\"no recipient\"}]}", SendOutcome.Rejected, "no recipient", false)]
    [InlineData("http: { preset: messagebird }", 422, "{\"errors\":[{\"code\":25,\"description\":\"no balance\"}]}", SendOutcome.Deferred, "the route is at fault: no balance", true)]
    [InlineData("http: { preset: kannel, url: 'http://127.0.0.1/s' }", 202, "0: Accepted for delivery", SendOutcome.Accepted, null, false)]
    [InlineData("http: { preset: kannel, url: 'http://127.0.0.1/s' }", 202, "something else", SendOutcome.InDoubt, "the reply is none that the route's rules know: something else", false)]
    [InlineData("http: { preset: kannel, url: 'http://127.0.0.1/s' }", 503, "Temporal failure", SendOutcome.Deferred, "Temporal failure", false)]
    public void RepliesMeanWhatTheirRulesSay(string route, int status, string body, SendOutcome outcome, string? text, bool waits)
    {
        var more = route.Contains("preset", StringComparison.Ordinal) ? "\nuser: u\npassword: { env: X }" : "";
        var (verdict, routeWaits) = new ReplyRules(Gateways.Read(route + more)).Judge(new GatewayReply(status, Encoding.UTF8.GetBytes(body)) { IsWhole = true });

        Assert.Equal((outcome, status, text, waits), (verdict.Outcome, verdict.Code, verdict.Text, routeWaits));
    }

    [Fact]
    public void AReplyThatIsCutOffProvesNothingThatItsBodyWouldHaveSaid()
    {
        var rules = new ReplyRules(Gateways.Read("http: { preset: vonage }\nuser: u\npassword: { env: X }"));

        Assert.Equal(SendOutcome.InDoubt, rules.Judge(new GatewayReply(200, default)).Verdict.Outcome);
        Assert.Equal(SendOutcome.Deferred, new ReplyRules(Gateways.Read(Plain)).Judge(new GatewayReply(429, default)).Verdict.Outcome);
    }

    [Fact]
    public void RetryAfterIsObeyedAndAtLengthNotForEver()
    {
        var schedule = new RetrySchedule();

        Assert.Equal(TimeSpan.FromSeconds(2), schedule.After(SendOutcome.Deferred, 1, 0, TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromMinutes(40), schedule.After(SendOutcome.Deferred, 4, 0, TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromHours(1), schedule.After(SendOutcome.Deferred, 4, 0, TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromHours(9), schedule.After(SendOutcome.Deferred, 9, 0, TimeSpan.FromHours(9)));
        Assert.Null(schedule.After(SendOutcome.Deferred, 36, 0, TimeSpan.FromSeconds(2)));
    }
}
