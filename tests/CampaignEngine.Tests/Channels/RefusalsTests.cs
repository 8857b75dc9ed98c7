using CampaignEngine.Channels;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Tests.Channels;

public sealed class RefusalsTests
{
    [Theory]
    [InlineData(554, "5.7.1 message looks like spam", true)]
    [InlineData(550, "5.7.26 Unauthenticated email from shop.example is not accepted due to domain's DMARC policy", true)]
    [InlineData(554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", true)]
    [InlineData(550, "5.1.1 User unknown", false)]
    [InlineData(452, "4.2.2 mailbox full", false)]
    [InlineData(451, "4.7.1 Greylisted, please try again in 300 seconds", false)]
    [InlineData(421, "too many connections from your IP", false)]
    [InlineData(451, "", false)]
    public void OnlyAnswersThatRefuseUsAreBlocks(int code, string text, bool expected) =>
        Assert.Equal(expected, Refusals.IsBlock(new SendVerdict(code >= 500 ? SendOutcome.Rejected : SendOutcome.Deferred, code, text)));
}
