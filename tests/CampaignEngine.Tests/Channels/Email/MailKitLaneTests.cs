using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Channels.Email;
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
        var received = new ConcurrentQueue<string>();
        await using var receiver = SmtpReceiver.Start(new SmtpReceiverOptions { PasswordOf = static user => user == "u" ? "p" : null }, (message, _) =>
        {
            received.Enqueue(Encoding.ASCII.GetString(message.Data.Span));
            return ValueTask.FromResult(SmtpReceiver.Stored);
        }, TimeProvider.System);
        await using var lane = Lane(receiver, new SmtpCredentials("u", "p"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await lane.OpenAsync(Token));
            Assert.Null(await lane.PrepareAsync(Message(), Token));
            Assert.Equal(SendOutcome.Accepted, (await lane.CommitAsync(static () => { }, Token)).Outcome);
        }

        Assert.Equal([Text, Text, Text], received);
    }

    [Theory]
    [InlineData(ReceiverMoment.Recipient)]
    [InlineData(ReceiverMoment.MessageEnd)]
    [InlineData(ReceiverMoment.Stored)]
    public async Task WhateverIsLostIsInDoubt(ReceiverMoment moment)
    {
        await using var receiver = Receiver(moment, ReceiverAct.Drop);
        await using var lane = Lane(receiver);
        Assert.Null(await lane.OpenAsync(Token));
        Assert.Null(await lane.PrepareAsync(Message(), Token));
        Assert.Equal(SendOutcome.InDoubt, (await lane.CommitAsync(static () => { }, Token)).Outcome);
        Assert.False(lane.IsOpen);
    }

    [Theory]
    [InlineData(ReceiverMoment.Recipient, 550, SendOutcome.Rejected)]
    [InlineData(ReceiverMoment.Recipient, 450, SendOutcome.Deferred)]
    [InlineData(ReceiverMoment.MessageEnd, 554, SendOutcome.Rejected)]
    [InlineData(ReceiverMoment.MessageEnd, 451, SendOutcome.Deferred)]
    public async Task TheRelaysOwnWordIsBelieved(ReceiverMoment moment, int code, SendOutcome outcome)
    {
        await using var receiver = Receiver(moment, ReceiverAct.Answer(code, null, "no"));
        await using var lane = Lane(receiver);
        Assert.Null(await lane.OpenAsync(Token));
        Assert.Null(await lane.PrepareAsync(Message(), Token));
        Assert.Equal(new SendVerdict(outcome, code, "no"), await lane.CommitAsync(static () => { }, Token));
        Assert.Null(await lane.OpenAsync(Token));
    }

    [Fact]
    public async Task AnAbandonedMessageNeverArrivesAndARelayThatIsGoneIsNamed()
    {
        var receiver = Receiver(ReceiverMoment.Reset, ReceiverAct.Drop);
        await using var lane = Lane(receiver);
        Assert.Null(await lane.OpenAsync(Token));
        Assert.Null(await lane.PrepareAsync(Message(), Token));
        await lane.AbandonAsync();
        var port = receiver.EndPoint.Port;
        await receiver.DisposeAsync();
        await using var next = Lane(port);
        Assert.StartsWith($"relay 127.0.0.1:{port}: ", await next.OpenAsync(Token), StringComparison.Ordinal);
    }

    private static SmtpReceiver Receiver(ReceiverMoment moment, ReceiverAct act) => SmtpReceiver.Start(
        new SmtpReceiverOptions { Script = new ReceiverScript().Once(moment, act) }, static (_, _) => ValueTask.FromResult(SmtpReceiver.Stored), TimeProvider.System);

    private static IChannelLane Lane(SmtpReceiver receiver, SmtpCredentials? credentials = null) => Lane(receiver.EndPoint.Port, credentials);

    private static IChannelLane Lane(int port, SmtpCredentials? credentials = null) =>
        new EmailChannel(new SmtpRoute { Host = "127.0.0.1", Port = port, Tls = SmtpTls.Off, Credentials = credentials }, TimeProvider.System).CreateLane();

    private static OutgoingMessage Message()
    {
        var message = new OutgoingMessage { Sender = "b@shop.test", Recipient = "anna@x.test" };
        Encoding.ASCII.GetBytes(Text, message.Content);
        return message;
    }
}
