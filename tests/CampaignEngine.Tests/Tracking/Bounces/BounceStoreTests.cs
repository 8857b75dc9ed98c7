using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

public sealed class BounceStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly CampaignEngineServices _engine = new(
        database.WorkspaceDirectory, new EngineSettings { Bounces = new BounceSettings { ReturnPathDomain = "bounces.shop.test" } }, Models.Crm, database.Database, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AHardBounceToOurReturnPathSuppressesOnceAndForAll()
    {
        var (mailing, to) = await SendAsync("hard");
        var mail = Reports.Dsn(to);

        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(mail));
        Assert.Equal([BounceOutcome.Known], await TakeAsync(mail));
        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Dsn(to)));
        Assert.Equal("hard_bounce report: userunknown", await SuppressionAsync(mailing));
        Assert.Equal("bounce", await EventsAsync(mailing));
    }

    [Fact]
    public async Task AMailThatServersAddedHeadersToIsTheSameMail()
    {
        var (_, to) = await SendAsync("headers");
        var mail = Reports.Dsn(to);

        await TakeAsync(mail);
        Assert.Equal([BounceOutcome.Known], await TakeAsync([.. Reports.Mail("Received: by mx.shop.test; Tue, 10 Mar 2026 10:00:01 +0000").AsSpan(), .. mail]));
    }

    [Fact]
    public async Task ABounceThatForgesSomebodysAddressChangesNothing()
    {
        var (mailing, to) = await SendAsync("forged");
        var domain = to[to.IndexOf('@', StringComparison.Ordinal)..];
        var mutated = (to[2] == 'f' ? "b-0" : "b-f") + to[3..];
        var other = _engine.Tokens.Unsubscribe(mailing.MailingId, mailing.OrdinalOf("anna"));

        foreach (var address in (string[])["bounces" + domain, mutated, $"b-{other}{domain}", to[..20] + domain])
        {
            Assert.Equal([BounceOutcome.Unproven], await TakeAsync(Reports.Dsn(address, "anna@forged.test")));
        }

        Assert.Equal("", await SuppressionAsync(mailing));
        Assert.Equal("", await EventsAsync(mailing));
    }

    [Fact]
    public async Task OurMessageIdWithinTheReturnedMessageIsProof()
    {
        var (mailing, _) = await SendAsync("message-id");
        var id = CampaignEngine.Dispatching.MessageIds.Of(_engine.Keys, "shop.test").Of(mailing.MailingId, mailing.OrdinalOf("anna"));

        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Reports.Dsn(original: $"Message-ID: <{id.ToUpperInvariant()}>")));
    }

    [Theory]
    [InlineData("5.7.1", "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "failed")]
    [InlineData("5.7.26", "550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", "failed")]
    [InlineData("5.7.1", "550 5.7.1 this message looks like spam", "failed")]
    [InlineData("4.4.1", "connect to mx.test: Connection timed out", "delayed")]
    [InlineData("2.0.0", "250 2.0.0 ok", "delivered")]
    public async Task WhatIsNotAboutTheAddressNeverSuppressesHoweverOften(string status, string said, string action)
    {
        var last = "";
        for (var i = 0; i < 7; i++)
        {
            var (mailing, to) = await SendAsync($"never-{said.Length}-{i}", address: $"never{said.Length}@mail.test");
            Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Dsn(to, status: status, said: said, action: action)));
            last += await SuppressionAsync(mailing);
        }

        Assert.Equal("", last);
    }

    [Fact]
    public async Task AnAutomaticAnswerSuppressesNobody()
    {
        var (mailing, to) = await SendAsync("away");
        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Mail($"From: anna@away.test\nTo: {to}\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nuser unknown, mailbox full: I am away")));
        Assert.Equal("", await SuppressionAsync(mailing) + await EventsAsync(mailing));
    }

    [Fact]
    public async Task SoftBouncesCountByMailingWithinTheirTime()
    {
        List<BounceOutcome> outcomes = [];
        for (var i = 1; i <= 6; i++)
        {
            var (_, to) = await SendAsync($"soft-{i}", address: "full@mail.test");
            // The first lies more than 30 days before the others.
            var day = i == 1 ? "1 Jan" : $"{i} Mar";
            outcomes.AddRange(await TakeAsync(Reports.Dsn(to, status: "5.2.2", said: "552 5.2.2 mailbox full", date: $"{day} 2026 10:00:00 +0000")));
            outcomes.AddRange(await TakeAsync(Reports.Dsn(to, status: "5.2.2", said: "552 5.2.2 mailbox full", date: $"{day} 2026 11:00:00 +0000")));
        }

        Assert.Equal([.. Enumerable.Repeat(BounceOutcome.Recorded, 10), BounceOutcome.Suppressed, BounceOutcome.Recorded], outcomes);
    }

    [Fact]
    public async Task SoftBouncesOfLongAgoCountWhenTheyAreReadTogetherWithLaterOnes()
    {
        var mails = new List<byte[]>();
        for (var i = 1; i <= 6; i++)
        {
            var (_, to) = await SendAsync($"stored-{i}", address: "stored@mail.test");
            mails.Add(Reports.Dsn(to, status: "5.2.2", said: "552 5.2.2 mailbox full", date: i == 6 ? "9 Mar 2026 10:00:00 +0000" : $"{i} Jan 2026 10:00:00 +0000"));
        }

        Assert.Contains(BounceOutcome.Suppressed, await TakeAsync([.. mails]));
    }

    [Fact]
    public async Task TwoWhoReadTheSameMailsAtATimeStoreThemOnce()
    {
        var mails = new List<byte[]>();
        for (var i = 0; i < 20; i++)
        {
            mails.Add(Reports.Dsn((await SendAsync($"twice-{i}")).To));
        }

        var reversed = mails.AsEnumerable().Reverse().ToArray();
        var outcomes = (await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => TakeAsync(i % 2 == 0 ? [.. mails] : reversed))))).SelectMany(o => o).ToList();

        Assert.Equal((20, 140), (outcomes.Count(o => o == BounceOutcome.Suppressed), outcomes.Count(o => o == BounceOutcome.Known)));
    }

    [Fact]
    public async Task AComplaintSuppressesAtOnceAndOtherFeedbackDoesNot()
    {
        var (angry, to) = await SendAsync("complaint");
        var (calm, other) = await SendAsync("no-complaint");

        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Reports.Complaint(to)));
        Assert.Equal("complaint report: feedback", await SuppressionAsync(angry));
        Assert.Equal("complaint", await EventsAsync(angry));
        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Complaint(other, "not-spam")));
        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Complaint(other, "auth-failure")));
        Assert.Equal("", await SuppressionAsync(calm) + await EventsAsync(calm));
    }

    [Fact]
    public async Task ABounceProvesThatTheRelayTookAMessageInDoubt()
    {
        var (mailing, to) = await SendAsync("doubt");
        await database.ExecuteAsync($"INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, evidence) VALUES ({mailing.MailingId}, {mailing.OrdinalOf("anna")}, 1, 'connection lost')");

        await TakeAsync(Reports.Dsn(to, status: "4.4.1", said: "timed out", action: "delayed"));

        Assert.Equal("accepted report: expired", await database.ScalarAsync<string>($"SELECT outcome || ' ' || reason FROM engine.send_outcome WHERE mailing_id = {mailing.MailingId}"));
    }

    [Fact]
    public async Task ASeedIsNeverSuppressed()
    {
        var (mailing, to) = await SendAsync("seed", seed: true);

        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Dsn(to)));
        Assert.Equal("", await SuppressionAsync(mailing));
    }

    [Fact]
    public async Task AnOperatorsDecisionIsARuleForWhatWaitsAndWhatComes()
    {
        var (first, to) = await SendAsync("unknown-1", address: "one@strange.test");
        var (_, next) = await SendAsync("unknown-2", address: "two@strange.test");
        Assert.Equal([BounceOutcome.Recorded], await TakeAsync(Reports.Dsn(to, "one@strange.test", "5.0.0", "599 zork 17 has left the building of one@strange.test", "failed")));
        var unknown = Assert.Single(await _engine.BounceReview.UnknownAsync(10, Cancellation));
        Assert.Equal("599 zork 17 has left the building of ...", unknown.Text);

        var decided = await _engine.BounceReview.DecideAsync("Zork * has left the building", BounceRules.BuiltIn["userunknown"], "op", "asked them", Cancellation);

        Assert.Equal((1, 1), decided);
        Assert.Equal("hard_bounce report: userunknown", await SuppressionAsync(first));
        Assert.Empty(await _engine.BounceReview.UnknownAsync(10, Cancellation));
        Assert.Equal([BounceOutcome.Suppressed], await TakeAsync(Reports.Dsn(next, "two@strange.test", "5.0.0", "599 zork 18 has left the building", "failed")));
    }

    [Fact]
    public async Task MailThatReportsNothingAndProvesNothingIsNotKept()
    {
        Assert.Equal([BounceOutcome.Ignored], await TakeAsync(Reports.Mail("From: a@b.test\nSubject: hello\n\nHow are you?")));
    }

    private async Task<(ArrangedMailing Mailing, string To)> SendAsync(string campaign, string? address = null, bool seed = false)
    {
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, [new ArrangedPerson("anna", address ?? $"anna@{campaign}.test", Seed: seed)], campaign, cancellationToken: Cancellation);
        return (mailing, new ReturnPaths(_engine.Tokens, "bounces.shop.test").Of(mailing.MailingId, mailing.OrdinalOf("anna")));
    }

    private async Task<IReadOnlyList<BounceOutcome>> TakeAsync(params byte[][] mails)
    {
        var intake = _engine.BounceIntake(await _engine.BounceReview.RulesAsync(Cancellation));
        return await _engine.BounceStore.StoreAsync([.. mails.SelectMany(m => intake.Read(m, [], "mail", 0))], Cancellation);
    }

    private Task<string> SuppressionAsync(ArrangedMailing mailing) => database.ScalarAsync<string>($"""
        SELECT coalesce(string_agg(s.reason || ' ' || s.source, '|'), '') FROM engine.suppression s JOIN engine.mailing_item i USING (recipient_key) WHERE i.mailing_id = {mailing.MailingId}
        """);

    private Task<string> EventsAsync(ArrangedMailing mailing) =>
        database.ScalarAsync<string>($"SELECT coalesce(string_agg(kind, '|' ORDER BY event_id), '') FROM engine.event WHERE mailing_id = {mailing.MailingId}");
}
