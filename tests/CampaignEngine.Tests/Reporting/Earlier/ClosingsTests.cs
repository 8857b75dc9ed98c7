using CampaignEngine.Authoring;
using CampaignEngine.Customers.History;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Earlier;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting.Earlier;

public sealed class ClosingsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset January = new(2026, 1, 12, 9, 0, 0, TimeSpan.Zero);
    private readonly ReportRequests _requests = new(database.Source, Models.Crm, new EngineSettings());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ACampaignStandsBesideTheEarlierOnesOfItsName()
    {
        await SendAsync("tea-2025", January, 20);
        await SendAsync("tea-2026-1", January.AddDays(40), 30);
        await SendAsync("tea-2026-2", January.AddDays(80), 25);
        await SendAsync("coffee", January.AddDays(80), 90);
        await SendAsync("tea-2026-3", January.AddDays(120), 60);

        var beside = (await BesideAsync("tea-2026-3", January.AddDays(140)))!;
        Assert.Equal(("series", "tea"), (beside.ComparedBy, beside.Value));
        Assert.Equal(["tea-2026-2", "tea-2026-1", "tea-2025"], beside.Campaigns.Select(c => c.Campaign));
        var rate = beside.Measures.Single(m => m.Measure == "response_rate");

        // By hand: 10, 15 and 12.5 %: mean 0.125, s 0.025, t with two degrees of freedom 4.302653.
        Assert.Equal((0.3, 3, 0.125), (rate.Value, rate.Campaigns, rate.Earlier));
        Assert.Equal(0.125 - (4.302653 * 0.025 / Math.Sqrt(3)), rate.EarlierLow!.Value, 1e-6);
        Assert.Equal(0.125 + (4.302653 * 0.025 * Math.Sqrt(4.0 / 3)), rate.ExpectedHigh!.Value, 1e-6);
        Assert.Equal(EarlierVerdict.Above, rate.Verdict);

        // What was not over yet by the report's moment is not compared with; without one of the name those of the channel are.
        Assert.Equal(["tea-2025"], (await BesideAsync("tea-2026-1", January.AddDays(45)))!.Campaigns.Select(c => c.Campaign));
        Assert.Null(await BesideAsync("tea-2026-1", January.AddDays(20)));
        Assert.Equal(("channel", "email"), (await BesideAsync("coffee", January.AddDays(140)))! is var coffee ? (coffee.ComparedBy, coffee.Value) : default);
    }

    [Fact]
    public async Task ClosingFiguresStandUntilTheyAreCountedAnew()
    {
        await SendAsync("milk-1", January, 20);
        await SendAsync("milk-2", January.AddDays(60), 20);
        Assert.Equal(0.1, (await BesideAsync("milk-2", January.AddDays(61)))!.Measures[0].Earlier);
        await database.ExecuteAsync(
            "INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, recorded_at, event_key) SELECT mailing_id, 150, 'click', 1, due_at + interval '1 day', due_at + interval '1 day', 'found' FROM engine.mailing WHERE campaign = 'milk-1'");
        Assert.Equal(0.1, (await BesideAsync("milk-2", January.AddDays(61)))!.Measures[0].Earlier);
        await Closings.RecountAsync(Cancel);
        Assert.Equal(0.105, (await BesideAsync("milk-2", January.AddDays(61)))!.Measures[0].Earlier);

        // Everything is closed: there is nothing left to count.
        await Closings.RunOnceAsync(Cancel);
        Assert.Equal(0, await Closings.RunOnceAsync(Cancel));

        // A further drop opens it again.
        await SendAsync("milk-1", January.AddDays(5), 0, "reminder");
        Assert.Equal(1, await Closings.RunOnceAsync(Cancel));
    }

    [Fact]
    public async Task ImportedCampaignsOfOneKindAreComparedAndForgottenWithTheirHistory()
    {
        // However many of other kinds came in between.
        await database.ExecuteAsync(
            "INSERT INTO engine.past_campaign (campaign, kind, channel, starts_at, window_days) SELECT 'between-' || n, 'cards', 'print', '2020-03-15', 30 FROM generate_series(1, 30) n; INSERT INTO engine.past_contact (past_campaign_id, contact_no) SELECT past_campaign_id, campaign FROM engine.past_campaign WHERE kind = 'cards'");
        for (var n = 1; n <= 3; n++)
        {
            await database.ExecuteAsync(
                $"""
                WITH p AS (INSERT INTO engine.past_campaign (campaign, kind, channel, starts_at, window_days) VALUES ('old-{(char)('a' + n)}', 'letters', 'print', '2020-0{(n == 3 ? 9 : n)}-01', 30) RETURNING past_campaign_id),
                     c AS (INSERT INTO engine.past_contact (past_campaign_id, contact_no, contacted_at) SELECT past_campaign_id, 'c{n}-' || g, '2020-0{(n == 3 ? 9 : n)}-01' FROM p, generate_series(1, 100) g RETURNING past_contact_id)
                INSERT INTO engine.past_response (past_contact_id, response_no, at, conversion, revenue) SELECT past_contact_id, 'r' || past_contact_id, '2020-0{(n == 3 ? 9 : n)}-05', true, 10 FROM c ORDER BY 1 LIMIT {5 * n}
                """);
        }

        var beside = (await BesideAsync("old-d", January))!;
        Assert.Equal(("kind", "letters"), (beside.ComparedBy, beside.Value));
        Assert.Equal([("old-c", 0.1), ("old-b", 0.05)], beside.Campaigns.Select(c => (c.Campaign, c.ResponseRate!.Value)));
        Assert.Equal((0.15, 0.075, (double?)null), beside.Measures[0] is var m ? (m.Value, m.Earlier, m.ExpectedLow) : default);
        Assert.Equal((1.5, 0.75), beside.Measures[4] is var revenue ? (revenue.Value, revenue.Earlier) : default);

        await PastCampaigns.RemoveAsync(database.Source, "old-c", keep: false, Cancel);
        Assert.Equal(["old-b"], (await BesideAsync("old-d", January))!.Campaigns.Select(c => c.Campaign));
    }

    [Fact]
    public async Task OfManyCampaignsTheTwelveLatestAreRead()
    {
        await database.ExecuteAsync(
            """
            INSERT INTO engine.campaign_closing (campaign, series, channels, imported, started_at, ended_at, closed_at, counts, contacted, responses, conversions, orders, revenue, revenue_squares, cost, margin_squares)
            SELECT 'cake-' || n, 'cake', 'sms', false, '2015-01-01'::timestamptz + n * interval '1 day', '2015-01-02'::timestamptz + n * interval '1 day', '2015-02-01'::timestamptz + n * interval '1 day',
                   ARRAY['click'], CASE n WHEN 999 THEN 3 ELSE 100 END, n % 3, 0, 0, 0, 0, 0, 0
            FROM generate_series(1, 1000) n
            """);
        await SendAsync("cake-2000", January, 5);
        var beside = (await BesideAsync("cake-2000", January.AddDays(30), smallest: 20))!;
        Assert.Equal(Enumerable.Range(0, 13).Select(n => $"cake-{1000 - n}").Where(c => c != "cake-999"), beside.Campaigns.Select(c => c.Campaign));
    }

    [Theory]
    [InlineData("tea-2025", "tea")]
    [InlineData("tea-2026-2", "tea")]
    [InlineData("tea", "tea")]
    [InlineData("2026", "2026")]
    [InlineData("wave2", "wave")]
    public void ASeriesIsTheNameWithoutTheNumbersAtItsEnd(string campaign, string series) => Assert.Equal(series, Closings.SeriesOf(campaign));

    private Closings Closings => new(database.Source, _requests, TimeProvider.System);

    private async Task<EarlierCampaigns?> BesideAsync(string campaign, DateTimeOffset asOf, int smallest = 1)
    {
        var problems = new ProblemList();
        var request = await _requests.ForAsync(campaign, asOf, problems, Cancel);
        Assert.Empty(problems.Items);
        var report = await new CampaignReporter(database.Source).RunAsync(request!, Cancel);
        return await Closings.BesideAsync(request!, report!, smallest, Cancel);
    }

    private async Task SendAsync(string campaign, DateTimeOffset due, int responses, string drop = "announce")
    {
        List<ArrangedPerson> people = [.. Enumerable.Range(1, 200).Select(n => new ArrangedPerson($"{n}", $"p{n}@example.com"))];
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, people, campaign: campaign, drop: drop, dueAt: due, links: ["https://a.example/"], cancellationToken: Cancel);
        await database.ExecuteAsync(
            $$"""
            UPDATE engine.plan SET definition_file = 'campaigns/{{campaign}}.yaml', definition_yaml = 'campaign: {{campaign}}
            audience: {}
            drops: [{ drop: announce, channel: email, template: email/x, subject: x, schedule: { at: now } }]
            response: { window: 14 days, counts: [click] }
            ' WHERE campaign = '{{campaign}}'
            """);
        await database.ExecuteAsync($"INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) SELECT mailing_id, ordinal, 1, 'accepted', '{due:O}' FROM engine.mailing_item WHERE mailing_id = {mailing.MailingId}");
        await database.ExecuteAsync(
            $"INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, recorded_at, event_key) SELECT {mailing.MailingId}, n, 'click', 1, '{due.AddDays(1):O}', '{due.AddDays(1):O}', '{campaign}{drop}' || n FROM generate_series(1, {responses}) n");
        await database.ExecuteAsync($"UPDATE engine.mailing SET state = 'completed', completed_at = '{due.AddHours(1):O}' WHERE mailing_id = {mailing.MailingId}");
    }
}
