using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Receiving;

public sealed class SmtpReceiverTests
{
    private const string Envelope = "EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheClientIsToldOnlyAfterTheMessageIsStored()
    {
        var stored = new TaskCompletionSource<SmtpReply>();
        var seen = new TaskCompletionSource();
        await using var receiver = SmtpReceiver.Start(
            new SmtpReceiverOptions(),
            async (_, _) =>
            {
                seen.SetResult();
                return await stored.Task;
            },
            TimeProvider.System);
        await using var connection = await SmtpConnection.ConnectAsync(Some.Route(receiver.EndPoint.Port), TimeProvider.System, Token);
        var sending = connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token).AsTask();
        await seen.Task;
        Assert.False(sending.IsCompleted);
        stored.SetResult(new SmtpReply(452, "4.3.1", "disk\r\n250 full"));
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Deferred, SmtpStage.Terminator, 452, "4.3.1", "disk 250 full"), await sending);
        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task AHandlerThatThrowsIsReportedAndTheMessageNotTaken()
    {
        Exception? reported = null;
        var options = new SmtpReceiverOptions { HandlerFailed = fault => reported = fault };
        await using var inbox = new TestInbox(options, answer: static _ => throw new IOException("disk full"));
        await using var connection = await inbox.ConnectAsync();
        var verdict = await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token);
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Deferred, SmtpStage.Terminator, 451, "4.3.0", "not stored; try again later"), verdict);
        Assert.Equal("disk full", reported?.Message);
    }

    [Fact]
    public async Task AWholeConversationInOneWriteIsUnderstood()
    {
        await using var inbox = new TestInbox();
        using var client = new RawClient(inbox.Port);
        client.Say(Envelope + "one\r\n..two\r\n.\r\nMAIL FROM:<> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<\"b c>\"@y>\r\nRCPT TO:<d@y>\r\nDATA\r\n.\r\nQUIT\r\n");
        Assert.EndsWith(
            "SMTPUTF8\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 end with CR LF . CR LF\r\n250 2.0.0 stored\r\n"
            + "250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n354 end with CR LF . CR LF\r\n250 2.0.0 stored\r\n221 2.0.0 bye\r\n",
            client.Finish(),
            StringComparison.Ordinal);
        Assert.Equal(["one\r\n.two\r\n", ""], inbox.Messages.Select(m => Encoding.ASCII.GetString(m.Data.Span)));
        Assert.Equal(["\"b c>\"@y", "d@y"], inbox.Messages[1].Recipients);
    }

    [Fact]
    public async Task ChunksMakeOneMessageWhateverTheyHold()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { LargestMessage = 30 });
        using var client = new RawClient(inbox.Port);
        client.Say("EHLO x\r\nBDAT 6\r\nQUIT\r\nMAIL FROM:<a@x>\r\nBDAT 2 LAST\r\n\r\nRCPT TO:<b@y>\r\nBDAT 7\r\none\r\n.\rBDAT 2\r\n\n.DATA\r\nBDAT 2 LAST\r\n\r\n"
            + "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 31\r\n" + new string('x', 31) + "BDAT 1\r\nxBDAT 0 LAST\r\n"
            + "RSET\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 5 LAST\r\na\nb\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 0\r\nBDAT 2 LAST\r\n\r\nQUIT\r\n");
        Assert.Equal(
            "503 5.5.1 MAIL first\r\n250 2.1.0 ok\r\n554 5.5.1 no valid recipients\r\n250 2.1.5 ok\r\n250 2.0.0 chunk taken\r\n250 2.0.0 chunk taken\r\n"
            + "503 5.5.1 BDAT has begun\r\n250 2.0.0 stored\r\n"
            + "250 2.1.0 ok\r\n250 2.1.5 ok\r\n552 5.3.4 message too large\r\n503 5.5.1 an earlier chunk was refused\r\n503 5.5.1 an earlier chunk was refused\r\n"
            + "250 2.0.0 ok\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n550 5.6.11 the message holds a line feed without carriage return\r\n"
            + "250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.0.0 chunk taken\r\n250 2.0.0 stored\r\n221 2.0.0 bye\r\n",
            client.Finish().Split("SMTPUTF8\r\n")[1]);
        Assert.Equal(["one\r\n.\r\n.\r\n", "\r\n"], inbox.Messages.Select(m => Encoding.ASCII.GetString(m.Data.Span)));
    }

    [Theory]
    [InlineData("MAIL FROM:<a@x>\r\n", "503 5.5.1 say EHLO first")]
    [InlineData("EHLO x\r\nRCPT TO:<b@y>\r\n", "503 5.5.1 MAIL first")]
    [InlineData("EHLO x\r\nDATA\r\n", "503 5.5.1 MAIL first")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@x>\r\nDATA\r\n", "554 5.5.1 no valid recipients")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@x>\r\nMAIL FROM:<a@x>\r\n", "503 5.5.1 one MAIL at a time")]
    [InlineData("EHLO x\r\nMAIL FROM:a@x\r\n", "501 5.5.4 MAIL FROM:<address>")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@x> RET=ALL\r\n", "555 5.5.4 unknown parameter")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@x> SIZE=99999999999\r\n", "552 5.3.4 message too large")]
    [InlineData("EHLO x\r\nMAIL FROM:<j\u00c3\u00b6rg@x>\r\n", "550 5.6.7 the address needs SMTPUTF8")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<>\r\n", "501 5.5.4 RCPT TO:<address>")]
    [InlineData("EHLO\r\n", "501 5.5.4 say your name")]
    [InlineData("BDAT x LAST\r\n", "501 5.5.4 BDAT length [LAST]")]
    [InlineData("STARTTLS\r\n", "502 5.5.1 no TLS here")]
    [InlineData("AUTH PLAIN\r\n", "503 5.5.1 AUTH is not possible now")]
    [InlineData("EHLO x\tMAIL\r\n", "500 5.5.2 control characters in a command")]
    [InlineData("NOOP\n", "500 5.5.2 a line ends in CR LF")]
    public async Task ABadCommandIsAnsweredAndHasNoEffect(string said, string lastLine)
    {
        await using var inbox = new TestInbox();
        using var client = new RawClient(inbox.Port);
        client.Say(said);
        Assert.Equal(lastLine, client.Finish().TrimEnd().Split("\r\n")[^1]);
        Assert.Empty(inbox.Messages);
    }

    [Theory]
    [InlineData("a\n.\r\nMAIL FROM:<evil@x>\r\n", "5.6.11")]
    [InlineData("a\r\n.\nMAIL FROM:<evil@x>\r\n", "5.6.11")]
    [InlineData("a\n.\nMAIL FROM:<evil@x>\r\n", "5.6.11")]
    [InlineData("a\r.\rMAIL FROM:<evil@x>\r\n", "5.6.11")]
    [InlineData("a\r.\r\nMAIL FROM:<evil@x>\r\n", "5.6.11")]
    [InlineData("a\r\n\r.\r\n", "5.6.11")]
    public async Task NoOtherLineEndEndsAMessage(string body, string code)
    {
        await using var inbox = new TestInbox();
        using var client = new RawClient(inbox.Port);
        client.Say(Envelope + body + "RCPT TO:<b@y>\r\nDATA\r\nsmuggled\r\n.\r\nQUIT\r\n");
        var last = client.Finish().TrimEnd().Split("\r\n")[^1];
        Assert.StartsWith("550 " + code, last, StringComparison.Ordinal);
        Assert.Empty(inbox.Messages);
    }

    [Fact]
    public async Task AnySoupOfBytesIsTheMessageOfAStrictReaderOrNoMessage()
    {
        string[] pieces = ["\r\n", "\r", "\n", ".", "..", "a", "\r\n.", "\r\n..\r\n", "\n.\n", "\r\n.\r", "\0", "\u00e9", "\r\n.\r\nNOOP\r\n"];
        var random = new Random(17);
        for (var i = 0; i < 600; i++)
        {
            var soup = string.Concat(Enumerable.Range(0, random.Next(1, 15)).Select(_ => pieces[random.Next(pieces.Length)]));
            await using var inbox = new TestInbox();
            using var client = new RawClient(inbox.Port);
            client.Say(Envelope + soup[..(soup.Length / 2)]);
            client.Say(soup[(soup.Length / 2)..]);
            client.Say("\r\n.\r\nQUIT\r\n");
            client.Finish();
            Assert.Equal(StrictReading(soup + "\r\n.\r\n"), inbox.Messages.Select(m => Encoding.Latin1.GetString(m.Data.Span)));
        }

        // The message up to the first CRLF.CRLF, provided that no CR or LF stands alone in it.
        static string[] StrictReading(string data)
        {
            var end = data.StartsWith(".\r\n", StringComparison.Ordinal) ? 0 : data.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
            var message = data[..end];
            var bare = message.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n');
            return bare ? [] : [string.Concat(message.Split("\r\n").Select((l, n) => (n > 0 ? "\r\n" : "") + (l.StartsWith('.') ? l[1..] : l)))];
        }
    }

    [Fact]
    public async Task AMessageInManySmallPiecesIsPutTogether()
    {
        await using var inbox = new TestInbox();
        using var client = new RawClient(inbox.Port);
        client.Say(Envelope);
        foreach (var c in "first\r\n..second\r\n.\r\nQUIT\r\n")
        {
            client.Say(c.ToString());
        }

        client.Finish();
        Assert.Equal("first\r\n.second\r\n", Encoding.ASCII.GetString(Assert.Single(inbox.Messages).Data.Span));
    }

    [Fact]
    public async Task SizesLinesAndRecipientsAreBounded()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { LargestMessage = 10_000, MostRecipients = 2 });
        using (var client = new RawClient(inbox.Port))
        {
            client.Say(Envelope + string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 150)) + ".\r\n"
                + "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nRCPT TO:<d@y>\r\nDATA\r\nok\r\n.\r\nQUIT\r\n");
            Assert.EndsWith(
                "552 5.3.4 message too large\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n452 4.5.3 too many recipients\r\n354 end with CR LF . CR LF\r\n250 2.0.0 stored\r\n221 2.0.0 bye\r\n",
                client.Finish(),
                StringComparison.Ordinal);
        }

        Assert.Equal(["b@y", "c@y"], Assert.Single(inbox.Messages).Recipients);
        Assert.Contains("550 5.6.0 a line is too long", Said(Envelope + new string('x', 999) + "\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Contains("550 5.6.0 a line is too long", Said(Envelope + new string('x', 5_000)), StringComparison.Ordinal);
        Assert.Contains("500 5.5.2 line too long", Said("EHLO " + new string('x', 5_000)), StringComparison.Ordinal);
        Assert.Contains("552 5.3.4 message far too large", Said(Envelope + string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 2_000))), StringComparison.Ordinal);
        Assert.Single(inbox.Messages);

        string Said(string text)
        {
            using var client = new RawClient(inbox.Port);
            client.Say(text);
            return client.Finish();
        }
    }

    [Fact]
    public async Task AClientThatKnowsNothingIsSentAway()
    {
        await using var inbox = new TestInbox();
        using var client = new RawClient(inbox.Port);
        client.Say(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\n", 100)));
        Assert.Equal(20, client.Finish().Split("500 5.5.1 unknown command").Length - 1);
    }

    [Fact]
    public async Task ACrowdIsSentAwayWith421()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { MostConnections = 1 });
        await using var first = await inbox.ConnectAsync();
        var fault = (await Assert.ThrowsAsync<SmtpConnectException>(() => inbox.ConnectAsync())).Fault;
        Assert.Equal(421, fault.Code);
        Assert.True(fault.IsTemporary);
    }

    [Fact]
    public async Task ASilentClientIsLeftAfterFiveMinutes()
    {
        var time = new ManualTime();
        await using var inbox = new TestInbox(time: time);
        using var client = new RawClient(inbox.Port);
        client.Say("EHLO x\r\n");
        await time.UntilWaitingAsync(TimeSpan.FromMinutes(5));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.EndsWith("250 SMTPUTF8\r\n", client.Finish(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AScriptActsAtTheMomentItNames()
    {
        var script = new ReceiverScript()
            .On(ReceiverMoment.Recipient, e => e.Argument == "grey@y" ? ReceiverAct.Answer(450, "4.2.0", "greylisted") : null)
            .On(ReceiverMoment.Mail, e => e.Message == 3 ? new ReceiverAct { Reply = new SmtpReply(421, null, "enough"), Close = true } : null);
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Script = script });
        using var client = new RawClient(inbox.Port);
        client.Say("EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<grey@y>\r\nRSET\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRSET\r\nMAIL FROM:<a@x>\r\nNOOP\r\n");
        Assert.EndsWith(
            "250 2.1.0 ok\r\n450 4.2.0 greylisted\r\n250 2.0.0 ok\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.0.0 ok\r\n421 enough\r\n", client.Finish(), StringComparison.Ordinal);
    }
}
