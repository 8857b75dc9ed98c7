using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>A message whose envelope leaves with the end of the one before.</summary>
public sealed class AnnouncedMessageTests
{
    private static readonly string[] First =
    [
        "S: 220 x", "C: EHLO localhost", "S: 250-x", "S: 250 PIPELINING",
        "C: MAIL FROM:<bounce@mail.example>", "C: RCPT TO:<anna@example.com>", "C: DATA", "S: 250 a", "S: 250 b", "S: 354 c",
        // Nothing is answered before the second envelope is here: without it both sides would wait for ever.
        "C: (message)", "C: .", "C: MAIL FROM:<bounce@mail.example>", "C: RCPT TO:<berta@example.com>", "C: DATA",
    ];

    private static readonly SmtpEnvelope Second = Some.Envelope with { Recipient = Some.Address("berta@example.com") };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<byte> Message => Some.Bytes(Some.ShortMessage);

    [Fact]
    public async Task BothArriveAndTheConnectionGoesOn() => await ExpectAsync(
        ["S: 250 one", "S: 250 a", "S: 250 b", "S: 354 c", "C: (message)", "C: .", "S: 250 two", "C: QUIT", "S: 221 bye"],
        (SmtpVerdictKind.Accepted, SmtpStage.Terminator, "one"), (SmtpVerdictKind.Accepted, SmtpStage.Terminator, "two"), usable: true);

    [Fact]
    public async Task ARefusedMessageDoesNotTouchTheNext() => await ExpectAsync(
        ["S: 554 spam", "S: 250 a", "S: 250 b", "S: 354 c", "C: (message)", "C: .", "S: 250 two", "C: QUIT", "S: 221 bye"],
        (SmtpVerdictKind.Rejected, SmtpStage.Terminator, "spam"), (SmtpVerdictKind.Accepted, SmtpStage.Terminator, "two"), usable: true);

    [Fact]
    public async Task ARefusedRecipientOfTheNextIsItsOwnVerdict() => await ExpectAsync(
        ["S: 250 one", "S: 250 a", "S: 550 nobody", "S: 354 c", "C: .", "S: 554 no recipients", "C: QUIT", "S: 221 bye"],
        (SmtpVerdictKind.Accepted, SmtpStage.Terminator, "one"), (SmtpVerdictKind.Rejected, SmtpStage.Recipient, "nobody"), usable: true);

    [Fact]
    public async Task AFarewellEndsBoth() => await ExpectAsync(
        ["S: 421 enough", "X: await-close"],
        (SmtpVerdictKind.Deferred, SmtpStage.Terminator, "enough"), (SmtpVerdictKind.NotAttempted, SmtpStage.Start, "the connection is closed"), usable: false);

    [Fact]
    public async Task ALossIsADoubtOfTheFirstAlone() => await ExpectAsync(
        ["X: close"],
        (SmtpVerdictKind.InDoubt, SmtpStage.Terminator, "the connection was lost"), (SmtpVerdictKind.NotAttempted, SmtpStage.Start, "the connection is closed"), usable: false);

    [Fact]
    public async Task ALossBehindTheFirstAnswerIsNoDoubtOfTheNext() => await ExpectAsync(
        ["S: 250 one", "X: close"],
        (SmtpVerdictKind.Accepted, SmtpStage.Terminator, "one"), (SmtpVerdictKind.NotAttempted, SmtpStage.Mail, "the connection was lost"), usable: false);

    [Fact]
    public async Task WhatIsNotPreparedAfterAllEndsTheConnection()
    {
        await using var relay = new DialogueRelay([.. First, "S: 250 one", "S: 250 a", "S: 250 b", "S: 354 c", "X: await-close"], Some.ShortMessage);
        await using (var connection = await SmtpConnection.ConnectAsync(Some.Route(relay.Port), TimeProvider.System, Token))
        {
            Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
            connection.Announce(Second, Message);
            Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(Token)).Kind);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.PrepareAsync(Some.Envelope, Message, Token));
            // QUIT would stand in the message that the relay waits for.
            await connection.QuitAsync(Token);
        }

        await relay.Finished.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task NothingIsAnnouncedWithoutPipeliningOrToAConnectionThatIsSpent()
    {
        string[] plain = ["C: MAIL FROM:<bounce@mail.example>", "S: 250 a", "C: RCPT TO:<anna@example.com>", "S: 250 b", "C: DATA", "S: 354 c", "C: (message)", "C: .", "S: 250 one"];
        await using (var relay = new DialogueRelay(["S: 220 x", "C: EHLO localhost", "S: 250 x", .. plain, "C: QUIT", "S: 221 bye"], Some.ShortMessage))
        {
            await SendAsync(Some.Route(relay.Port));
            await relay.Finished.WaitAsync(TimeSpan.FromSeconds(20), Token);
        }

        await using var inbox = new TestInbox();
        await SendAsync(inbox.Route with { UseChunking = false, MessagesPerConnection = 1 });
        Assert.Single(inbox.Messages);

        static async Task SendAsync(SmtpRoute route)
        {
            await using var connection = await SmtpConnection.ConnectAsync(route, TimeProvider.System, Token);
            Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
            connection.Announce(Second, Message);
            Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(Token)).Kind);
            await connection.QuitAsync(Token);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhereTheRelayIsSlowToReadTheTerminatorWaitsForLeave(bool leave)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var connecting = SmtpConnection.ConnectAsync(Some.Route(((IPEndPoint)listener.LocalEndPoint!).Port) with { SendBufferSize = 4096 }, TimeProvider.System, Token);
        using var relay = await listener.AcceptAsync(Token);
        await using var stream = new NetworkStream(relay);
        await SayAsync("220 x\r\n");
        await ReadAsync("EHLO localhost\r\n");
        await SayAsync("250-x\r\n250 PIPELINING\r\n");
        await using var connection = await connecting;

        var message = Some.Bytes("Subject: tea\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 600)));
        var preparing = connection.PrepareAsync(Some.Envelope, message, Token).AsTask();
        await ReadAsync("DATA\r\n");
        await SayAsync("250 a\r\n250 b\r\n354 c\r\n");
        Assert.True((await preparing).IsHeld);
        var (asked, written) = (0, 0);
        var committing = connection.CommitAsync(() => ++asked == 1 && leave, () => written++, Token).AsTask();
        var got = await ReadAsync(leave ? "\r\n.\r\n" : null);
        var text = Encoding.ASCII.GetString(message.Span);
        if (!leave)
        {
            // The connection was reset, which takes back what was not read yet.
            Assert.StartsWith(got, text, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(text + ".\r\n", got);
            await SayAsync("250 one\r\n");
        }

        Assert.Equal(
            leave ? (SmtpVerdictKind.Accepted, SmtpStage.Terminator, "one", 1, 1) : (SmtpVerdictKind.NotAttempted, SmtpStage.Body, "withheld before the terminator", 1, 0),
            ((await committing).Kind, (await committing).Stage, (await committing).Text, asked, written));

        async Task SayAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Token);

        // Up to and including an end; null: until the client goes.
        async Task<string> ReadAsync(string? end)
        {
            var all = new StringBuilder();
            var buffer = new byte[4096];
            try
            {
                while (end is null || !all.ToString().EndsWith(end, StringComparison.Ordinal))
                {
                    var count = await stream.ReadAsync(buffer, Token);
                    if (count == 0)
                    {
                        break;
                    }

                    all.Append(Encoding.ASCII.GetString(buffer, 0, count));
                }
            }
            catch (IOException) when (end is null)
            {
                // A reset is an end, too.
            }

            return all.ToString();
        }
    }

    private static async Task ExpectAsync(
        string[] rest, (SmtpVerdictKind Kind, SmtpStage Stage, string Text) first, (SmtpVerdictKind Kind, SmtpStage Stage, string Text) second, bool usable)
    {
        await using var relay = new DialogueRelay([.. First, .. rest], Some.ShortMessage);
        await using (var connection = await SmtpConnection.ConnectAsync(Some.Route(relay.Port), TimeProvider.System, Token))
        {
            Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
            connection.Announce(Second, Message);
            var one = await connection.CommitAsync(Token);
            var step = await connection.PrepareAsync(Second, Message, Token);
            var two = step.IsHeld ? await connection.CommitAsync(Token) : step.Refusal;
            Assert.Equal((first, second), ((one.Kind, one.Stage, one.Text), (two.Kind, two.Stage, two.Text)));
            Assert.Equal(usable, connection.IsUsable);
            await connection.QuitAsync(Token);
        }

        await relay.Finished.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }
}
