using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Breakdowns;
using CampaignEngine.Reporting.Details;
using CampaignEngine.Reporting.Pages;
using CampaignEngine.Reporting.Rows;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Reporting.Pages;

public sealed partial class ReportPageTests(LedgerFixture fixture) : IClassFixture<LedgerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(60)]
    [InlineData(7)]
    public async Task TheRowsBehindEveryFigureAddUpToIt(int days)
    {
        await using var snapshot = await OpenAsync(days);
        var (html, asked) = await WriteAsync(snapshot);
        Assert.True(asked.Count > 100, $"only {asked.Count} figures lead to rows");
        foreach (var one in asked)
        {
            var rows = new CountedRows(one.Query, one.Figure, await RowsReader.ReadAsync(snapshot, one.Query, Cancel));
            Assert.True(one.Figure == rows.Figure, $"{one.Query}: the page has {one.Figure}, its rows {rows.Figure}");
            Assert.Contains($"id=\"q-{one.Id}\"", html, StringComparison.Ordinal);
        }

        Assert.Contains(asked, a => a.Figure > 0 && a.Query is { Measure: "revenue", Drop: "weekly", Cell: "ten-percent" });
    }

    [Fact]
    public async Task RowsCarryTheTimesThatMadeThemCount()
    {
        await using var snapshot = await OpenAsync(60);
        await snapshot.KeepAsync(Cancel);
        var report = await CampaignReporter.RunAsync(snapshot, Cancel);
        foreach (var measure in (string[])["opens", "opens_raw", "clicks", "clicks_raw", "responses", "conversions", "bounced", "unsubscribes", "orders"])
        {
            var query = new RowsQuery { Campaign = report.Campaign, AsOf = report.AsOf, Measure = measure };
            var rows = await RowsReader.ReadAsync(snapshot, query, Cancel);
            Assert.NotEmpty(rows);
            Assert.All(rows, r => Assert.True(r.At is not null && r.At <= report.AsOf, $"{measure}: {r}"));
            if (measure is "responses" or "conversions" or "orders")
            {
                Assert.All(rows, r => Assert.True(r.At >= r.ContactedAt, $"{measure}: {r}"));
            }
        }
    }

    [Fact]
    public async Task AQuestionHasTheSameIdForEverAndAnyChangeAnother()
    {
        var query = new RowsQuery { Campaign = "spring-tea", AsOf = new DateTimeOffset(2026, 3, 31, 23, 0, 0, TimeSpan.Zero), Measure = "responses", Cell = "ten-percent" };
        Assert.Equal("489d8i68jcit", query.Id);
        Assert.Equal(query.Id, (query with { AsOf = query.AsOf.ToOffset(TimeSpan.FromHours(8)) }).Id);
        Assert.NotEqual(query.Id, (query with { Control = true }).Id);
        Assert.Equal(query, RowsQuery.FromJson(query.ToJson()));
        await Questions.StoreAsync(fixture.Source, [new AskedRows(query.Id, query, 12)], Cancel);
        await Questions.StoreAsync(fixture.Source, [new AskedRows(query.Id, query, 13)], Cancel);
        Assert.Equal((query, 13), await Questions.FindAsync(fixture.Source, query.Id, Cancel));
        Assert.Null(await Questions.FindAsync(fixture.Source, "aaaaaaaaaaaa", Cancel));
    }

    [Fact]
    public async Task TheCurvesEndAtTheReportsOwnFigures()
    {
        await using var snapshot = await OpenAsync(60);
        await snapshot.KeepAsync(Cancel);
        var report = await CampaignReporter.RunAsync(snapshot, Cancel);
        var details = await DetailReader.ReadAsync(snapshot, Cancel);
        foreach (var (row, control) in ((ReportRow, bool)[])[(report.Total, false), (report.Total.Comparison!, true)])
        {
            Assert.Equal(row.Responses, details.Curve.Where(s => s.Control == control).Sum(s => s.Responses));
            Assert.Equal(row.Conversions, details.Curve.Where(s => s.Control == control).Sum(s => s.Conversions));
        }

        Assert.Equal((report.Total.Contacted, report.Total.Responses), (details.SendHours.Values.Sum(h => h.Contacted), details.SendHours.Values.Sum(h => h.Responses)));
        Assert.True(details.Links.Max(l => l.Clicks) <= report.Drops.Max(d => d.Clicks));
    }

    [Fact]
    public async Task GroupsAreCountedAsCellsAreAndAddUpToTheWhole()
    {
        await fixture.ExecuteAsync("UPDATE crm.customers SET country = CASE customer_id % 3 WHEN 0 THEN 'TW' WHEN 1 THEN 'DE' END, source = 'list ' || customer_id % 4");
        var report = (await new CampaignReporter(fixture.Source).RunAsync(CampaignReporterTests.Request("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "reply", "conversion"], null), Cancel))!;
        foreach (var (by, groups) in ((string, string?[])[])[("country", ["DE", "TW", null]), ("list", ["list 0", "list 1", "list 2", "list 3"])])
        {
            var rows = await GroupedAsync(by);
            Assert.Equal(groups, rows.Where(r => !r.Control).Select(r => r.Cell).OrderBy(c => c is null).ThenBy(c => c, StringComparer.Ordinal));
            foreach (var (control, whole) in ((bool, ReportRow)[])[(false, report.Total), (true, report.Total.Comparison!)])
            {
                var own = rows.Where(r => r.Control == control).ToList();
                Assert.Equal(
                    (whole.People, whole.Contacted, whole.Responses, whole.Conversions, whole.Orders, whole.Revenue, whole.Cost, whole.Clicks, whole.OpensRaw),
                    (own.Sum(r => r.People), own.Sum(r => r.Contacted), own.Sum(r => r.Responses), own.Sum(r => r.Conversions), own.Sum(r => r.Orders), own.Sum(r => r.Revenue), own.Sum(r => r.Cost), own.Sum(r => r.Clicks), own.Sum(r => r.OpensRaw)));
            }

            Assert.All(rows.Where(r => !r.Control), r => Assert.Equal(r.Cell, r.Comparison!.Cell));
        }
    }

    [Fact]
    public async Task PeopleAreGroupedByTheDomainOfTheirAddress()
    {
        var rows = await GroupedAsync("domain");
        Assert.Equal("example.com", Assert.Single(rows, r => !r.Control).Cell);
    }

    [Theory]
    [InlineData("cuntry", "--by(1,1): error CE4101: unknown field 'cuntry' of customers; did you mean 'country'?")]
    [InlineData("interests", "--by(1,1): error CE5102: 'interests' has a value of its own for nearly everybody; group by something coarser, such as 'year(interests)'")]
    public void WhatPeopleCannotBeGroupedByIsSaid(string by, string fault)
    {
        var problems = new ProblemList();
        Assert.Null(ReportGroups.Of(by, CampaignReporterTests.Model, GeneratedLedger.Start, TimeZoneInfo.Utc, problems));
        Assert.Equal(fault, Assert.Single(problems.Items).ToString());
    }

    [Fact]
    public async Task ForeignTextCannotBecomeMarkup()
    {
        await using var snapshot = await OpenAsync(60);
        await snapshot.KeepAsync(Cancel);
        const string Evil = "<script>alert(1)</script>\"'&";
        var report = await CampaignReporter.RunAsync(snapshot, Cancel);
        report = report with
        {
            Conversion = Evil,
            Rows = [.. report.Rows.Select(r => r with { Cell = r.Control ? r.Cell : Evil, Drop = Evil })],
            Cells = [.. report.Cells.Select(r => r with { Cell = Evil })],
            Drops = [.. report.Drops.Select(r => r with { Drop = Evil })],
            Running = [new RunningDrop(Evil, "running", 10, 5)],
        };
        var details = await DetailReader.ReadAsync(snapshot, Cancel) with
        {
            Title = Evil,
            Starts = [(GeneratedLedger.Start.DateTime, Evil)],
            Links = [new LinkClicks(Evil, Evil, 3, 4)],
            Messages = [new MessageOutline(Evil, [new OutlineLine(true, [new OutlinePart(Evil, Evil)])])],
        };
        var (html, _) = ReportPage.Write(report, details);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(ForeignAttribute(), html);
        Assert.Contains("still being sent: 5 of 10 people have no outcome yet", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyReportIsAPageToo()
    {
        await using var snapshot = await OpenAsync(60);
        var report = await CampaignReporter.RunAsync(snapshot, Cancel);
        var (html, _) = ReportPage.Write(report with { Rows = [], Cells = [], Drops = [], Total = new ReportRow() }, new ReportDetails { Zone = TimeZoneInfo.Utc });
        Assert.Contains("<h1>spring-tea</h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePageOpensOnPhoneAndScreenWithoutOverflowConsoleOrNetwork()
    {
        await using var browser = await Browser.StartAsync(Cancel);
        await using var snapshot = await OpenAsync(60);
        var (html, _) = await WriteAsync(snapshot);
        using var folder = new TempDirectory("page");
        folder.Write("report.html", html);
        foreach (var width in (int[])[390, 1280])
        {
            foreach (var dark in (bool[])[false, true])
            {
                await browser.OpenAsync($"file://{folder.FullName}/report.html", width, dark, Cancel);
                Assert.Empty(browser.Complaints);
                Assert.Equal(width, (await browser.EvaluateAsync("innerWidth", Cancel)).GetInt32());
                Assert.True((await browser.EvaluateAsync("document.documentElement.scrollWidth <= document.documentElement.clientWidth", Cancel)).GetBoolean(), $"the page is wider than {width} px");
                Assert.Equal("[]", (await browser.EvaluateAsync(Cut, Cancel)).GetRawText());
                Assert.True((await browser.EvaluateAsync("Math.min(...[...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length).map(t => t.getBoundingClientRect().height))", Cancel)).GetDouble() >= 12, "text in a chart is too small");
            }
        }
    }

    // Text of the charts that stands out of its picture, at the width at which it is shown.
    private const string Cut = """
        [...document.querySelectorAll('svg')].filter(s => s.getClientRects().length).flatMap(s => { const box = s.getBoundingClientRect();
          return [...s.querySelectorAll('text')].filter(t => { const r = t.getBoundingClientRect(); return r.left < box.left - 8 || r.right > box.right + 8; }).map(t => t.textContent); })
        """;

    private static async Task<(string Html, IReadOnlyList<AskedRows> Asked)> WriteAsync(ReportSnapshot snapshot)
    {
        await snapshot.KeepAsync(Cancel);
        return ReportPage.Write(await CampaignReporter.RunAsync(snapshot, Cancel), await DetailReader.ReadAsync(snapshot, Cancel));
    }

    private async Task<IReadOnlyList<ReportRow>> GroupedAsync(string by)
    {
        await using var snapshot = await OpenAsync(60);
        var groups = ReportGroups.Of(by, CampaignReporterTests.Model, GeneratedLedger.Start, TimeZoneInfo.Utc, new ProblemList());
        Assert.Null(await groups!.FillAsync(snapshot, Cancel));
        return await CampaignReporter.RunGroupedAsync(snapshot, Cancel);
    }

    private async Task<ReportSnapshot> OpenAsync(int days) =>
        (await ReportSnapshot.OpenAsync(fixture.Source, CampaignReporterTests.Request("last-touch", GeneratedLedger.Start.AddDays(days), ["click", "reply", "conversion"], null), Cancel))!;

    [GeneratedRegex("=\"[^\"]*alert\\(1\\)</script>")]
    private static partial Regex ForeignAttribute();
}
