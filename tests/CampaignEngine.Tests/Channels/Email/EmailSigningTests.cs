using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Tests.Channels.Email;

public sealed class EmailSigningTests
{
    private const string Text = "From: a@shop.test\r\nSubject: x\r\n\r\ntea\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OnlyTheMessagesOfASenderWithAKeyAreSigned()
    {
        var received = new ConcurrentQueue<string>();
        await using var receiver = SmtpReceiver.Start(new SmtpReceiverOptions(), (message, _) =>
        {
            received.Enqueue(Encoding.ASCII.GetString(message.Data.Span));
            return ValueTask.FromResult(SmtpReceiver.Stored);
        }, TimeProvider.System);
        var route = new SmtpRoute { Host = "127.0.0.1", Port = receiver.EndPoint.Port, Tls = SmtpTls.Off };
        await using var lane = new EmailChannel(route, TimeProvider.System) { Keys = new Dictionary<string, DkimKey> { ["shop"] = Key() } }.CreateLane();
        Assert.Null(await lane.OpenAsync(Token));

        Assert.Null(await lane.PrepareAsync(Message("shop"), Token));
        Assert.Equal(SendOutcome.Accepted, (await lane.CommitAsync(static () => { }, Token)).Outcome);
        Assert.Null(await lane.PrepareAsync(Message(""), Token));
        Assert.Equal(SendOutcome.Accepted, (await lane.CommitAsync(static () => { }, Token)).Outcome);
        Assert.Equal(new SendVerdict(SendOutcome.NotAttempted, 0, "there is no key of the sender 'other'"), await lane.PrepareAsync(Message("other"), Token));

        Assert.Equal(2, received.Count);
        Assert.StartsWith("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.test;\r\n s=s1; t=", received.First(), StringComparison.Ordinal);
        Assert.EndsWith("\r\n" + Text, received.First(), StringComparison.Ordinal);
        Assert.Equal(Text, received.Last());
    }

    private static DkimKey Key()
    {
        using var rsa = RSA.Create(1024);
        Assert.True(DkimKey.TryRead("shop.test", "s1", rsa.ExportPkcs8PrivateKeyPem(), out var key, out var fault), fault);
        return key!;
    }

    private static OutgoingMessage Message(string signedBy)
    {
        var message = new OutgoingMessage { Sender = "b@shop.test", Recipient = "anna@x.test", SignedBy = signedBy };
        Encoding.ASCII.GetBytes(Text, message.Content);
        return message;
    }
}
