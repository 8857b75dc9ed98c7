using CampaignEngine.Authoring;
using CampaignEngine.Reporting.Attribution;
using CampaignEngine.Reporting.Pages;
using CampaignEngine.Reporting.Rows;
using CampaignEngine.Reporting;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting.Attribution;

/// <summary>The generated ledger of three mailings, and a second campaign to half of its people in between.</summary>
public sealed class OverlappingCampaignsFixture : LedgerFixture
{
    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await base.PrepareAsync(cancellationToken);
        var due = GeneratedLedger.Start.AddDays(3);
        List<ArrangedPerson> people = [.. Enumerable.Range(150, 200).Select(n => new ArrangedPerson($"{n}", $"p{n}@example.com"))];
        var mailing = await ArrangedMailing.FreezeAsync(Source, people, campaign: "other", drop: "letter", channel: "print", dueAt: due, cancellationToken: cancellationToken);
        foreach (var person in people)
        {
            await mailing.OutcomeAsync(Source, person.CustomerKey, due.AddMinutes(5));
        }

        await ArrangedMailing.FreezeAsync(Source, [new("9999", "nobody@example.com")], campaign: "elsewhere", dueAt: due, cancellationToken: cancellationToken);
        foreach (var campaign in (string[])["spring-tea", "other", "elsewhere"])
        {
            await using var plan = Source.CreateCommand("UPDATE engine.plan SET definition_file = $1 || '.yaml', definition_yaml = $2 WHERE campaign = $1");
            plan.Parameters.Add(new() { Value = campaign });
            plan.Parameters.Add(new()
            {
                Value = $$"""
                    campaign: {{campaign}}
                    audience: { where: [country = "TW"] }
                    drops: [{ drop: announce, channel: email, template: email/x, subject: X, schedule: now }]
                    response: { window: 14 days, conversion: orders }
                    """,
            });
            await plan.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

public sealed class AttributionReporterTests(OverlappingCampaignsFixture fixture) : IClassFixture<OverlappingCampaignsFixture>
{
    private static readonly DateTimeOffset End = GeneratedLedger.Start.AddDays(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryMethodCreditsEveryConversionOfTheReportOnce()
    {
        foreach (var asOf in (DateTimeOffset[])[End, GeneratedLedger.Start.AddDays(9)])
        {
            var total = (await ReportAsync("spring-tea", asOf)).Total;
            var credits = await RunAsync("spring-tea", asOf);
            Assert.True(total.Orders > 50);
            Assert.Equal((total.Orders, total.Revenue), (credits.Orders, credits.Revenue));
            decimal[] sums = [credits.Total.First, credits.Total.Last, credits.Total.Linear, credits.Total.Position, credits.Total.TimeDecay, credits.Total.HoldoutIncremental!.Value];
            Assert.All(sums, s => Assert.Equal(total.Orders, s));
            decimal[] money = [credits.Total.FirstRevenue, credits.Total.LastRevenue, credits.Total.LinearRevenue, credits.Total.PositionRevenue, credits.Total.TimeDecayRevenue, credits.Total.HoldoutIncrementalRevenue!.Value];
            Assert.All(money, s => Assert.Equal(total.Revenue, s));
        }
    }

    [Fact]
    public async Task AConversionOfTwoCampaignsCountsOnceInBoth()
    {
        var (ours, theirs) = (await RunAsync("spring-tea", End), await RunAsync("other", End));
        Assert.Equal(("other", "spring-tea"), (Assert.Single(ours.OtherCampaigns), Assert.Single(theirs.OtherCampaigns)));
        Assert.Null(theirs.Total.HoldoutIncremental);       // no control cell

        // Independent: every order inside the window of a sent contact of either campaign.
        var contacts = fixture.Ledger.Contacts.Where(c => !c.Seed && (c.Fate is Fate.Accepted or Fate.DoubtSent
                || (c.Fate == Fate.Doubt && fixture.Ledger.Reactions.Any(r => (r.Mailing, r.Ordinal) == (c.Mailing, c.Ordinal)))))
            .Select(c => (c.Customer, c.At, Campaign: "spring-tea"))
            .Concat(Enumerable.Range(150, 200).Select(n => ($"{n}", At: GeneratedLedger.Start.AddDays(3).AddMinutes(5), Campaign: "other"))).ToLookup(c => c.Item1);
        var touched = fixture.Ledger.Orders.Select(o => contacts[o.Customer].Where(c => o.At >= c.At && o.At <= c.At + GeneratedLedger.Window).OrderBy(c => c.At).ToList()).Where(c => c.Count > 0).ToList();
        Assert.Contains(touched, t => t.Select(c => c.Campaign).Distinct().Count() == 2);

        foreach (var (of, first) in new[] { ((Func<CreditRow, decimal>)(r => r.First), true), (r => r.Last, false) })
        {
            foreach (var (campaign, report) in new[] { ("spring-tea", ours), ("other", theirs) })
            {
                Assert.Equal(touched.Count(t => (first ? t[0] : t[^1]).Campaign == campaign), report.Rows.Where(r => r.Campaign == campaign).Sum(of));
            }
        }

        decimal Own(Func<CreditRow, decimal> of) => ours.Rows.Where(r => r.Campaign == "spring-tea").Sum(of) + theirs.Rows.Where(r => r.Campaign == "other").Sum(of);
        Assert.All((decimal[])[Own(r => r.Linear), Own(r => r.Position), Own(r => r.TimeDecay)], sum => Assert.Equal(touched.Count, sum));
    }

    [Fact]
    public async Task WhatTheControlCellSaysGoesToTheCells()
    {
        var report = await ReportAsync("spring-tea", End);
        var credits = await RunAsync("spring-tea", End);
        var control = report.Cells.Single(c => c.Control);
        foreach (var cell in report.Cells.Where(c => !c.Control))
        {
            var expected = decimal.Round(cell.Orders - (control.Orders * (decimal)cell.Contacted / control.People), 6);
            Assert.Equal(expected, credits.Rows.Where(r => r.Campaign == "spring-tea" && r.Cell == cell.Cell).Sum(r => r.HoldoutIncremental));
        }

        Assert.Equal(CreditRow.Unprompted, credits.Rows[^1].Campaign);
        Assert.Equal(0, credits.Rows.Where(r => r.Campaign == "other").Sum(r => r.HoldoutIncremental));
    }

    [Fact]
    public async Task GroupsThatReportsDoNotShowAreNotCreditedByThemselvesAndTheirRowsAreRefused()
    {
        var services = new CampaignEngineServices(fixture.WorkspaceDirectory, new EngineSettings { SmallestCell = 170 }, Models.Crm, fixture.Database, TimeProvider.System);
        var (asOf, problems) = (GeneratedLedger.Start.AddDays(60), new ProblemList());
        var credits = (await services.Reports.AttributionAsync("spring-tea", asOf, problems, Cancel))!;
        Assert.Equal(["(2 small groups)"], credits.Rows.Where(r => r.Campaign == "spring-tea").Select(r => r.Cell).Distinct());
        Assert.All(credits.Rows, r => Assert.Null(r.HoldoutIncremental));
        Assert.DoesNotContain(credits.Rows, r => r.Campaign == "other");
        Assert.Equal(credits.Orders, credits.Rows.Sum(r => r.Linear));

        // The other campaign has 200 people: with a larger limit it is left out, and nothing of it follows by subtraction.
        Assert.Equal(["(other campaigns)"], credits.Rows.Select(r => r.Campaign).Where(c => c != "spring-tea").Distinct());
        var few = new CampaignEngineServices(fixture.WorkspaceDirectory, new EngineSettings { SmallestCell = 250 }, Models.Crm, fixture.Database, TimeProvider.System);
        var alone = (await few.Reports.AttributionAsync("spring-tea", asOf, problems, Cancel))!;
        Assert.Equal(["spring-tea"], alone.Rows.Select(r => r.Campaign).Distinct());
        Assert.Empty(alone.OtherCampaigns);
        Assert.Equal((alone.Orders, alone.Orders), (alone.Rows.Sum(r => r.Linear), alone.Rows.Sum(r => r.First)));

        RowsQuery Question(string? cell, bool control = false) => new() { Campaign = "spring-tea", AsOf = asOf, Measure = "people", Cell = cell, Control = control };
        RowsQuery[] asked = [Question(null), Question("free-shipping"), Question(null, control: true)];
        await Questions.StoreAsync(fixture.Source, [.. asked.Select(q => new AskedRows(q.Id, q, 0))], Cancel);
        Assert.NotEmpty((await services.Reports.RowsAsync(asked[0].Id, problems, Cancel))!.Rows);
        Assert.Empty(problems.Items);
        foreach (var hidden in asked[1..])
        {
            Assert.Null(await services.Reports.RowsAsync(hidden.Id, problems, Cancel));
        }

        Assert.All(problems.Items, p => Assert.Contains("fewer than 170 people", p.ToString(), StringComparison.Ordinal));
        Assert.Equal(2, problems.Items.Count);
    }

    private ReportRequests Requests => new(fixture.Source, Models.Crm, EngineSettings.Default);

    private async Task<CampaignReport> ReportAsync(string campaign, DateTimeOffset asOf) =>
        (await new CampaignReporter(fixture.Source).RunAsync((await Requests.ForAsync(campaign, asOf, new ProblemList(), Cancel))!, Cancel))!;

    private async Task<AttributionReport> RunAsync(string campaign, DateTimeOffset asOf)
    {
        ProblemList problems = new();
        var request = await Requests.ForAsync(campaign, asOf, problems, Cancel);
        await using var snapshot = await ReportSnapshot.OpenAsync(fixture.Source, request!, Cancel);
        await snapshot!.KeepAsync(Cancel);
        var report = await new AttributionReporter(fixture.Source, Requests).RunAsync(snapshot, await CampaignReporter.RunAsync(snapshot, Cancel), smallest: 1, problems, Cancel);
        Assert.Empty(problems.Items);
        return report!;
    }
}
