using CampaignEngine.Channels.Sms.Rehearsing;

namespace CampaignEngine.Tests.Channels.Sms;

public sealed class GatewayFaultsTests
{
    [Fact]
    public void SharesOfFaultsAreMetEvenly()
    {
        var script = GatewayFaults.Read("latency=3ms, 429=5%, close-before=2%, close-after=1.5%", out var fault)!;
        var acts = Enumerable.Range(1, 10_000).Select(n => (
            Before: script.Find(new GatewayEvent(GatewayMoment.Requested, n, "", ""))!, After: script.Find(new GatewayEvent(GatewayMoment.Accepted, n, "", "")))).ToList();

        Assert.Null(fault);
        Assert.All(acts, a => Assert.Equal(TimeSpan.FromMilliseconds(3), a.Before.Delay));
        Assert.InRange(acts.Count(a => a.Before.Status == 429), 480, 520);
        Assert.InRange(acts.Count(a => a.Before.Close), 190, 210);
        Assert.InRange(acts.Count(a => a.After is { Close: true }), 140, 160);
    }

    [Theory]
    [InlineData("latncy=5ms", "'latncy=5ms' is no fault; write latency=50ms, a status such as 429=5%, close-before=1%, close-after=1% or malformed=1%, with commas between; did you mean 'latency'?")]
    [InlineData("429=5ms", "'429=5ms' is no fault; write latency=50ms, a status such as 429=5%, close-before=1%, close-after=1% or malformed=1%, with commas between")]
    [InlineData("429=60%,500=60%", "the faults add up to 120 %; leave some requests alone")]
    public void SaysWhatIsWrong(string text, string expected)
    {
        Assert.Null(GatewayFaults.Read(text, out var fault));
        Assert.Equal(expected, fault);
    }
}
