using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Reporting;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Reporting;

public class LedgerFixture : TestDatabase
{
    internal GeneratedLedger Ledger { get; private set; } = null!;

    protected override async Task PrepareAsync(CancellationToken cancellationToken) => Ledger = await GeneratedLedger.CreateAsync(this, Recurring);

    protected virtual bool Recurring => true;
}

/// <summary>A campaign of one mailing, which is counted on a shorter way.</summary>
public sealed class SingleMailingFixture : LedgerFixture
{
    protected override bool Recurring => false;
}

public sealed class SingleMailingReportTests(SingleMailingFixture fixture) : IClassFixture<SingleMailingFixture>
{
    [Theory]
    [InlineData("last-touch", 60, "click,reply,conversion", null, 1)]
    [InlineData("last-touch", 60, "click,reply,conversion", null, 2)]
    [InlineData("last-touch", 60, "click,reply,conversion", null, 4)]
    [InlineData("first-touch", 9, "click,conversion", "tea", 1)]
    [InlineData("first-touch", 9, "click,conversion", "tea", 3)]
    public async Task EveryFigureEqualsAnIndependentRecount(string attribution, int days, string counts, string? category, int parts)
    {
        var asOf = GeneratedLedger.Start.AddDays(days);
        var request = CampaignReporterTests.Request(attribution, asOf, counts.Split(','), category) with { Parts = parts, ItemsPerPart = 10 };
        var report = await new CampaignReporter(fixture.Source).RunAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((3, 3, 1), (report!.Rows.Count, report.Cells.Count, report.Drops.Count));
        CampaignReporterTests.AssertEqual(new Recount(fixture.Ledger, asOf, attribution == "first-touch", counts.Split(','), category), report);
    }
}

public sealed class CampaignReporterTests(LedgerFixture fixture) : IClassFixture<LedgerFixture>
{
    private static readonly Place Nowhere = new("campaigns/spring-tea.yaml", 1, 1);
    internal static readonly CustomerModel Model = ModelLoader.Load("model.yaml", File.ReadAllBytes(Path.Combine(Repository.Root, "model.yaml")), new ProblemList())!;

    [Theory]
    [InlineData("last-touch", 60, "click,reply,conversion", null)]
    [InlineData("first-touch", 60, "click,reply,conversion", null)]
    [InlineData("last-touch", 9, "click", null)]
    [InlineData("first-touch", 13, "conversion", null)]
    [InlineData("last-touch", 20, "reply,conversion", "tea")]
    [InlineData("last-touch", 0, "click,conversion", null)]
    public async Task EveryFigureEqualsAnIndependentRecount(string attribution, int days, string counts, string? category)
    {
        var asOf = GeneratedLedger.Start.AddDays(days).AddMinutes(30);
        var report = await RunAsync(attribution, asOf, counts.Split(','), category);
        Assert.NotNull(report);
        var recount = new Recount(fixture.Ledger, asOf, attribution == "first-touch", counts.Split(','), category);

        Assert.Equal(6, report.Rows.Count);
        Assert.Equal(3, report.Cells.Count);
        Assert.Equal(2, report.Drops.Count);
        AssertEqual(recount, report);
    }

    internal static void AssertEqual(Recount recount, CampaignReport report)
    {
        foreach (var row in (IEnumerable<ReportRow>)[.. report.Rows, .. report.Cells, .. report.Drops, report.Total])
        {
            Assert.Equal(recount.Of(row.Control ? null : row.Cell, row.Drop, row.Control), Count(row));
        }
    }

    [Fact]
    public async Task WhatIsAddedUpIsAddedUpOnce()
    {
        var report = await RunAsync("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "conversion"], null);
        Assert.NotNull(report);
        var contacted = report.Rows.Where(r => !r.Control).ToList();
        Assert.Equal(report.Total.Orders, contacted.Sum(r => r.Orders));
        Assert.Equal(report.Total.Revenue, contacted.Sum(r => r.Revenue));
        Assert.Equal(report.Total.Cost, contacted.Sum(r => r.Cost));
        Assert.True(report.Total.Contacted < contacted.Sum(r => r.Contacted), "people of several drops count once");
        Assert.Equal(report.Total.Contacted, report.Cells.Where(r => !r.Control).Sum(r => r.Contacted));
    }

    [Fact]
    public async Task AReportAsOfAPastDayDoesNotChangeWhenSomethingIsHandedInLater()
    {
        var asOf = GeneratedLedger.Start.AddDays(6);
        var before = await RunAsync("last-touch", asOf, ["click", "conversion"], null);
        await fixture.ExecuteAsync(
            """
            INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, recorded_at, event_key)
            SELECT mailing_id, ordinal, 'click', 1, '2026-03-11', '2027-01-01', 'late:' || ordinal FROM engine.mailing_item WHERE mailing_id = (SELECT min(mailing_id) FROM engine.mailing)
            """);
        var after = await RunAsync("last-touch", asOf, ["click", "conversion"], null);
        Assert.Equal(before!.Rows, after!.Rows);
        await fixture.ExecuteAsync("DELETE FROM engine.event WHERE event_key LIKE 'late:%'");
    }

    [Fact]
    public async Task ACampaignWithoutMailingsHasNoReport()
    {
        var request = new ReportRequest { Campaign = "nothing", Model = Model, Response = new ResponseDefinition { Place = Nowhere }, AsOf = GeneratedLedger.Start };
        Assert.Null(await new CampaignReporter(fixture.Source).RunAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WithoutAConversionRuleNothingConverts()
    {
        var request = new ReportRequest { Campaign = "spring-tea", Model = Model, Response = new ResponseDefinition { Place = Nowhere }, AsOf = GeneratedLedger.Start.AddDays(60) };
        var report = await new CampaignReporter(fixture.Source).RunAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(0, report!.Total.Conversions);
        Assert.True(report.Total.Responses > 0);
    }

    [Theory]
    [InlineData(0.4, 0.4, false)]
    [InlineData(0.5, 0.3, true)]
    public async Task CellsOfOtherSizesThanTheirSharesRaiseTheAlarm(double first, double second, bool alarm)
    {
        var request = new ReportRequest
        {
            Campaign = "spring-tea", Model = Model, Response = new ResponseDefinition { Place = Nowhere }, AsOf = GeneratedLedger.Start.AddDays(60),
            Shares = [new("free-shipping", false, first), new("ten-percent", false, second), new(null, true, 0.2)],
        };
        var report = await new CampaignReporter(fixture.Source).RunAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(["free-shipping", "ten-percent", "control"], report!.SampleRatio!.Cells.Select(c => c.Cell));
        Assert.Equal([160L, 160, 80], report.SampleRatio.Cells.Select(c => c.People));
        Assert.Equal(alarm, report.SampleRatio.Alarm);
    }

    [Fact]
    public async Task MoneyAndGoalsFollowFromTheTotal()
    {
        var plain = await RunAsync("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "conversion"], null);
        var request = new ReportRequest
        {
            Campaign = "spring-tea", Model = Model, Response = new ResponseDefinition { Place = Nowhere }, AsOf = GeneratedLedger.Start.AddDays(60), Conversion = Conversions("orders"),
            Budget = 100, Goal = new Goal(new Percentage(0.01m), new Percentage(0.99m)),
        };
        var report = (await new CampaignReporter(fixture.Source).RunAsync(request, TestContext.Current.CancellationToken))!;
        var (total, money) = (report.Total, report.Money);
        Assert.Equal((total.Cost, total.Revenue, total.Revenue - total.Cost), (money.Cost, money.Revenue, money.Contribution));
        Assert.Equal(decimal.Round(total.Cost / 100, 6), money.BudgetSpent);
        Assert.Equal(decimal.Round(total.Cost / total.Contacted, 6) * 1000, money.CostPerThousand);
        Assert.Equal(decimal.Round((total.Revenue - total.Cost) / total.Cost, 6), money.Roi);
        Assert.Equal(decimal.Round(((decimal)total.IncrementalRevenue!.Value - total.Cost) / total.Cost, 6), money.IncrementalRoi);

        // At the break-even rate the responses bring what the contacts cost.
        Assert.Equal(total.Cost, money.BreakEvenResponseRate!.Value * total.Contacted * (total.Revenue / total.Responses), 2);
        Assert.Equal([("response_rate", GoalVerdict.Beaten), ("conversion_rate", GoalVerdict.Missed)], report.Goals.Select(g => (g.Goal, g.Verdict)));
        Assert.Empty(plain!.Goals);
        Assert.Null(plain.Money.BudgetSpent);
    }

    [Fact]
    public async Task ValuesOfCellsAreCorrectedForTheirNumber()
    {
        var report = await RunAsync("last-touch", GeneratedLedger.Start.AddDays(60), ["conversion"], null);
        var cells = report!.Cells.Where(c => !c.Control).ToList();
        Assert.Equal(Math.Min(1, cells.Min(c => c.ConversionP!.Value) * 2), cells.Min(c => c.ConversionPHolm!.Value), 1e-12);
        Assert.All(cells, c => Assert.Equal(c.ConversionLift, c.ResponseLift));      // nothing but conversions counts, so responses can be compared
        Assert.Null((await RunAsync("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "conversion"], null))!.Total.ResponseLift);
    }

    internal static Counted Count(ReportRow r) => new(
        (int)r.Contacted, (int)r.InDoubt, (int)r.Delivered, (int)r.OpensRaw, (int)r.Opens, (int)r.ClicksRaw, (int)r.Clicks, (int)r.Unsubscribes,
        (int)r.Responses, (int)r.Conversions, (int)r.Orders, r.Revenue, r.Cost);

    internal Task<CampaignReport?> RunAsync(string attribution, DateTimeOffset asOf, string[] counts, string? category) =>
        new CampaignReporter(fixture.Source).RunAsync(Request(attribution, asOf, counts, category), TestContext.Current.CancellationToken);

    internal static ReportRequest Request(string attribution, DateTimeOffset asOf, string[] counts, string? category) => new()
    {
        Campaign = "spring-tea",
        AsOf = asOf,
        Response = new ResponseDefinition { Place = Nowhere, Counts = counts, Attribution = attribution },
        Model = Model,
        Conversion = Conversions(category is null ? "orders" : $"orders where category = \"{category}\""),
    };

    private static BoundRelation Conversions(string rule)
    {
        var problems = new ProblemList();
        var bound = new ConditionBinder(Model, problems).BindRelation(new Written(rule, Nowhere), Model.People);
        Assert.Empty(problems.Items);
        return bound!;
    }
}
