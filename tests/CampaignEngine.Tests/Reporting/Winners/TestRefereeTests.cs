using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Dispatching;
using CampaignEngine.Reporting.Winners;
using CampaignEngine.Tests.Planning;

namespace CampaignEngine.Tests.Reporting.Winners;

public sealed class TestRefereeTests(PlanningFixture fixture) : IClassFixture<PlanningFixture>, IAsyncLifetime
{
    private const int People = 1200;
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly List<string> _said = [];
    private TimeSpan _ahead;

    public async ValueTask InitializeAsync() => await fixture.ExecuteAsync(
        $"""
        INSERT INTO crm.customers (customer_no, first_name, email, country, email_consent)
        SELECT 'test-' || n, 'T', 'test' || n || '@example.org', 'JP', 'granted' FROM generate_series(1, {People}) AS n ON CONFLICT DO NOTHING
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task EverybodyIsFrozenAtLaunchOnceAndTheRemainderWaits()
    {
        await LaunchAsync("frozen", "share: 40%, by: conversion");
        Assert.Equal(People, await CountAsync("SELECT count(*) FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = 'frozen'"));
        Assert.Equal(People, await CountAsync("SELECT count(DISTINCT i.customer_key) FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = 'frozen'"));
        var remainder = await CountAsync("SELECT count(*) FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = 'frozen' AND m.waits AND i.cell = 'remainder'");
        Assert.InRange(remainder, People * 0.5, People * 0.7);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = 'frozen' AND NOT m.waits AND i.cell = 'remainder'"));
        Assert.Contains(await MailingBalance.ReadAsync(fixture.Source, "frozen", Stop), b => b.State == "waiting" && b.Pending == remainder);
    }

    [Fact]
    public async Task NothingOfAWaitingRemainderCanBeGranted()
    {
        await LaunchAsync("guarded", "share: 50%, by: conversion");
        await fixture.ExecuteAsync(
            "UPDATE engine.send_chunk SET owner = 'w', lease_until = now() + interval '1 hour', epoch = 1, next_ordinal = 2 WHERE mailing_id = (SELECT mailing_id FROM engine.mailing WHERE campaign = 'guarded' AND waits) AND chunk_no = 1");
        var fault = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.ExecuteAsync(
            "INSERT INTO engine.send_grant (mailing_id, attempt, ordinals, chunk_no, epoch, owner, deadline) SELECT mailing_id, 1, '[1,2)', 1, 1, 'w', now() FROM engine.mailing WHERE campaign = 'guarded' AND waits"));
        Assert.Contains("is not running", fault.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheBetterCellIsReleasedOnceThoughTwoNodesDecide()
    {
        await LaunchAsync("better", "share: 50%, by: conversion, after: 2 days");
        await SendTestAsync("better");
        await BuyAsync("better", "b", everyNth: 4);
        await BuyAsync("better", "a", everyNth: 40);
        Assert.Equal(0, await Referee().RunOnceAsync(Stop));

        _ahead = TimeSpan.FromDays(2.1);
        var decided = await Task.WhenAll(Referee().RunOnceAsync(Stop), Referee().RunOnceAsync(Stop));
        Assert.Equal(1, decided.Sum());
        Assert.Equal("b", await fixture.ScalarAsync<string>("SELECT cell FROM engine.winner WHERE campaign = 'better' AND outcome = 'won' AND decided_by IS NULL"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM engine.mailing WHERE campaign = 'better' AND definition ->> 'winner' = 'b' AND NOT waits AND state = 'running'"));
        Assert.Contains("gets 'b'", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Equal(0, await Referee().RunOnceAsync(Stop));

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.ExecuteAsync("UPDATE engine.winner SET cell = 'a' WHERE campaign = 'better'"));
        Assert.Contains("cannot be changed", refused.MessageText, StringComparison.Ordinal);

        var customer = await fixture.ScalarAsync<string>(
            "SELECT c.customer_no FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) JOIN crm.customers c ON c.customer_id::text = i.customer_key WHERE m.campaign = 'better' AND i.cell = 'remainder' LIMIT 1");
        var why = await fixture.Services.Explainer.ExplainAsync(customer!, Definition("better", "share: 50%, by: conversion, after: 2 days"), Stop);
        Assert.Contains("in the remainder of the test, got 'b' because the test was decided at", why!.Detail, StringComparison.Ordinal);

        var report = await fixture.Services.Reports.ReportAsync("better", DateTimeOffset.UtcNow.AddDays(3), new ProblemList(), Stop);
        Assert.Equal(("won", "b"), (report!.Test!.Decision!.Outcome, report.Test.Decision.Cell));
        Assert.Equal(["a", "b"], report.Test.Standing.Cells.Select(c => c.Cell));
        Assert.True(report.Test.Standing.BestAgainst.Single() is { Lift: > 0.1, LiftLow: > 0, P: < 0.05 });
        Assert.Equal(["a", "b", "remainder"], report.Cells.Select(c => c.Cell));
        Assert.False(report.SampleRatio!.Alarm);
        var past = await fixture.Services.Reports.ReportAsync("better", DateTimeOffset.UtcNow.AddDays(1), new ProblemList(), Stop);
        Assert.Null(past!.Test!.Decision);
        Assert.NotNull(past.Test.DecidesAt);
    }

    [Theory]
    [InlineData("ask", "asked", "running", true)]
    [InlineData("first", "first", "running", false)]
    [InlineData("control", "control", "cancelled", false)]
    public async Task WhenNoCellWinsTheRuleSaysWhatTheRemainderGets(string otherwise, string outcome, string state, bool waits)
    {
        var name = $"none-{otherwise}";
        await LaunchAsync(name, $"share: 50%, by: conversion, otherwise: {otherwise}");
        await SendTestAsync(name);
        await BuyAsync(name, "a", everyNth: 10);
        await BuyAsync(name, "b", everyNth: 10);
        _ahead = TimeSpan.FromDays(1.1);
        Assert.Equal(1, await Referee().RunOnceAsync(Stop));
        Assert.Equal(outcome, await fixture.ScalarAsync<string>($"SELECT outcome FROM engine.winner WHERE campaign = '{name}'"));
        Assert.Equal(1, await CountAsync($"SELECT count(*) FROM engine.mailing WHERE campaign = '{name}' AND state = '{state}' AND waits = {waits} AND due_at > now() + interval '1 day' - interval '1 minute'"));
        Assert.Equal(0, await Referee().RunOnceAsync(Stop));
    }

    [Fact]
    public async Task APersonDecidesWhatTheRuleLeftOpenAndNoSecondTime()
    {
        await LaunchAsync("by-hand", "share: 50%, by: conversion");
        await SendTestAsync("by-hand");
        Assert.Equal(Decided.NoSuchCell, await DecideAsync("by-hand", "c"));
        Assert.Equal(Decided.Done, await Referee().DecideAsync("by-hand", null, stop: true, "ann", "the shop was down", new ProblemList(), Stop));
        _ahead = TimeSpan.FromDays(5);
        Assert.Equal(0, await Referee().RunOnceAsync(Stop));
        Assert.Equal(Decided.Done, await DecideAsync("by-hand", "a"));
        Assert.Equal(Decided.Before, await DecideAsync("by-hand", "b"));
        Assert.Equal("a by ann: fewer complaints", await fixture.ScalarAsync<string>("SELECT cell || ' by ' || decided_by || ': ' || because FROM engine.winner WHERE campaign = 'by-hand'"));
        Assert.Equal(Decided.NoTest, await DecideAsync("nothing", "a"));
    }

    [Fact]
    public async Task ASampleDecidesBeforeTheTimeAndAPausedRemainderIsLeftAlone()
    {
        await LaunchAsync("sampled", "share: 50%, by: conversion, after: 10 days, sample: 30");
        await SendTestAsync("sampled");
        await BuyAsync("sampled", "b", everyNth: 20);
        Assert.Equal(0, await Referee().RunOnceAsync(Stop));
        await BuyAsync("sampled", "b", everyNth: 4);
        await MailingControl.PauseAsync(fixture.Source, "sampled", null, Stop);
        Assert.Equal(0, await Referee().RunOnceAsync(Stop));
        await MailingControl.ResumeAsync(fixture.Source, "sampled", null, Stop);
        Assert.Equal(1, await Referee().RunOnceAsync(Stop));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM engine.mailing m JOIN engine.send_chunk c USING (mailing_id) WHERE m.campaign = 'sampled' AND m.definition ->> 'winner' = 'b' AND m.due_at <= now() AND c.not_before <= now()"));
    }

    [Fact]
    public async Task WhatFollowsGoesToTheTestAndToTheRemainderEachAfterItsOwnMessage()
    {
        const string Reminder = """

              - drop: reminder
                channel: email
                template: email/spring
                subject: Again
                schedule: { after: announce, delay: 3 days }
            """;
        await LaunchAsync("followed", "share: 50%, by: conversion, otherwise: first", Reminder);
        await SendTestAsync("followed");
        await fixture.Services.Occurrences(_said.Add).RunOnceAsync(Stop);
        Assert.Equal("test", await fixture.ScalarAsync<string>("SELECT string_agg(test_part, ',') FROM engine.occurrence WHERE campaign = 'followed' AND drop_name = 'reminder'"));
        _ahead = TimeSpan.FromDays(1.5);
        await Referee().RunOnceAsync(Stop);
        await fixture.Services.Occurrences(_said.Add).RunOnceAsync(Stop);
        Assert.Equal("test,remainder", await fixture.ScalarAsync<string>("SELECT string_agg(test_part, ',' ORDER BY due_at) FROM engine.occurrence WHERE campaign = 'followed' AND drop_name = 'reminder'"));
        await fixture.ExecuteAsync("UPDATE engine.occurrence SET due_at = now() - (test_part = 'test')::int * interval '1 hour' WHERE campaign = 'followed' AND drop_name = 'reminder'");
        foreach (var occurrence in await fixture.ScalarAsync<long[]>("SELECT array_agg(occurrence_id) FROM engine.occurrence WHERE campaign = 'followed' AND drop_name = 'reminder'") ?? [])
        {
            await fixture.Services.Freezer.FreezeAsync(occurrence, Stop);
        }

        Assert.Equal(People, await CountAsync("SELECT count(DISTINCT customer_key) FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = 'followed' AND drop_name = 'reminder'"));
        Assert.Equal(0, await CountAsync(
            "SELECT count(*) FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) JOIN engine.occurrence o USING (occurrence_id) WHERE m.campaign = 'followed' AND m.drop_name = 'reminder' AND (i.cell = 'remainder') <> (o.test_part = 'remainder')"));
        Assert.Equal("a", await fixture.ScalarAsync<string>("SELECT definition ->> 'winner' FROM engine.mailing m JOIN engine.occurrence o USING (occurrence_id) WHERE m.campaign = 'followed' AND m.drop_name = 'reminder' AND test_part = 'remainder'"));
    }

    [Fact]
    public async Task TheRemainderIsComparedWithTheControlCellOverItsOwnWindow()
    {
        const string Test = "share: 50%, by: conversion, otherwise: first";
        await fixture.LaunchAsync(await fixture.PlanAsync(Definition("late", Test, audience: "holdout: 25%")));
        await SendTestAsync("late", "30 days");
        _ahead = TimeSpan.FromDays(1.5);
        Assert.Equal(1, await Referee().RunOnceAsync(Stop));
        await fixture.ExecuteAsync("INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) SELECT i.mailing_id, i.ordinal, 1, 'accepted', now() - interval '10 days' FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = 'late' AND i.cell = 'remainder'");
        var held = await CountAsync("SELECT count(*) FROM engine.list_person p JOIN engine.mailing m USING (list_id) WHERE m.campaign = 'late' AND p.reason = 'control'");
        Assert.InRange(held, 200, 400);

        // All of the control cell buy once in the window of the test; a third of them in that of the remainder.
        await HeldBuyAsync("25 days", 1);
        await HeldBuyAsync("5 days", 3);
        var report = (await fixture.Services.Reports.ReportAsync("late", DateTimeOffset.UtcNow, new ProblemList(), Stop))!;
        var third = (held + 2) / 3;
        Assert.Equal((held, held), report.Cells.Single(c => c.Control) is var control ? (control.People, control.Conversions) : default);
        Assert.All(report.Cells.Where(c => c is { Control: false, Cell: "a" or "b" }), c => Assert.Equal(held, c.Comparison!.Conversions));
        foreach (var remainder in (CampaignEngine.Reporting.ReportRow[])[report.Cells.Single(c => c.Cell == "remainder"), report.Rows.Single(r => r.Cell == "remainder")])
        {
            Assert.Equal((held, third, third, third * 10m), remainder.Comparison is { } own ? (own.People, own.Conversions, own.Orders, own.Revenue) : default);
        }

        // The total is compared with everybody of the control cell once: half over the one window, half over the other.
        var whole = report.Total.Comparison!;
        Assert.Equal(held, whole.People);
        Assert.InRange(whole.Conversions, (long)(held * 0.56), (long)(held * 0.78));
        await HeldBuyAsync("4 days", 1);
        var again = (await fixture.Services.Reports.ReportAsync("late", DateTimeOffset.UtcNow, new ProblemList(), Stop))!;
        Assert.Equal(held, again.Total.Comparison!.Conversions);
        Assert.Equal(held, again.Drops.Single().Comparison!.Conversions);

        // As of a day before the remainder left there is one window only.
        var early = (await fixture.Services.Reports.ReportAsync("late", DateTimeOffset.UtcNow.AddDays(-20), new ProblemList(), Stop))!;
        Assert.Equal((held, held), (early.Total.Comparison!.People, early.Total.Comparison.Conversions));

        Task HeldBuyAsync(string ago, int everyNth) => fixture.ExecuteAsync(
            $"""
            INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount)
            SELECT 'late-{ago}-' || customer_key, customer_key::bigint, now() - interval '{ago}', 10
            FROM (SELECT customer_key, row_number() OVER (ORDER BY customer_key) AS n FROM engine.list_person p JOIN engine.mailing m USING (list_id) WHERE m.campaign = 'late' AND p.reason = 'control') h
            WHERE (n - 1) % {everyNth} = 0
            """);
    }

    private Task<Decided> DecideAsync(string campaign, string? cell) => Referee().DecideAsync(campaign, cell, stop: false, "ann", "fewer complaints", new ProblemList(), Stop);

    private TestReferee Referee() => new(fixture.Database, fixture.Services.Reports, new Ahead(this), _said.Add);

    private Task<long> CountAsync(string sql) => fixture.ScalarAsync<long>(sql);

    private async Task LaunchAsync(string name, string test, string drops = "") => await fixture.LaunchAsync(await fixture.PlanAsync(Definition(name, test, drops)));

    // Everybody of the test was contacted a moment ago.
    private Task SendTestAsync(string campaign, string ago = "1 minute") => fixture.ExecuteAsync(
        $"""
        INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at)
        SELECT i.mailing_id, i.ordinal, 1, 'accepted', now() - interval '{ago}' FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = '{campaign}' AND NOT m.waits;
        UPDATE engine.send_chunk c SET next_ordinal = last_ordinal + 1 FROM engine.mailing m WHERE m.mailing_id = c.mailing_id AND m.campaign = '{campaign}' AND NOT m.waits
        """);

    private Task BuyAsync(string campaign, string cell, int everyNth) => fixture.ExecuteAsync(
        $"""
        INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount)
        SELECT '{campaign}-{cell}-{everyNth}-' || i.ordinal, i.customer_key::bigint, now() - interval '30 seconds', 20
        FROM (SELECT *, row_number() OVER (ORDER BY ordinal) AS n FROM engine.mailing_item JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = '{campaign}' AND cell = '{cell}') i WHERE n % {everyNth} = 0
        """);

    // All campaigns have the same people: each counts its own orders.
    private static CampaignDefinition Definition(string name, string test, string drops = "", string audience = "")
    {
        var problems = new ProblemList();
        var campaign = CampaignLoader.Load($"campaigns/{name}.yaml", Encoding.UTF8.GetBytes(
            $$"""
            campaign: {{name}}
            audience:
              where: [country = "JP"]
              {{audience}}
            cells:
              - { cell: a, share: 50%, vars: { offer: One } }
              - { cell: b, share: 50%, vars: { offer: Two } }
            test: { {{test}} }
            drops:
              - drop: announce
                channel: email
                template: email/spring
                subject: Hello
                schedule: now
            {{drops}}
            response: { window: 14 days, conversion: orders where order_no like "{{name}}-%" }
            """), problems);
        Assert.Empty(problems.Items);
        return campaign!;
    }

    private sealed class Ahead(TestRefereeTests test) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + test._ahead;
    }
}
