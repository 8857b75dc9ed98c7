using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Details;
using CampaignEngine.Reporting.Pages;
using CampaignEngine.Reporting.Rows;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Reporting.Pages;

public sealed class PastCampaignFixture : TestDatabase
{
    // Some responses without a time, one that stands for three orders, one too late, one before its contact.
    protected override Task PrepareAsync(CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO engine.past_campaign (campaign, title, channel, starts_at, window_days, conversion, currency)
            VALUES ('summer-2008', 'Summer <2008>', 'print', '2008-06-01', 14, 'an order', 'USD');
        INSERT INTO engine.past_contact (past_campaign_id, contact_no, customer_no, cell, control, cost)
            SELECT past_campaign_id, 'c' || n, 'C' || n, CASE n % 3 WHEN 0 THEN 'none' WHEN 1 THEN 'letter' ELSE 'card' END, n % 3 = 0, CASE n % 3 WHEN 0 THEN 0 ELSE 0.55 END
            FROM engine.past_campaign, generate_series(1, 300) n;
        INSERT INTO engine.past_response (past_contact_id, response_no, at, conversion, orders, revenue)
            SELECT past_contact_id, 'r' || past_contact_id, CASE WHEN past_contact_id % 7 = 0 THEN NULL ELSE timestamptz '2008-05-31' + past_contact_id % 20 * interval '1 day' END,
                   past_contact_id % 4 = 0, CASE WHEN past_contact_id % 40 = 0 THEN 3 ELSE 1 END, CASE WHEN past_contact_id % 4 = 0 THEN past_contact_id ELSE 0 END
            FROM engine.past_contact WHERE past_contact_id % 2 = 0
        """);
}

public sealed class ImportedPageTests(PastCampaignFixture fixture) : IClassFixture<PastCampaignFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FiguresOfOtherSystemsCampaignsOpenToTheirRowsToo()
    {
        await using var snapshot = await OpenAsync();
        await snapshot.KeepAsync(Cancel);
        var report = await CampaignReporter.RunAsync(snapshot, Cancel);
        var (html, asked) = ReportPage.Write(report, await DetailReader.ReadAsync(snapshot, Cancel));
        Assert.True(report.Total is { Responses: > 20, Conversions: > 10, Orders: > 12, Cost: 110m }, report.Total.ToString());
        Assert.Contains("<h1>Summer &lt;2008&gt;</h1>", html, StringComparison.Ordinal);
        foreach (var one in asked)
        {
            var rows = new CountedRows(one.Query, one.Figure, await RowsReader.ReadAsync(snapshot, one.Query, Cancel));
            Assert.True(one.Figure == rows.Figure, $"{one.Query}: the page has {one.Figure}, its rows {rows.Figure}");
        }

        Assert.Contains("have no known time and are not in the curve", html, StringComparison.Ordinal);
        Assert.DoesNotContain("What came back", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheirPageFitsAPhone()
    {
        await using var browser = await Browser.StartAsync(Cancel);
        await using var snapshot = await OpenAsync();
        await snapshot.KeepAsync(Cancel);
        using var folder = new TempDirectory("page");
        folder.Write("report.html", ReportPage.Write(await CampaignReporter.RunAsync(snapshot, Cancel), await DetailReader.ReadAsync(snapshot, Cancel)).Html);
        foreach (var width in (int[])[390, 1280])
        {
            await browser.OpenAsync($"file://{folder.FullName}/report.html", width, dark: false, Cancel);
            Assert.Empty(browser.Complaints);
            Assert.True((await browser.EvaluateAsync("document.documentElement.scrollWidth <= document.documentElement.clientWidth", Cancel)).GetBoolean(), $"the page is wider than {width} px");
        }
    }

    private async Task<ReportSnapshot> OpenAsync() => (await ReportSnapshot.OpenAsync(
        fixture.Source,
        new ReportRequest
        {
            Campaign = "summer-2008", Imported = true, Window = "14 days", Model = CampaignReporterTests.Model, AsOf = new DateTimeOffset(2008, 8, 1, 0, 0, 0, TimeSpan.Zero),
            Response = new ResponseDefinition { Place = new Place("summer-2008", 1, 1) },
        },
        Cancel))!;
}
