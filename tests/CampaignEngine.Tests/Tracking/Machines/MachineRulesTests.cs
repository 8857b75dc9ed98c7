using System.Net;
using System.Text;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine.Tests.Tracking.Machines;

public sealed class MachineRulesTests
{
    private const string Browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

    [Theory]
    [InlineData(EventKind.Click, Browser, false, false, null, 0, null)]
    [InlineData(EventKind.Click, Browser, true, false, null, 100, "HEAD request")]
    [InlineData(EventKind.Click, Browser, false, true, null, 100, "prefetch")]
    [InlineData(EventKind.Open, null, true, true, null, 300, "HEAD request; prefetch; no user agent")]
    [InlineData(EventKind.Open, "Mozilla/5.0", false, false, null, 100, "mail privacy proxy")]
    [InlineData(EventKind.Click, "Mozilla/5.0", false, false, null, 0, null)]
    [InlineData(EventKind.Click, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", false, false, null, 100, "user agent: googlebot")]
    [InlineData(EventKind.Click, "MyOwnBot/2", false, false, null, 100, "user agent: bot")]
    [InlineData(EventKind.Click, Browser, false, false, "40.107.3.0/24", 60, "network: exchange-online-protection")]
    [InlineData(EventKind.Click, Browser, false, false, "64.235.150.0/24", 100, "network: barracuda-email-gateway")]
    [InlineData(EventKind.Click, Browser, false, false, "203.0.113.0/24", 0, null)]
    [InlineData(EventKind.Click, Browser, false, false, "2001:db8:7::/48", 0, null)]
    public void ARequestIsJudgedByItsSigns(EventKind kind, string? agent, bool head, bool prefetch, string? network, int score, string? signs)
    {
        var judged = MachineRules.Default.OfRequest(kind, new SeenRequest(agent, head, prefetch, network is null ? null : IPNetwork.Parse(network)));
        Assert.Equal(new MachineScore(score, signs), judged);
    }

    [Theory]
    [InlineData("198.51.100.77", "198.51.100.0/24")]
    [InlineData("::ffff:198.51.100.77", "198.51.100.0/24")]
    [InlineData("2001:db8:1:2:3::4", "2001:db8:1::/48")]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    public void OnlyTheNetworkOfAnAddressIsKept(string address, string? network) => Assert.Equal(network, MachineRulesShape.Stored(IPAddress.Parse(address))?.ToString());

    [Theory]
    [InlineData("threshold: 100", "machines.yaml(1,1): error")]
    [InlineData("version: 0\nthreshold: 100", "'0' is no version; write a number from 1 to 1000000")]
    [InlineData("version: 1\nthreshold: many", "'many' is no score; write a number from 0 to 1000")]
    [InlineData("version: 1\nthreshold: 1\nhaed: 1", "head")]
    [InlineData("version: 1\nthreshold: 1\nnetworks: { x: { score: 1, ranges: [198.51.100.7/32] } }", "'198.51.100.7/32' is no network; write an address and a length, such as 198.51.100.0/24, no narrower than /24 (IPv6: /48)")]
    public void AFaultInTheRulesIsNamedWithItsPlace(string yaml, string fault) =>
        Assert.Contains(fault, Assert.Throws<InvalidDataException>(() => MachineRules.Read("machines.yaml", Encoding.UTF8.GetBytes(yaml))).Message, StringComparison.Ordinal);

    [Fact]
    public void AWorkspaceMayHaveRulesOfItsOwn()
    {
        using var folder = new TempDirectory("rules");
        Assert.Same(MachineRules.Default, MachineRules.Load(folder.FullName));
        folder.Write("machines.yaml", "version: 3\nthreshold: 10\nhead: 10");
        var own = MachineRules.Load(folder.FullName);
        Assert.Equal((3, 10, new MachineScore(10, "HEAD request")), (own.Version, own.Threshold, own.OfRequest(EventKind.Click, new SeenRequest(null, Head: true))));
    }
}
