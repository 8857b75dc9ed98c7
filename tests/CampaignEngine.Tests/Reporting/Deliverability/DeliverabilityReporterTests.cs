using CampaignEngine.Reporting.Deliverability;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tests.Tracking.Bounces;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Reporting.Deliverability;

public sealed class DeliverabilityReporterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly CampaignEngineServices _engine = new(
        database.WorkspaceDirectory, new EngineSettings { Bounces = new BounceSettings { ReturnPathDomain = "bounces.shop.test" } }, Models.Crm, database.Database, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachMessageCountsOnceForItsProvider()
    {
        var mailing = await ArrangedMailing.FreezeAsync(database.Source,
        [
            new ArrangedPerson("gone", "gone@gmail.com"), new ArrangedPerson("full", "full@GoogleMail.com"), new ArrangedPerson("well", "well@gmail.com"), new ArrangedPerson("angry", "angry@small.test"),
            new ArrangedPerson("blocked", "blocked@small.test"), new ArrangedPerson("refused", "refused@tiny.test"), new ArrangedPerson("ours", "ours@gmail.com", Seed: true),
        ], "deliverable", cancellationToken: Cancellation);
        await database.ExecuteAsync($"""
            INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at)
            SELECT mailing_id, ordinal, 1, CASE customer_key WHEN 'refused' THEN 'rejected' WHEN 'well' THEN 'deferred' ELSE 'accepted' END, '2026-03-10 09:01Z' FROM engine.mailing_item WHERE mailing_id = {mailing.MailingId};
            INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) VALUES ({mailing.MailingId}, {mailing.OrdinalOf("well")}, 2, 'accepted', '2026-03-10 09:11Z');
            INSERT INTO engine.event (mailing_id, ordinal, kind, at, event_key) VALUES ({mailing.MailingId}, {mailing.OrdinalOf("well")}, 'open', '2026-03-10 10:00Z', 'o1'), ({mailing.MailingId}, {mailing.OrdinalOf("well")}, 'open', '2026-03-10 11:00Z', 'o2');
            INSERT INTO engine.event (mailing_id, ordinal, kind, at, event_key, machine, machine_reason) VALUES ({mailing.MailingId}, {mailing.OrdinalOf("full")}, 'open', '2026-03-10 10:00Z', 'o3', true, 'prefetch')
            """);
        await TakeAsync(Reports.Dsn(To("gone")), Reports.Dsn(To("gone")), Reports.Dsn(To("full"), status: "5.2.2", said: "552 5.2.2 mailbox full"), Reports.Complaint(To("angry")),
            Reports.Dsn(To("blocked"), status: "5.7.1", said: "554 5.7.1 blocked using zen.spamhaus.org"), Reports.Dsn(To("well"), action: "delayed", status: "4.4.1", said: "timed out"), Reports.Dsn("x@y.test", "well@gmail.com"));

        var rows = await _engine.Deliverability.RunAsync("deliverable", default, DateTimeOffset.MaxValue.AddDays(-1), 2, Cancellation);

        Assert.Equal(["gmail 3 3 1 0 1 1 0 0 1 0", "small.test 2 2 0 0 0 0 1 1 0 0", "others 1 0 0 1 0 0 0 0 0 0", "all 6 5 1 1 1 1 1 1 1 0"], rows.Select(r =>
            $"{r.Provider.ToLowerInvariant()} {r.Messages} {r.Accepted} {r.Deferred} {r.Rejected} {r.BouncedHard} {r.BouncedSoft} {r.Refused} {r.Complaints} {r.Opened} {r.Clicked}"));
        Assert.Equal(3 / 5.0, rows[^1].BounceRate);
        Assert.InRange(rows[^1].BounceRateLow!.Value, 0.2, 0.25);
        Assert.Empty(await _engine.Deliverability.RunAsync("deliverable", default, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 5, Cancellation));

        string To(string who) => new ReturnPaths(_engine.Tokens, "bounces.shop.test").Of(mailing.MailingId, mailing.OrdinalOf(who));
    }

    private async Task TakeAsync(params byte[][] mails)
    {
        var intake = _engine.BounceIntake(BounceRules.BuiltIn);
        await _engine.BounceStore.StoreAsync([.. mails.SelectMany(m => intake.Read(m, [], "mail", 0))], Cancellation);
    }
}
