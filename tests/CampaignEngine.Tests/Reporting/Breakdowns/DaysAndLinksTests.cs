using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Breakdowns;
using CampaignEngine.Reporting.Calendars;
using CampaignEngine.Reporting.Comparing;

namespace CampaignEngine.Tests.Reporting.Breakdowns;

public sealed class DaysAndLinksTests(LedgerFixture fixture) : IClassFixture<LedgerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryColumnOfTheDaysAddsUpToTheReport()
    {
        await using var snapshot = await OpenAsync();
        var days = await DaysAndLinks.DaysAsync(snapshot, true, Cancel);
        var total = (await CampaignReporter.RunAsync(snapshot, Cancel)).Total;
        foreach (var (row, control) in ((ReportRow, bool)[])[(total, false), (total.Comparison!, true)])
        {
            var own = days.Rows.Where(d => d.Control == control).ToList();
            Assert.Equal(
                (row.Contacted, row.Opens, row.Clicks, row.Responses, row.Conversions, row.Orders, row.Revenue),
                (own.Sum(d => d.Contacted), own.Sum(d => d.Opens), own.Sum(d => d.Clicks), own.Sum(d => d.Responses), own.Sum(d => d.Conversions), own.Sum(d => d.Orders), own.Sum(d => d.Revenue)));
            Assert.Equal(own.Count, own.Select(d => d.Day).Distinct().Count());
        }

        Assert.True(days.Rows.Count > 10);
    }

    [Fact]
    public async Task LinksCountPeopleAndKeepMachinesBeside()
    {
        await using var snapshot = await OpenAsync();
        var report = await CampaignReporter.RunAsync(snapshot, Cancel);
        var links = await DaysAndLinks.LinksAsync(snapshot, report, Cancel);
        Assert.Equal(["https://a.example/", "https://b.example/"], links.Rows.Where(l => l.Drop == "announce").Select(l => l.Link));
        foreach (var drop in report.Drops)
        {
            var own = links.Rows.Where(l => l.Drop == drop.Drop).ToList();
            Assert.True(own.Max(l => l.Clicks) <= drop.Clicks && drop.Clicks <= own.Sum(l => l.Clicks), "whoever clicked followed at least one link");
            Assert.All(own, l => Assert.True(l.Clicks <= l.ClicksRaw));
        }
    }

    [Fact]
    public async Task TheFunnelIsTheReportsOwnTotal()
    {
        await using var snapshot = await OpenAsync();
        var total = (await CampaignReporter.RunAsync(snapshot, Cancel)).Total;
        Assert.Equal(
            [("frozen", total.People, null), ("contacted", total.Contacted, null), ("delivered", total.Delivered, null), ("opened", total.Opens, total.OpensRaw), ("clicked", total.Clicks, total.ClicksRaw),
                ("responded", total.Responses, null), ("converted", total.Conversions, (long?)null)],
            FunnelStep.Of(total).Select(s => (s.Step, s.People, s.WithMachines)));
    }

    [Fact]
    public async Task ComparedPeopleAreEverybodyContacted()
    {
        await using var snapshot = await OpenAsync();
        var (people, fault) = await ComparisonReader.ReadAsync(snapshot, null, Cancel);
        var total = (await CampaignReporter.RunAsync(snapshot, Cancel)).Total;
        Assert.Null(fault);
        Assert.Equal((total.Contacted, total.Responses, total.Conversions), (people.Sum(p => p.People), people.Sum(p => p.Responses), people.Sum(p => p.Conversions)));
        Assert.Equal(["free-shipping", "ten-percent"], people.Select(p => p.Offer).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AMonthHasItsDropsOnTheDaysTheyLeft()
    {
        var calendar = await CalendarReader.ReadAsync(fixture.Source, new DateOnly(2026, 3, 1), GeneratedLedger.Start.AddDays(60), TimeZoneInfo.Utc, Cancel);
        Assert.Equal([(new DateOnly(2026, 3, 10), "announce"), (new DateOnly(2026, 3, 15), "weekly"), (new DateOnly(2026, 3, 22), "weekly")], calendar.Drops.Select(d => (d.Day, d.Drop)));
        Assert.All(calendar.Drops, d => Assert.True(d is { Campaign: "spring-tea", Channel: "email", State: "running" } && d.Messages > 0 && d.Messages <= d.People));
        Assert.True(calendar.People > 0 && calendar.Contacts > calendar.People && calendar.MostContacts == 3);
        var next = await CalendarReader.ReadAsync(fixture.Source, new DateOnly(2026, 4, 1), GeneratedLedger.Start.AddDays(60), TimeZoneInfo.Utc, Cancel);
        Assert.Empty(next.Drops);
        Assert.Equal((0, 0, 0), (next.People, next.Contacts, next.MostContacts));
    }

    private async Task<ReportSnapshot> OpenAsync() =>
        (await ReportSnapshot.OpenAsync(fixture.Source, CampaignReporterTests.Request("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "reply", "conversion"], null), Cancel))!;
}
