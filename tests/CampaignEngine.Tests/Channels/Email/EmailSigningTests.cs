using System.Security.Cryptography;
using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine.Tests.Channels.Email;

public sealed class EmailSigningTests
{
    private const string Text = "From: a@shop.test\r\nSubject: x\r\n\r\ntea\r\n";

    [Fact]
    public async Task OnlyTheMessagesOfASenderWithAKeyAreSigned()
    {
        await using var relay = new TestRelay();
        await using var lane = new EmailChannel(relay.Route, TimeProvider.System) { Keys = new Dictionary<string, DkimKey> { ["shop"] = Key() } }.CreateLane();

        Assert.Equal(SendOutcome.Accepted, (await TestRelay.SendAsync(lane, TestRelay.Message(Text, signedBy: "shop"))).Outcome);
        Assert.Equal(SendOutcome.Accepted, (await TestRelay.SendAsync(lane, TestRelay.Message(Text))).Outcome);
        Assert.Equal(new SendVerdict(SendOutcome.NotAttempted, 0, "there is no key of the sender 'other'"), await TestRelay.SendAsync(lane, TestRelay.Message(Text, signedBy: "other")));

        Assert.Equal(2, relay.Texts.Count);
        Assert.StartsWith("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.test;\r\n s=s1; t=", relay.Texts[0], StringComparison.Ordinal);
        Assert.EndsWith("\r\n" + Text, relay.Texts[0], StringComparison.Ordinal);
        Assert.Equal(Text, relay.Texts[1]);
    }

    private static DkimKey Key()
    {
        using var rsa = RSA.Create(1024);
        Assert.True(DkimKey.TryRead("shop.test", "s1", rsa.ExportPkcs8PrivateKeyPem(), out var key, out var fault), fault);
        return key!;
    }
}
