using System.Text;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Smtp;

public sealed class SmtpConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<byte> Message { get; } = Some.Bytes(Some.ShortMessage);

    [Fact]
    public async Task NothingArrivesUntilTheCommit()
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        var step = await connection.PrepareAsync(Some.Envelope, Message, Token);
        Assert.True(step.IsHeld);
        Assert.Empty(inbox.Messages);
        var verdict = await connection.CommitAsync(Token);
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Accepted, SmtpStage.Terminator, 250, "2.0.0", "stored"), verdict);
        var message = Assert.Single(inbox.Messages);
        Assert.Equal("bounce@mail.example", message.Sender);
        Assert.Equal(["anna@example.com"], message.Recipients);
        Assert.Equal(Some.ShortMessage, Encoding.ASCII.GetString(message.Data.Span));
        Assert.Equal(1, connection.MessagesSent);
    }

    [Theory]
    [InlineData("prepare")]
    [InlineData("gate")]
    [InlineData("gate-large")]
    [InlineData("dispose")]
    public async Task AnAbandonedMessageNeverArrives(string how)
    {
        await using (var inbox = new TestInbox())
        {
            await using (var connection = await inbox.ConnectAsync())
            {
                if (how.StartsWith("gate", StringComparison.Ordinal))
                {
                    var verdict = await connection.SendAsync(Some.Envelope, how == "gate" ? Message : Large(100_000), static () => false, Token);
                    Assert.Equal(SmtpVerdictKind.NotAttempted, verdict.Kind);
                }
                else
                {
                    Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
                }

                if (how == "prepare")
                {
                    await connection.AbandonAsync();
                    Assert.False(connection.IsUsable);
                    Assert.Equal(SmtpVerdictKind.NotAttempted, (await connection.PrepareAsync(Some.Envelope, Message, Token)).Refusal.Kind);
                }
            }

            await using var next = await inbox.ConnectAsync();
            Assert.Equal(SmtpVerdictKind.Accepted, (await next.SendAsync(Some.Envelope, Message, static () => true, Token)).Kind);
            Assert.Single(inbox.Messages);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ManyMessagesOfAllSizesArriveAsTheyWere(bool chunking)
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { OffersChunking = chunking });
        await using var connection = await inbox.ConnectAsync();
        var random = new Random(7);
        var sent = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < 200; i++)
        {
            var message = i % 50 == 49 ? Large(300_000) : RandomMessage(random);
            sent.Add(message);
            var verdict = i % 2 == 0
                ? await connection.SendAsync(Some.Envelope, message, static () => true, Token)
                : (await connection.PrepareAsync(Some.Envelope, message, Token)).IsHeld ? await connection.CommitAsync(Token) : default;
            Assert.Equal(SmtpVerdictKind.Accepted, verdict.Kind);
        }

        await connection.QuitAsync(Token);
        Assert.Equal(sent.Select(m => Encoding.Latin1.GetString(m.Span)), inbox.Messages.Select(m => Encoding.Latin1.GetString(m.Data.Span)));
    }

    [Theory]
    [InlineData("a\nb\r\n", "the message holds a line feed without carriage return")]
    [InlineData("a\rb\r\n", "the message holds a carriage return without line feed")]
    [InlineData("\na\r\n", "the message holds a line feed without carriage return")]
    [InlineData("a\r\r\n", "the message holds a carriage return without line feed")]
    [InlineData("a", "the message does not end in CRLF")]
    [InlineData("", "the message does not end in CRLF")]
    [InlineData("a\0\r\n", "the message holds a NUL byte")]
    public async Task BytesThatCouldBeReadInTwoWaysAreRefusedBeforeTheWire(string message, string text)
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        var verdict = await connection.SendAsync(Some.Envelope, Some.Bytes(message), static () => true, Token);
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Rejected, SmtpStage.Start, 0, null, text), verdict);
        Assert.True(connection.IsUsable);
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, Message, static () => true, Token)).Kind);
        Assert.Single(inbox.Messages);
    }

    [Fact]
    public async Task WhatTheRelayCannotCarryIsRefusedBeforeTheWire()
    {
        await using var relay = new DialogueRelay(["S: 220 x", "C: EHLO localhost", "S: 250-x", "S: 250 SIZE 40"], Some.ShortMessage);
        await using var connection = await SmtpConnection.ConnectAsync(Some.Route(relay.Port), TimeProvider.System, Token);
        await Refused(new SmtpEnvelope(default, Some.Address("jörg@example.com")), "x\r\n", "the address is not ASCII and the relay does not offer SMTPUTF8");
        await Refused(Some.Envelope, "From: <jörg@x>\r\n\r\nx\r\n", "a header is not ASCII and the relay does not offer SMTPUTF8");
        await Refused(Some.Envelope, "\r\né\r\n", "the message has 8-bit bytes and the relay does not offer 8BITMIME");
        await Refused(Some.Envelope, new string('x', 60) + "\r\n", "the message has 62 bytes, the relay takes 40");

        async Task Refused(SmtpEnvelope envelope, string message, string text) =>
            Assert.Equal(text, (await connection.SendAsync(envelope, Some.Bytes(message), static () => true, Token)).Text);
    }

    [Fact]
    public async Task UnicodeAddressesAndEightBitMessagesGoWhereTheyAreOffered()
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        var envelope = new SmtpEnvelope(default, Some.Address("jörg@bücher.example"));
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(envelope, Some.Bytes("é\r\n"), static () => true, Token)).Kind);
        var message = Assert.Single(inbox.Messages);
        Assert.Equal("", message.Sender);
        Assert.Equal(["jörg@xn--bcher-kva.example"], message.Recipients);
        Assert.Equal("é\r\n", Encoding.UTF8.GetString(message.Data.Span));
    }

    [Theory]
    [InlineData("茶屋@商店.example", "jörg@bücher.example", "SIZE={0} BODY=8BITMIME SMTPUTF8")]
    [InlineData("茶屋@商店.example", "anna@example.com", "SIZE={0} BODY=8BITMIME SMTPUTF8")]
    [InlineData("shop@商店.example", "anna@bücher.example", "SIZE={0}")]
    public async Task InternationalAddressesGoFromTheComposerToTheReader(string from, string to, string parameters)
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        var content = Some.Content with { From = new Mailbox(Some.Address(from), "茶屋"), To = new Mailbox(Some.Address(to)), ReplyTo = new Mailbox(Some.Address(from)) };
        var verdict = await connection.SendAsync(Some.Envelope with { Recipient = content.To.Address }, Some.Compose(content), static () => true, Token);
        Assert.Equal(SmtpVerdictKind.Accepted, verdict.Kind);
        var message = Assert.Single(inbox.Messages);
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, parameters, message.Data.Length), message.SenderParameters);
        Assert.Equal([content.To.Address.Text], message.Recipients);
        var headers = MailReader.Read(message.Data).Headers.ToDictionary(h => h.Name, h => h.Value);
        Assert.Equal(($"茶屋 <{content.From.Address.Text}>", $"<{content.To.Address.Text}>", $"<{content.From.Address.Text}>"), (headers["From"], headers["To"], headers["Reply-To"]));
    }

    [Theory]
    [InlineData(ReceiverMoment.Mail, SmtpVerdictKind.NotAttempted, SmtpStage.Mail)]
    [InlineData(ReceiverMoment.Recipient, SmtpVerdictKind.NotAttempted, SmtpStage.Recipient)]
    [InlineData(ReceiverMoment.Data, SmtpVerdictKind.NotAttempted, SmtpStage.Data)]
    [InlineData(ReceiverMoment.MessageEnd, SmtpVerdictKind.InDoubt, SmtpStage.Terminator)]
    [InlineData(ReceiverMoment.Stored, SmtpVerdictKind.InDoubt, SmtpStage.Terminator)]
    public async Task ALossIsADoubtOnlyAfterTheTerminator(ReceiverMoment moment, SmtpVerdictKind kind, SmtpStage stage)
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { OffersChunking = moment != ReceiverMoment.Data, Script = new ReceiverScript().Once(moment, ReceiverAct.Drop) });
        await using var connection = await inbox.ConnectAsync();
        var verdict = await connection.SendAsync(Some.Envelope, Message, static () => true, Token);
        Assert.Equal(new SmtpVerdict(kind, stage, 0, null, "the connection was lost"), verdict);
        Assert.False(connection.IsUsable);
        Assert.Equal(moment == ReceiverMoment.Stored ? 1 : 0, inbox.Messages.Count);
    }

    [Theory]
    [InlineData(ReceiverMoment.Mail, 5, SmtpVerdictKind.NotAttempted, SmtpStage.Mail)]
    [InlineData(ReceiverMoment.Recipient, 5, SmtpVerdictKind.NotAttempted, SmtpStage.Recipient)]
    [InlineData(ReceiverMoment.Data, 2, SmtpVerdictKind.NotAttempted, SmtpStage.Data)]
    [InlineData(ReceiverMoment.MessageEnd, 10, SmtpVerdictKind.InDoubt, SmtpStage.Terminator)]
    [InlineData(ReceiverMoment.Stored, 10, SmtpVerdictKind.InDoubt, SmtpStage.Terminator)]
    public async Task ASilentRelayIsGivenTheTimeOfTheStandardAndNotMore(ReceiverMoment moment, int minutes, SmtpVerdictKind kind, SmtpStage stage)
    {
        var wait = ReceiverAct.Wait(TimeSpan.FromDays(1));
        await using var inbox = new TestInbox(new SmtpReceiverOptions { OffersChunking = moment != ReceiverMoment.Data, Script = new ReceiverScript().Once(moment, wait) });
        var time = new ManualTime();
        await using var connection = await inbox.ConnectAsync(time);
        var sending = connection.SendAsync(Some.Envelope, Message, static () => true, Token).AsTask();
        await time.UntilWaitingAsync(TimeSpan.FromMinutes(minutes));
        time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new SmtpVerdict(kind, stage, 0, null, "no answer in time"), await sending.WaitAsync(TimeSpan.FromSeconds(20), Token));
    }

    [Theory]
    [InlineData(ReceiverMoment.Recipient, SmtpVerdictKind.NotAttempted, SmtpStage.Recipient)]
    [InlineData(ReceiverMoment.Stored, SmtpVerdictKind.InDoubt, SmtpStage.Terminator)]
    public async Task CancellingGivesAVerdictNotAnException(ReceiverMoment moment, SmtpVerdictKind kind, SmtpStage stage)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var script = new ReceiverScript().On(moment, _ =>
        {
            cancel.CancelAfter(50);
            return ReceiverAct.Wait(TimeSpan.FromDays(1));
        });
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Script = script });
        await using var connection = await inbox.ConnectAsync();
        var verdict = await connection.SendAsync(Some.Envelope, Message, static () => true, cancel.Token);
        Assert.Equal(new SmtpVerdict(kind, stage, 0, null, "cancelled"), verdict);
    }

    [Fact]
    public async Task CancellingBeforeTheTerminatorIsNoDoubt()
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Assert.True((await connection.PrepareAsync(Some.Envelope, Message, cancel.Token)).IsHeld);
        await cancel.CancelAsync();
        Assert.Equal(SmtpVerdict("cancelled"), await connection.CommitAsync(cancel.Token));
        Assert.Empty(inbox.Messages);

        static SmtpVerdict SmtpVerdict(string text) => new(SmtpVerdictKind.NotAttempted, SmtpStage.Body, 0, null, text);
    }

    [Fact]
    public async Task TheWrittenTerminatorIsReportedOnceBeforeItsReplyAndNeverWhenNothingWasWritten()
    {
        var written = 0;
        var atReply = -1;
        var reported = new TaskCompletionSource();
        var script = new ReceiverScript().On(ReceiverMoment.MessageEnd, _ =>
        {
            // The reply waits for the report; a report that came with the reply would never come.
            Assert.True(reported.Task.Wait(TimeSpan.FromSeconds(60), Token));
            atReply = written;
            return null;
        });
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Script = script });
        await using (var connection = await inbox.ConnectAsync())
        {
            Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
            Assert.Equal(0, written);
            Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(static () => true, Count, Token)).Kind);
        }

        Assert.Equal((1, 1), (written, atReply));

        using var cancel = new CancellationTokenSource();
        await using var cancelled = await inbox.ConnectAsync();
        Assert.True((await cancelled.PrepareAsync(Some.Envelope, Message, cancel.Token)).IsHeld);
        await cancel.CancelAsync();
        Assert.Equal(SmtpVerdictKind.NotAttempted, (await cancelled.CommitAsync(static () => true, Count, cancel.Token)).Kind);
        Assert.Equal(1, written);

        void Count()
        {
            written++;
            reported.TrySetResult();
        }
    }

    [Fact]
    public async Task AChunkThatWasRefusedWhileItIsHeldIsNotEnded()
    {
        var script = new ReceiverScript().Once(ReceiverMoment.Data, ReceiverAct.Answer(452, "4.3.1", "no space"));
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Script = script });
        await using var connection = await inbox.ConnectAsync();
        Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
        Assert.True(await Eventually.IsTrueAsync(() => connection.HasNews, Token));
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Deferred, SmtpStage.Body, 452, "4.3.1", "no space"), await connection.CommitAsync(Token));
        Assert.Equal(0, connection.MessagesSent);
        Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(Token)).Kind);
        Assert.Single(inbox.Messages);
    }

    [Fact]
    public async Task DeliveryReportsAreAskedForAsTheRouteSays()
    {
        await using var inbox = new TestInbox();
        var route = inbox.Route with { Dsn = new SmtpDsn { Notify = SmtpNotify.Failure | SmtpNotify.Delay, ReturnWholeMessage = true } };
        await using var connection = await SmtpConnection.ConnectAsync(route, TimeProvider.System, Token);
        await connection.SendAsync(Some.Envelope with { Recipient = Some.Address("anna+tea=x@example.com"), Id = "m1+2=3@mail.example" }, Message, static () => true, Token);
        await connection.SendAsync(Some.Envelope with { Recipient = Some.Address("jörg@example.com"), Id = new string('x', 101) }, Message, static () => true, Token);
        await using var never = await SmtpConnection.ConnectAsync(inbox.Route with { Dsn = new SmtpDsn { Notify = SmtpNotify.Never } }, TimeProvider.System, Token);
        await never.SendAsync(Some.Envelope, Message, static () => true, Token);
        Assert.Equal(["SIZE=31 RET=FULL ENVID=m1+2B2+3D3@mail.example", "SIZE=31 RET=FULL SMTPUTF8", "SIZE=31 RET=HDRS"], inbox.Messages.Select(m => m.SenderParameters));
        Assert.Equal(
            ["NOTIFY=FAILURE,DELAY ORCPT=rfc822;anna+2Btea+3Dx@example.com", "NOTIFY=FAILURE,DELAY", "NOTIFY=NEVER"],
            inbox.Messages.Select(m => m.RecipientParameters[0]));
    }

    [Fact]
    public async Task AConnectionIsSpentAfterTheRoutesNumberOfMessages()
    {
        await using var inbox = new TestInbox();
        await using var connection = await SmtpConnection.ConnectAsync(inbox.Route with { MessagesPerConnection = 2 }, TimeProvider.System, Token);
        await connection.SendAsync(Some.Envelope, Message, static () => true, Token);
        Assert.False(connection.IsSpent);
        await connection.SendAsync(Some.Envelope, Message, static () => true, Token);
        Assert.True(connection.IsSpent);
        Assert.True(connection.IsUsable);
        await connection.QuitAsync(Token);
        Assert.False(connection.IsUsable);
    }

    [Fact]
    public async Task ARelayThatLeavesWhileTheMessageIsHeldHasNotTakenIt()
    {
        string[] dialogue =
        [
            "S: 220 x", "C: EHLO localhost", "S: 250-x", "S: 250 PIPELINING",
            "C: MAIL FROM:<bounce@mail.example>", "C: RCPT TO:<anna@example.com>", "C: DATA", "S: 250", "S: 250", "S: 354", "C: (message)",
            "S: 421 4.3.2 going down", "X: close",
        ];
        // Too long to be kept for one write with its end.
        var message = Some.ShortMessage + string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 700));
        await using var relay = new DialogueRelay(dialogue, message);
        await using var connection = await SmtpConnection.ConnectAsync(Some.Route(relay.Port), TimeProvider.System, Token);
        Assert.True((await connection.PrepareAsync(Some.Envelope, Some.Bytes(message), Token)).IsHeld);
        await relay.Finished.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.True(await Eventually.IsTrueAsync(() => connection.HasNews, Token));
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Deferred, SmtpStage.Body, 421, "4.3.2", "going down"), await connection.CommitAsync(Token));
        Assert.Equal(0, connection.MessagesSent);
    }

    [Fact]
    public async Task ThePermissionIsAskedOnceAndItsExceptionLeavesNothingBehind()
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        var asked = 0;
        await connection.SendAsync(Some.Envelope, Message, () => ++asked > 0, Token);
        Assert.Equal(1, asked);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
            await connection.SendAsync(Some.Envelope, Message, static () => throw new TimeZoneNotFoundException(), Token));
        Assert.False(connection.IsUsable);
        Assert.Single(inbox.Messages);
    }

    [Fact]
    public async Task CallsOutOfOrderAreBugs()
    {
        await using var inbox = new TestInbox();
        await using var connection = await inbox.ConnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.CommitAsync(Token));
        Assert.True((await connection.PrepareAsync(Some.Envelope, Message, Token)).IsHeld);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.PrepareAsync(Some.Envelope, Message, Token));
        Assert.False(await connection.ResetAsync(Token));
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(Token)).Kind);
        Assert.True(await connection.ResetAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.CommitAsync(Token));
    }

    [Fact]
    public async Task ARelayThatLeftBetweenMessagesIsNoticed()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions
        {
            Script = new ReceiverScript().Once(ReceiverMoment.Stored, new ReceiverAct { Reply = SmtpReceiver.Stored, Close = true }),
        });
        await using var connection = await inbox.ConnectAsync();
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, Message, static () => true, Token)).Kind);
        var verdict = await connection.SendAsync(Some.Envelope, Message, static () => true, Token);
        Assert.Equal(SmtpVerdictKind.NotAttempted, verdict.Kind);
        Assert.False(connection.IsUsable);
    }

    private static ReadOnlyMemory<byte> Large(int size) => Some.Bytes(string.Concat(Enumerable.Repeat("0123456789.0123456789\r\n", size / 23)));

    private static ReadOnlyMemory<byte> RandomMessage(Random random)
    {
        var text = new StringBuilder();
        for (var lines = random.Next(1, 60); lines > 0; lines--)
        {
            text.Append(random.Next(3) == 0 ? new string('.', random.Next(4)) : "").Append("line").Append(random.Next()).Append(random.Next(5) == 0 ? "é" : "").Append("\r\n");
        }

        return Some.Bytes(text.ToString());
    }
}
