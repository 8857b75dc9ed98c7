using System.Net;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Rehearsing;
using CampaignEngine.Rehearsing.Returns;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Rehearsing;

/// <summary>An inbox that sends mail back, with real conversations on both sides: engine → inbox → the engine's own listener.</summary>
public sealed class ReturnSenderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Domain = "bounces.shop.test";
    private const string Content = "From: shop@shop.test\r\nSubject: Tea\r\nMessage-ID: <m@shop.test>\r\n\r\nHello\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatComesBackIsProvenByItsReturnPathAndFollowedByWhatThePolicySays()
    {
        var engine = new CampaignEngineServices(
            database.WorkspaceDirectory,
            new EngineSettings { Bounces = new BounceSettings { ReturnPathDomain = Domain, Listen = new IPEndPoint(IPAddress.Loopback, 0) } },
            Models.Crm, database.Database, TimeProvider.System);
        string[] names = ["gone", "full", "angry", "well"];
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, [.. names.Select(n => new ArrangedPerson(n, $"ann@{n}.test"))], "returned", cancellationToken: Token);
        var paths = new ReturnPaths(engine.Tokens, Domain);
        await using var listener = new BounceListener(engine, _ => { }).Start()!;
        var faults = RelayFaults.Read("bounce@gone.test=100%,full@full.test=100%,complaint@ann@angry.test=100%", out _)!;

        (long, long) counts;
        await using (var back = ReturnSender.To(listener.EndPoint, faults, null, TimeProvider.System))
        {
            await using var inbox = Inbox(faults, back);
            await SendAsync(inbox, names.Select(n => (paths.Of(mailing.MailingId, mailing.OrdinalOf(n)), $"ann@{n}.test")));
            await back.DisposeAsync();
            counts = back.Counts;
        }

        Assert.Equal((3L, 0L), counts);
        Assert.Equal("angry feedback return_path|full mailboxfull return_path|gone userunknown return_path", await database.ScalarAsync<string>($"""
            SELECT string_agg(i.customer_key || ' ' || b.class || ' ' || b.proof, '|' ORDER BY i.customer_key)
            FROM engine.bounce b JOIN engine.mailing_item i USING (mailing_id, ordinal) WHERE b.mailing_id = {mailing.MailingId}
            """));
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM engine.suppression"));
    }

    [Fact]
    public async Task AsFilesTheyWaitForIngest()
    {
        using var folder = new TempDirectory("returns");
        var faults = RelayFaults.Read("bounce=100%", out _)!;
        using (var log = SentBackLog.Open(folder.FullName, Assert.Fail))
        await using (var back = ReturnSender.To(folder["out"], faults, log, TimeProvider.System))
        {
            await using var inbox = Inbox(faults, back);
            await SendAsync(inbox, [("b@shop.test", "ann@example.com"), ("b@shop.test", "bob@example.com")]);
        }

        var reports = Directory.GetFiles(folder["out"]).Select(f => new BounceReader(BounceRules.BuiltIn).Read(File.ReadAllBytes(f))).ToList();
        Assert.Equal(["ann@example.com", "bob@example.com"], reports.Select(r => Assert.Single(r.Recipients).Recipient).Order());
        using var sent = SentBackReader.Open(folder.FullName)!;
        Assert.Equal(
            Directory.GetFiles(folder["out"]).Order(StringComparer.Ordinal).Select(f => $"bounce 5.1.1: taken ({Path.GetFileName(f)})"), sent.Find(1).Select(s => s.ToString()));
        Assert.All(reports, r => Assert.Equal(("<m@shop.test>", "5.1.1"), (r.Original.First(h => h.Name == "Message-ID").Value, r.Recipients[0].Status)));
    }

    [Fact]
    public async Task WhatNobodyTakesIsWrittenDownWithTheReason()
    {
        using var folder = new TempDirectory("returns");
        var faults = RelayFaults.Read("complaint=100%", out _)!;
        await using var closed = SmtpReceiver.Start(
            new SmtpReceiverOptions { Script = new ReceiverScript().On(ReceiverMoment.Recipient, ReceiverAct.Answer(550, "5.1.1", "nobody of that name")) },
            static (_, _) => ValueTask.FromResult(SmtpReceiver.Stored), TimeProvider.System);
        using (var log = SentBackLog.Open(folder.FullName, Assert.Fail))
        await using (var back = ReturnSender.To(closed.EndPoint, faults, log, TimeProvider.System))
        {
            await using var inbox = Inbox(faults, back);
            await SendAsync(inbox, [("b@shop.test", "ann@example.com")]);
        }

        using var sent = SentBackReader.Open(folder.FullName)!;
        Assert.Equal("complaint abuse: not taken (SMTP 550 nobody of that name)", Assert.Single(sent.Find(1)).ToString());
    }

    [Fact]
    public void NothingIsSentToAnotherMachine() => Assert.Throws<ArgumentException>(() =>
        ReturnSender.To(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25), RelayFaults.Read("bounce=1%", out _)!, null, TimeProvider.System));

    [Fact]
    public async Task OneDomainIsThrottledAndTheOthersAreNot()
    {
        var second = new StandingTime();
        var faults = RelayFaults.Read("throttle@slow.test=2/s,550@gone.test=100%", out _)!;
        await using var inbox = SmtpReceiver.Start(new SmtpReceiverOptions { Script = RelayFaults.Script(faults, second) }, (_, _) => ValueTask.FromResult(SmtpReceiver.Stored), TimeProvider.System);

        var first = await SendAsync(inbox, [("b@shop.test", "a@slow.test"), ("b@shop.test", "b@SLOW.test"), ("b@shop.test", "c@slow.test"), ("b@shop.test", "d@fast.test"), ("b@shop.test", "e@gone.test"), ("b@shop.test", "f@slow.test"), ("b@shop.test", "g@slow.test")]);
        second.Now += TimeSpan.FromSeconds(1);
        var next = await SendAsync(inbox, [("b@shop.test", "c@slow.test")]);

        Assert.Equal([250, 250, 451, 250, 550, 451, 421], first);
        Assert.Equal([250], next);
    }

    private static SmtpReceiver Inbox(ScriptedFaults faults, ReturnSender back) => SmtpReceiver.Start(
        new SmtpReceiverOptions { Script = RelayFaults.Script(faults, TimeProvider.System) },
        async (message, _) =>
        {
            await back.AddAsync(message, 1);
            return SmtpReceiver.Stored;
        },
        TimeProvider.System);

    private static async Task<List<int>> SendAsync(SmtpReceiver inbox, IEnumerable<(string From, string To)> envelopes)
    {
        var codes = new List<int>();
        await using var connection = await SmtpConnection.ConnectAsync(new SmtpRoute { Host = "127.0.0.1", Port = inbox.EndPoint.Port, Tls = SmtpTls.Off }, TimeProvider.System, Token);
        foreach (var (from, to) in envelopes)
        {
            Assert.True(EmailAddress.TryParse(from, out var sender, out _) & EmailAddress.TryParse(to, out var recipient, out _));
            codes.Add((await connection.SendAsync(new SmtpEnvelope(sender, recipient), System.Text.Encoding.ASCII.GetBytes(Content), static () => true, Token)).Code);
        }

        return codes;
    }

    private sealed class StandingTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
