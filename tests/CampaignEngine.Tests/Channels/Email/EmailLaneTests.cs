using System.Net;
using System.Text;
using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Channels.Email;

public sealed class EmailLaneTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AConnectionIsLeftWithGoodbyeAfterItsNumberOfMessages()
    {
        var goodbyes = 0;
        var script = new ReceiverScript().On(ReceiverMoment.Quit, _ =>
        {
            Interlocked.Increment(ref goodbyes);
            return null;
        });
        await using var relay = new TestRelay(new SmtpReceiverOptions { Script = script });
        await using var lane = new EmailChannel(relay.Route with { MessagesPerConnection = 2 }, TimeProvider.System).CreateLane();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(SendOutcome.Accepted, (await TestRelay.SendAsync(lane, TestRelay.Message("Subject: x\r\n\r\ntea\r\n"))).Outcome);
        }

        Assert.Equal((3, 2), (relay.Messages.Select(m => m.RemoteEndPoint).Distinct().Count(), goodbyes));
    }

    [Theory]
    [InlineData("enforce", "127.0.0.1", "STARTTLS")]
    [InlineData("enforce", "other.test", "relay 127.0.0.1: the MTA-STS policy of shop.test does not list this host")]
    [InlineData("testing", "other.test", null)]
    [InlineData("broken", "x", "relay 127.0.0.1: the MTA-STS policy of shop.test is not known: https://mta-sts.shop.test/.well-known/mta-sts.txt is no policy: it names no mode that exists")]
    public async Task ARouteUnderAPolicyIsUsedAsThePolicyAllows(string mode, string mx, string? fault)
    {
        await using var relay = new TestRelay();
        using var dns = new TestDns(new Dictionary<string, string[]> { ["_mta-sts.shop.test"] = ["v=STSv1; id=1;"] });
        using var http = new HttpClient(new Site($"version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 1000\n"));
        var policies = new MtaStsPolicies(new DnsLookup([dns.EndPoint], TimeSpan.FromSeconds(10), TimeProvider.System), http, TimeProvider.System);
        await using var lane = new EmailChannel(relay.Route with { PolicyDomain = "shop.test" }, TimeProvider.System) { Policies = policies }.CreateLane();

        var said = await lane.OpenAsync(Token);
        if (fault == "STARTTLS")
        {
            // The route said 'off', and still the relay is left because it offers no encryption.
            Assert.StartsWith($"relay 127.0.0.1:{relay.Route.Port}: ", said, StringComparison.Ordinal);
            Assert.Contains(fault, said, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(fault, said);
    }

    private sealed class Site(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "text/plain") });
    }
}
