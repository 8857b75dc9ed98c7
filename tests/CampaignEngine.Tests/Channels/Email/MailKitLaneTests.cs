using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;

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
        await using var lane = relay.Lane();
        Assert.Null(await lane.OpenAsync(Token));
        Assert.Null(await lane.PrepareAsync(TestRelay.Message(Text), Token));
        await lane.AbandonAsync();
        await relay.DisposeAsync();
        Assert.Empty(relay.Messages);
        await using var next = relay.Lane();
        Assert.StartsWith($"relay 127.0.0.1:{relay.Route.Port}: ", await next.OpenAsync(Token), StringComparison.Ordinal);
    }

    private static Task<SendVerdict> SendAsync(IChannelLane lane) => TestRelay.SendAsync(lane, TestRelay.Message(Text));

    private static TestRelay Relay(ReceiverMoment moment, ReceiverAct act) => new(new SmtpReceiverOptions { Script = new ReceiverScript().Once(moment, act) });
}
