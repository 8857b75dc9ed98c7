using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tests.Tracking.Bounces;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Tracking.Replies;
using Npgsql;

namespace CampaignEngine.Tests.Tracking.Replies;

/// <summary>Mail of persons, over a real database; what is answered leaves by SMTP to a real receiver.</summary>
public sealed class MailRepliesTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 10, 10, 0, 0, TimeSpan.Zero);
    private static int _number;
    private readonly ConcurrentQueue<(string Sender, string To, string Text)> _sent = new();
    private readonly Clock _clock = new(Start);
    private SmtpReceiver _relay = null!;
    private CampaignEngineServices _engine = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _relay = SmtpReceiver.Start(new SmtpReceiverOptions(), (message, _) =>
        {
            _sent.Enqueue((message.Sender, string.Join(',', message.Recipients), Encoding.UTF8.GetString(message.Data.Span)));
            return ValueTask.FromResult(SmtpReceiver.Stored);
        }, TimeProvider.System);
        await UseAsync(_relay.EndPoint.Port);
        await database.ExecuteAsync("TRUNCATE engine.mail_inbound, engine.answer, engine.reply_case RESTART IDENTITY CASCADE; DELETE FROM engine.suppression; DELETE FROM engine.bounce; DELETE FROM engine.event; DELETE FROM crm.consents; DELETE FROM crm.customers");
    }

    public async ValueTask DisposeAsync() => await _relay.DisposeAsync();

    [Theory]
    [InlineData("reply_to")]
    [InlineData("return_path")]
    [InlineData("message_id")]
    public async Task AReplyIsTiedByItsTokenAndTwiceIsOnce(string how)
    {
        var sent = await SendAsync("tied-" + how);
        var to = how == "message_id" ? "service@shop.test" : how == "reply_to" ? sent.ReplyTo : sent.ReturnPath;
        var mail = Mail("somebody@else.test", to, "Re: Spring", "Two please.", how == "message_id" ? $"In-Reply-To: <{sent.MessageId}>" : "X-Mailer: x");

        Assert.Equal([BounceOutcome.Reply], await TakeAsync(mail));
        Assert.Equal([BounceOutcome.Known], await TakeAsync(mail));
        Assert.Equal($"reply {sent.Mailing.MailingId}", await TextAsync("SELECT string_agg(kind || ' ' || mailing_id, '|') FROM engine.event"));
        Assert.Equal($"{how} somebody@else.test Two please.", await TextAsync("SELECT string_agg(proof || ' ' || address || ' ' || body, '|') FROM engine.mail_inbound"));
        var only = Assert.Single(await _engine.Cases.ListAsync(true, 10, Cancellation));
        Assert.Equal(("tied-" + how, "open", "anna@shop.test", Start, Start.AddHours(12)), (only.Campaign, only.State, only.InCharge, only.OpenedAt, only.AlarmAt));
    }

    [Fact]
    public async Task AReplyWithoutATokenIsTiedByTheAddressWhereItWasSentToUs()
    {
        // The newest message that was out by then is meant.
        await SendAsync("older", "ben@mail.test", due: Start.AddDays(-9));
        await SendAsync("later", "ben@mail.test", due: Start.AddDays(1));
        var sent = await SendAsync("by-address", "ben@mail.test");

        Assert.Equal([BounceOutcome.Ignored], await TakeAsync(Mail("ben@mail.test", "list@elsewhere.test", "hello", "Not to you.")));
        Assert.Equal([BounceOutcome.Ignored], await TakeAsync(Mail("nobody@mail.test", "tea@shop.test", "hello", "I never had mail of yours.")));
        Assert.Equal([BounceOutcome.Reply], await TakeAsync(Mail("Ben <BEN@mail.test>", "tea@shop.test", "hello", "Two.")));
        Assert.Equal([BounceOutcome.Reply], await TakeAsync(Mail("nobody@mail.test", "replies@shop.test", "hello", "What is this?")));

        Assert.Equal($"by-address {sent.Mailing.MailingId}|nobody", await TextAsync(
            "SELECT string_agg(coalesce(m.campaign || ' ' || m.mailing_id, 'nobody'), '|' ORDER BY inbound_id) FROM engine.mail_inbound LEFT JOIN engine.mailing m USING (mailing_id) WHERE proof IS NULL"));
    }

    [Theory]
    [InlineData("STOP", "")]
    [InlineData("Re: Spring tea", "Stop.\n\nOn Tue, Shop <tea@shop.test> wrote:\n> Spring")]
    [InlineData("AW: Abmelden", "")]
    [InlineData("Spring", "désabonner")]
    [InlineData("回覆: 春茶", "取消訂閱")]
    [InlineData("Re: x", "配信停止")]
    public async Task StopInTheSubjectOrTheFirstLineActsAtOnceInEveryLanguage(string subject, string text)
    {
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no, email) VALUES ('S1', 'carl@mail.test'); INSERT INTO crm.consents (customer_id, channel, status, stated_at, source) SELECT customer_id, 'email', 'granted', '2026-01-01', 'form' FROM crm.customers");
        var customer = await database.ScalarAsync<long>("SELECT customer_id FROM crm.customers");
        var sent = await SendAsync("stop-" + Interlocked.Increment(ref _number), "carl@mail.test", customer.ToString(CultureInfo.InvariantCulture));

        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Mail("carl@mail.test", sent.ReplyTo, subject, text)));

        Assert.Equal("unsubscribed", await TextAsync("SELECT string_agg(reason, '|') FROM engine.suppression"));
        Assert.Equal("unsubscribe", await TextAsync("SELECT string_agg(kind, '|') FROM engine.event"));
        Assert.Equal("withdrawn mail", await TextAsync("SELECT c.email_consent || ' ' || s.source FROM crm.customers c JOIN crm.consents s USING (customer_id) WHERE s.status = 'withdrawn'"));
        Assert.Empty(await _engine.Cases.ListAsync(false, 10, Cancellation));
    }

    [Theory]
    [InlineData("Please don't stop", "I like it")]
    [InlineData("Re: x", "yes\n\nSTOP")]
    [InlineData("Re: x", "I want it\n> stop")]
    public async Task WhatIsNoWordOfCommandStopsNothing(string subject, string text)
    {
        var sent = await SendAsync("go-" + Interlocked.Increment(ref _number));
        Assert.Equal([BounceOutcome.Reply], await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, subject, text)));
        Assert.Equal("", await TextAsync("SELECT coalesce(string_agg(reason, '|'), '') FROM engine.suppression"));
    }

    [Fact]
    public async Task WhoSaysStopAndMoreIsStoppedAndReadByAPerson()
    {
        var sent = await SendAsync("stop-and-more");
        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "Re: x", "Stop\nand tell me your opening hours")));
        Assert.Equal("open", Assert.Single(await _engine.Cases.ListAsync(true, 10, Cancellation)).State);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.answer"));
    }

    [Fact]
    public async Task TheMailOfListUnsubscribeActsByItsTokenWhoeverSendsIt()
    {
        var sent = await SendAsync("mailto");
        var token = _engine.Tokens.Unsubscribe(sent.Mailing.MailingId, sent.Mailing.OrdinalOf("anna"));
        var forged = (token[0] == 'A' ? 'B' : 'A') + token[1..];
        var foreign = _engine.Tokens.Open(sent.Mailing.MailingId, sent.Mailing.OrdinalOf("anna"));

        foreach (var wrong in (string[])[forged, foreign, token[..^1]])
        {
            Assert.Equal([BounceOutcome.Ignored], await TakeAsync(Mail("x@mail.test", "unsubscribe@shop.test", $"unsubscribe {wrong}", "")));
        }

        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Mail("robot@mail.test", "unsubscribe@shop.test", $"unsubscribe {token}", "", "Auto-Submitted: auto-generated")));
        Assert.Equal("unsubscribed", await TextAsync("SELECT string_agg(reason, '|') FROM engine.suppression"));
    }

    [Fact]
    public async Task ARuleAnswersOnceAPersonAndDayAndTheSecondQuestionIsACase()
    {
        var sent = await SendAsync("rule");
        Assert.Equal([BounceOutcome.Reply], await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "Re: Spring", "What are your opening hours?", "Message-ID: <q1@mail.test>")));
        Assert.Empty(await _engine.Cases.ListAsync(false, 10, Cancellation));
        Assert.Equal(1, await _engine.AnswerSweep.RunOnceAsync(Cancellation));
        Assert.Equal(0, await _engine.AnswerSweep.RunOnceAsync(Cancellation));

        var answer = Assert.Single(_sent);
        Assert.Equal((sent.ReturnPath, "anna@mail.test"), (answer.Sender, answer.To));
        foreach (var part in (string[])["<tea@shop.test>\r\n", sent.ReplyTo, "Reply-To:", "Subject: Re: Spring\r\n", "Auto-Submitted: auto-replied\r\n", "In-Reply-To: <q1@mail.test>\r\n", $"<{sent.MessageId}>", "Nine to five."])
        {
            Assert.Contains(part, answer.Text, StringComparison.Ordinal);
        }

        // The conversation goes on: their mail program refers to what we referred to.
        Assert.Equal([BounceOutcome.Reply], await TakeAsync(Mail("anna@mail.test", "service@shop.test", "Re: Spring", "And the opening hours on Sunday?", $"References: <{sent.MessageId}> <q1@mail.test>")));
        Assert.Equal("rule", Assert.Single(await _engine.Cases.ListAsync(true, 10, Cancellation)).Campaign);
        _clock.Now = Start.AddDays(1);
        Assert.Equal([BounceOutcome.Reply], await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "Re: Spring", "opening hours?", $"Date: {_clock.Now:R}")));
        await _engine.AnswerSweep.RunOnceAsync(Cancellation);
        Assert.Equal(2, _sent.Count);
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied")]
    [InlineData("Auto-Submitted: auto-notified")]
    [InlineData("Precedence: bulk")]
    [InlineData("List-Id: <tea.lists.test>")]
    [InlineData("Return-Path: <>")]
    [InlineData("X-Autoreply: yes")]
    [InlineData("X-Loop: x")]
    public async Task MachinesAndListsAreNeverAnsweredAndMakeNoCase(string header)
    {
        var sent = await SendAsync("machine-" + Interlocked.Increment(ref _number));
        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "Re: Spring", "opening hours STOP", header)));
        Assert.Equal("0 0 0", await TextAsync("SELECT (SELECT count(*) FROM engine.answer) || ' ' || (SELECT count(*) FROM engine.reply_case) || ' ' || (SELECT count(*) FROM engine.event)"));
    }

    [Theory]
    [InlineData("tea@shop.test")]
    [InlineData("no-reply@mail.test")]
    [InlineData("MAILER-DAEMON@mail.test")]
    public async Task NeitherWeOurselvesNorAddressesThatNobodyReadsAreAnswered(string from)
    {
        var sent = await SendAsync("own-" + Interlocked.Increment(ref _number));
        await TakeAsync(Mail(from, sent.ReplyTo, "Re: Spring", "opening hours"));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM engine.answer) + (SELECT count(*) FROM engine.reply_case)"));
    }

    [Fact]
    public async Task AMailThatAsksForNoAutomaticAnswerAndAnOldOneAreCases()
    {
        var sent = await SendAsync("no-answer");
        await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "x", "opening hours?", "X-Auto-Response-Suppress: All"));
        await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "x", "opening hours?", "Date: Tue, 3 Mar 2026 10:00:00 +0000"));
        Assert.Equal(["overdue", "open"], (await _engine.Cases.ListAsync(true, 10, Cancellation)).Select(c => c.State));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.answer"));
    }

    [Fact]
    public async Task WhoeverIsInChargeIsToldOnceAfterTwelveHours()
    {
        var (first, other) = (await SendAsync("alarm-1"), await SendAsync("special"));
        await TakeAsync(Mail("anna@mail.test", first.ReplyTo, "one", "Hello?"), Mail("anna@mail.test", first.ReplyTo, "two", "Hello?"), Mail("anna@mail.test", other.ReplyTo, "three", "Hello?"));
        _clock.Now = Start.AddHours(12).AddSeconds(-1);
        Assert.Equal(0, await _engine.CaseAlarms.RunOnceAsync(Cancellation));

        _clock.Now = Start.AddHours(12);
        Assert.Equal(3, await _engine.CaseAlarms.RunOnceAsync(Cancellation));
        Assert.Equal(0, await _engine.CaseAlarms.RunOnceAsync(Cancellation));
        Assert.Equal((3, 3), await _engine.Cases.CountAsync(Cancellation));
        await _engine.AnswerSweep.RunOnceAsync(Cancellation);
        await _engine.AnswerSweep.RunOnceAsync(Cancellation);

        Assert.Equal(["anna@shop.test", "ben@shop.test"], _sent.Select(s => s.To).Order());
        var mail = _sent.Single(s => s.To == "anna@shop.test").Text;
        Assert.Contains("Subject: 2 replies wait longer than 12 hours\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", mail, StringComparison.Ordinal);
        Assert.Equal(["overdue accepted", "overdue accepted", "overdue accepted"], (await _engine.Cases.ListAsync(true, 10, Cancellation)).Select(c => $"{c.State} {c.Alarm}"));
    }

    [Fact]
    public async Task APersonAnswersOnceAndTheClockStops()
    {
        var sent = await SendAsync("person");
        await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "Re: Bcc: x\r\n =?utf-8?Q?a=0D=0ABcc:_all@mail.test?=", "Hello?"));
        var number = (await _engine.Cases.ListAsync(true, 10, Cancellation))[0].CaseId;
        var answer = await _engine.Cases.AnswerAsync(number, "Good day.", "eva", Cancellation);
        Assert.Equal(1, await _engine.AnswerSweep.RunAsync(answer, Cancellation));
        Assert.Equal(0, await _engine.AnswerSweep.RunAsync(answer, Cancellation));

        var mail = Assert.Single(_sent).Text;
        Assert.DoesNotContain("Auto-Submitted", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nBcc:", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("accepted", Assert.Single(await _engine.Cases.AnswersAsync(number, Cancellation)).Outcome);
        _clock.Now = Start.AddDays(1);
        Assert.Equal(0, await _engine.CaseAlarms.RunOnceAsync(Cancellation));
        Assert.True(await _engine.Cases.CloseAsync(number, "eva", "done", Cancellation));
        Assert.False(await _engine.Cases.CloseAsync(number, "eva", "again", Cancellation));
        Assert.Null(await _engine.Cases.AnswerAsync(number, "Late.", "eva", Cancellation));
        Assert.Equal(("closed", "done"), ((await _engine.Cases.FindAsync(number, Cancellation))!.State, (await _engine.Cases.FindAsync(number, Cancellation))!.ClosedBecause));
    }

    [Fact]
    public async Task WhoIsPutInChargeAnewIsToldToo()
    {
        var sent = await SendAsync("assigned");
        await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "x", "Hello?"));
        var number = (await _engine.Cases.ListAsync(true, 10, Cancellation))[0].CaseId;
        _clock.Now = Start.AddHours(13);
        await _engine.CaseAlarms.RunOnceAsync(Cancellation);
        Assert.True(await _engine.Cases.AssignAsync(number, "anna@shop.test", Cancellation));
        Assert.Equal(0, await _engine.CaseAlarms.RunOnceAsync(Cancellation));
        Assert.True(await _engine.Cases.AssignAsync(number, "eva@shop.test", Cancellation));
        Assert.Equal(1, await _engine.CaseAlarms.RunOnceAsync(Cancellation));
    }

    [Fact]
    public async Task AnAnswerThatWasProvablyNotTakenIsTriedAgainAndOneWhoseSenderWasLostNever()
    {
        var sent = await SendAsync("lost");
        await UseAsync(1);
        await TakeAsync(Mail("anna@mail.test", sent.ReplyTo, "x", "opening hours?"));
        Assert.Equal(1, await _engine.AnswerSweep.RunOnceAsync(Cancellation));
        Assert.Equal(0, await _engine.AnswerSweep.RunOnceAsync(Cancellation));
        await UseAsync(_relay.EndPoint.Port);
        _clock.Now = Start.AddMinutes(5);
        Assert.Equal(1, await _engine.AnswerSweep.RunOnceAsync(Cancellation));
        Assert.Single(_sent);

        await TakeAsync(Mail("dora@mail.test", sent.ReplyTo, "x", "opening hours?"));
        await database.ExecuteAsync($"UPDATE engine.answer SET claimed_at = '{_clock.Now:O}' WHERE outcome IS NULL");
        _clock.Now = Start.AddHours(1);
        Assert.Equal(0, await _engine.AnswerSweep.RunOnceAsync(Cancellation));
        Assert.Single(_sent);
        Assert.Equal("accepted|in_doubt", await TextAsync("SELECT string_agg(outcome, '|' ORDER BY answer_id) FROM engine.answer"));
    }

    [Fact]
    public async Task EightSweepsAtATimeSendEachAnswerOnce()
    {
        var sent = await SendAsync("sweeps");
        await TakeAsync([.. Enumerable.Range(1, 30).Select(n => Mail($"p{n}@mail.test", sent.ReplyTo, "x", "opening hours?"))]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _engine.AnswerSweep.RunOnceAsync(Cancellation))));
        while (await _engine.AnswerSweep.RunOnceAsync(Cancellation) > 0)
        {
        }

        Assert.Equal((30, 30), (_sent.Count, _sent.Select(s => s.To).Distinct().Count()));
    }

    [Fact]
    public async Task AComplaintIsAWithdrawalToo()
    {
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no, email) VALUES ('K1', 'karl@mail.test')");
        var customer = await database.ScalarAsync<long>("SELECT customer_id FROM crm.customers");
        var sent = await SendAsync("complaint", "karl@mail.test", customer.ToString(CultureInfo.InvariantCulture));
        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Reports.Complaint(sent.ReturnPath)));
        await TakeAsync(Reports.Complaint(sent.ReturnPath));
        Assert.Equal("withdrawn complaint", await TextAsync("SELECT string_agg(c.email_consent || ' ' || s.source, '|') FROM crm.customers c JOIN crm.consents s USING (customer_id)"));
    }

    [Theory]
    [InlineData("replies: { reply_to: true }", "there is no domain for such addresses: write 'return_path' under 'bounces'")]
    [InlineData("replies: { sender: shop }", "there is no sender 'shop' with 'from'")]
    [InlineData("replies: { rules: [{ rule: a, words: b }] }", "the rule 'a' answers nothing; write 'answer' (for e-mail), 'sms', or both")]
    [InlineData("replies: { rules: [{ rule: a, words: b, sms: c }, { rule: a, words: d, sms: e }] }", "there are two rules 'a'; give one of them another name, for a name is answered once a day")]
    [InlineData("replies: { alarm_after: 3 days }", "'alarm_after' must be from 1 second to 1 day, not 3 days")]
    [InlineData("replies: { in_charge: nobody }", "'nobody'")]
    public void EveryFaultOfTheSettingsIsNamed(string yaml, string fault)
    {
        var problems = new ProblemList();
        Assert.Null(EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes(yaml), null, problems));
        Assert.Contains(fault, problems.Items[0].ToString(), StringComparison.Ordinal);
    }

    private static byte[] Mail(string from, string to, string subject, string text, string header = "X-Mailer: x") => Reports.Mail(
        $"From: {from}\nTo: {to}\nSubject: {subject}\n{(header.StartsWith("Message-ID", StringComparison.Ordinal) ? "" : $"Message-ID: <{Interlocked.Increment(ref _number)}@person.test>\n")}"
        + $"{(header.StartsWith("Date", StringComparison.Ordinal) ? "" : "Date: Tue, 10 Mar 2026 10:00:00 +0000\n")}{header}\nContent-Type: text/plain; charset=utf-8\n\n{text}");

    private ValueTask UseAsync(int port)
    {
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes($$"""
            routes: { relay: { smtp: "127.0.0.1:{{port}}", tls: off } }
            senders: { shop: { from: Tea <tea@shop.test>, route: relay, unsubscribe: unsubscribe@shop.test } }
            bounces: { return_path: bounces.shop.test }
            replies:
              reply_to: true
              also: replies@shop.test
              in_charge: Anna <anna@shop.test>
              campaigns: { special: ben@shop.test }
              rules:
                - { rule: hours, words: [opening hours, öffnungszeiten], answer: Nine to five. }
            """), null, problems);
        Assert.Empty(problems.Items);
        _engine = new CampaignEngineServices(database.WorkspaceDirectory, settings!, Models.Crm, database.Database, _clock);
        return ValueTask.CompletedTask;
    }

    private async Task<Sent> SendAsync(string campaign, string address = "anna@mail.test", string customer = "anna", DateTimeOffset? due = null)
    {
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, [new ArrangedPerson(customer, address)], campaign, dueAt: due ?? Start.AddHours(-1), cancellationToken: Cancellation);
        await using var key = database.Source.CreateCommand($"UPDATE engine.mailing_item SET recipient_key = $1 WHERE mailing_id = {mailing.MailingId}");
        key.Parameters.Add(new NpgsqlParameter { Value = _engine.Contacts.Normalise("email", address, null).Key! });
        await key.ExecuteNonQueryAsync(Cancellation);
        var ordinal = mailing.OrdinalOf(customer);
        return new Sent(
            mailing, ReturnPaths.ForReplies(_engine.Tokens, "bounces.shop.test").Of(mailing.MailingId, ordinal), new ReturnPaths(_engine.Tokens, "bounces.shop.test").Of(mailing.MailingId, ordinal),
            MessageIds.Of(_engine.Keys, "shop.test").Of(mailing.MailingId, ordinal));
    }

    private async Task<IReadOnlyList<BounceOutcome>> TakeAsync(params byte[][] mails)
    {
        var intake = _engine.BounceIntake(BounceRules.BuiltIn);
        return await _engine.BounceStore.StoreAsync([.. mails.SelectMany(m => intake.Read(m, [], "mail", 0))], Cancellation);
    }

    private Task<string> TextAsync(string sql) => database.ScalarAsync<string>(sql);

    private sealed record Sent(ArrangedMailing Mailing, string ReplyTo, string ReturnPath, string MessageId);

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
