using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Tests.Channels.Email;

/// <summary>Only part of builds with <c>-p:WithMailKit=true</c>.</summary>
public sealed class MailKitLaneTests
{
    private const string Text = "From: =?utf-8?B?6Iy2?= <a@shop.test>\r\nTo:  anna@x.test\r\nSubject: a\r\n  b\r\nX-Odd:value\r\n\r\n.first \r\n..second\r\n\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheBytesArriveAsTheyWere()
    {
        await using var relay = new TestRelay(new SmtpReceiverOptions { PasswordOf = static user => user == "u" ? "p" : null });
        await using var lane = relay.Lane(new SmtpCredentials("u", "p"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(SendOutcome.Accepted, (await SendAsync(lane)).Outcome);
        }

        Assert.Equal([Text, Text, Text], relay.Texts);
    }

    [Theory]
    [InlineData(ReceiverMoment.Recipient)]
    [InlineData(ReceiverMoment.MessageEnd)]
    [InlineData(ReceiverMoment.Stored)]
    public async Task WhateverIsLostIsInDoubt(ReceiverMoment moment)
    {
        await using var relay = Relay(moment, ReceiverAct.Drop);
        await using var lane = relay.Lane();
        Assert.Equal(SendOutcome.InDoubt, (await SendAsync(lane)).Outcome);
        Assert.False(lane.IsOpen);
    }

    [Theory]
    [InlineData(ReceiverMoment.Recipient, 550, SendOutcome.Rejected)]
    [InlineData(ReceiverMoment.Recipient, 450, SendOutcome.Deferred)]
    [InlineData(ReceiverMoment.MessageEnd, 554, SendOutcome.Rejected)]
    [InlineData(ReceiverMoment.MessageEnd, 451, SendOutcome.Deferred)]
    public async Task TheRelaysOwnWordIsBelieved(ReceiverMoment moment, int code, SendOutcome outcome)
    {
        await using var relay = Relay(moment, ReceiverAct.Answer(code, null, "no"));
        await using var lane = relay.Lane();
        Assert.Equal(new SendVerdict(outcome, code, "no"), await SendAsync(lane));
        Assert.Null(await lane.OpenAsync(Token));
    }

    [Fact]
    public async Task AnAbandonedMessageNeverArrivesAndARelayThatIsGoneIsNamed()
    {
        var relay = Relay(ReceiverMoment.Reset, ReceiverAct.Drop);
        var route = relay.Route;
        await using var lane = relay.Lane();
        Assert.Null(await lane.OpenAsync(Token));
        Assert.Null(await lane.PrepareAsync(TestRelay.Message(Text), Token));
        await lane.AbandonAsync();
        await relay.DisposeAsync();
        Assert.Empty(relay.Messages);
        await using var next = Lane(route);
        Assert.StartsWith($"relay 127.0.0.1:{route.Port}: ", await next.OpenAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatMayNoLongerEndIsNotSent()
    {
        await using var relay = new TestRelay();
        await using var lane = relay.Lane();
        Assert.Null(await lane.OpenAsync(Token));
        Assert.Null(await lane.PrepareAsync(TestRelay.Message(Text), Token));
        Assert.Equal(SendOutcome.NotAttempted, (await lane.CommitAsync(static () => false, static () => Assert.Fail("it was sent"), Token)).Outcome);
        Assert.Equal(SendOutcome.Accepted, (await SendAsync(lane)).Outcome);
        Assert.Single(relay.Messages);
    }

    [Fact]
    public async Task ARelayThatNeverAnswersMakesADoubtInTheRoutesTime()
    {
        await using var relay = Relay(ReceiverMoment.MessageEnd, ReceiverAct.Wait(TimeSpan.FromHours(1)));
        await using var lane = Lane(relay.Route with { Timeouts = new SmtpTimeouts { Terminator = TimeSpan.FromMilliseconds(200) } });
        Assert.Equal(SendOutcome.InDoubt, (await SendAsync(lane)).Outcome);
        Assert.False(lane.IsOpen);
    }

    [Fact]
    public async Task AConnectionThatLacksWhatTheRouteNeedsIsNotOpen()
    {
        await using var relay = new TestRelay(WithoutExtensions);
        await using var lane = Lane(relay.Route with { NeedsEightBitMime = true });
        Assert.Equal($"relay 127.0.0.1:{relay.Route.Port}: does not offer 8BITMIME, which the route's messages need", await lane.OpenAsync(Token));
        Assert.False(lane.IsOpen);
    }

    [Fact]
    public async Task AnAddressThatTheRelayCannotCarryIsRejected()
    {
        await using var relay = new TestRelay(WithoutExtensions);
        await using var lane = relay.Lane();
        var message = TestRelay.Message(Text);
        message.Recipient = "änne@x.test";
        Assert.Equal(new SendVerdict(SendOutcome.Rejected, 0, "the address is not ASCII and the relay does not offer SMTPUTF8"), await TestRelay.SendAsync(lane, message));
    }

    [Fact]
    public async Task EncryptionIsUsedAndItsCertificateChecked()
    {
        await using var relay = new TestRelay(new SmtpReceiverOptions { Certificate = TestCertificate.Untrusted });
        var route = relay.Route with { Tls = SmtpTls.Required };
        await using (var strict = Lane(route))
        {
            Assert.StartsWith($"relay 127.0.0.1:{route.Port}: ", await strict.OpenAsync(Token), StringComparison.Ordinal);
            Assert.False(strict.IsOpen);
        }

        await using var lane = Lane(route with { VerifyCertificate = false });
        Assert.Equal(SendOutcome.Accepted, (await SendAsync(lane)).Outcome);
        Assert.Equal([true], relay.Messages.Select(m => m.IsEncrypted));
    }

    // The answer to EHLO of a relay from before extensions.
    private static SmtpReceiverOptions WithoutExtensions => new()
    {
        Script = new ReceiverScript().On(ReceiverMoment.Hello, new ReceiverAct { Raw = "250 localhost\r\n"u8.ToArray() }),
    };

    private static IChannelLane Lane(SmtpRoute route) => new EmailChannel(route, TimeProvider.System).CreateLane();

    private static Task<SendVerdict> SendAsync(IChannelLane lane) => TestRelay.SendAsync(lane, TestRelay.Message(Text));

    private static TestRelay Relay(ReceiverMoment moment, ReceiverAct act) => new(new SmtpReceiverOptions { Script = new ReceiverScript().Once(moment, act) });
}
