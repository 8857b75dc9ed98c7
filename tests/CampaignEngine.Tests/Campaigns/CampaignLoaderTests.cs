using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Campaigns;

public sealed class CampaignLoaderTests
{
    public static TheoryData<string> Cases() =>
        [.. Directory.GetDirectories(CaseFolder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    private static string CaseFolder => Repository.PathOf("tests", "CampaignEngine.Tests", "Campaigns", "Cases");

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReportsEveryProblemInOnePass(string name)
    {
        var folder = Path.Combine(CaseFolder, name);
        var problems = new ProblemList();

        var campaign = CampaignLoader.Load("campaign.yaml", File.ReadAllBytes(Path.Combine(folder, "campaign.yaml")), problems);

        Assert.Null(campaign);
        Golden.Equal(Path.Combine(folder, "problems.txt"), string.Join('\n', problems.InOrder()));
    }

    [Fact]
    public void ReadsEveryPartOfACampaign()
    {
        var campaign = Load("""
            campaign: spring-tea
            title: Spring tea restock
            purpose: service
            brand: leaf
            goal: { response_rate: 4%, conversion_rate: 1.5% }
            budget: 1200 USD
            audience:
              from: customers
              where:
                - country in ("TW", "HK")
                - >-
                  sum(orders.amount)
                  >= 100
              exclude: contacted within 14 days
              dedupe: [email, household]
              survivor: [last_order_at desc, customer_no]
              limit: 50000 by sum(orders.amount) desc
              holdout: 10%
              drift: 5%
              caps: [2 email within 7 days, { at_most: 4, within: 1 month }]
              once: spring
            cells:
              - { cell: a, share: 50%, vars: { offer: 10% off, empty: "" } }
              - { cell: b, share: 50%, vars: { offer: Free, empty: "" } }
            drops:
              - drop: announce
                channel: email
                template: email/spring-tea
                subject: "{{ customer.first_name }}, hello"
                schedule: { at: 2026-03-10 09:00, zone: recipient, between: 22:00-6:00 }
                unit_cost: 0.0125 USD
                sender: shop
              - drop: reminder
                channel: sms
                template: sms/spring-tea
                schedule: { after: announce, delay: 3 days, expires_after: 12 hours }
                only: not responded
            response:
              window: 1 month
              conversion: orders where category = "tea"
              counts: click
              attribution: first-touch
            """);

        Assert.Equal(("spring-tea", "Spring tea restock", MessagePurpose.Service, "leaf"), (campaign.Name, campaign.Title, campaign.Purpose, campaign.Brand));
        Assert.Equal(new Goal(new Percentage(0.04m), new Percentage(0.015m)), campaign.Goal);
        Assert.Equal(new Money(1200, "USD"), campaign.Budget);
        Assert.Equal(["country in (\"TW\", \"HK\")", "sum(orders.amount) >= 100"], campaign.Audience.Where.Select(w => w.Text));
        Assert.Equal(new Place("c.yaml", 13, 7), campaign.Audience.Where[1].At(campaign.Audience.Where[1].Text.IndexOf(">=", StringComparison.Ordinal)));
        Assert.Equal([DedupeKey.Email, DedupeKey.Household], campaign.Audience.Dedupe);
        Assert.Equal([("last_order_at", true), ("customer_no", false)], campaign.Audience.Survivor.Select(s => (s.Expression.Text, s.Descending)));
        Assert.Equal((50_000, "sum(orders.amount)", true), (campaign.Audience.Limit!.Count, campaign.Audience.Limit.By!.Expression.Text, campaign.Audience.Limit.By.Descending));
        Assert.Equal(new Place("c.yaml", 17, 19), campaign.Audience.Limit.By.Expression.Place);
        Assert.Equal((0.10m, 0.05m, "spring"), (campaign.Audience.Holdout.Fraction, campaign.Audience.Drift.Fraction, campaign.Audience.Once));
        Assert.Equal([(2, "email", "7 days"), (4, null, "1 month")], campaign.Audience.Caps.Select(c => (c.Count, c.Channel, c.Within.ToString())));
        Assert.Equal([("a", 0.5m, "10% off"), ("b", 0.5m, "Free")], campaign.Cells.Select(c => (c.Name, c.Share.Fraction, c.Vars["offer"])));
        Assert.Equal("", campaign.Cells[0].Vars["empty"]);
        Assert.Equal(new DateTime(2026, 3, 10, 9, 0, 0), campaign.Drops[0].Schedule.At);
        Assert.Equal(("recipient", (new TimeOnly(22, 0), new TimeOnly(6, 0))), (campaign.Drops[0].Schedule.Zone, campaign.Drops[0].Schedule.Between));
        Assert.Equal((0.0125m, "shop"), (campaign.Drops[0].UnitCost!.Value.Amount, campaign.Drops[0].Sender));
        Assert.Equal(("announce", "3 days", "12 hours"), (campaign.Drops[1].Schedule.After, campaign.Drops[1].Schedule.Delay.ToString(), campaign.Drops[1].Schedule.ExpiresAfter.ToString()));
        Assert.Equal("not responded", campaign.Drops[1].Only!.Text);
        Assert.Equal(("1 month", "orders where category = \"tea\"", "first-touch"), (campaign.Response.Window.ToString(), campaign.Response.Conversion!.Text, campaign.Response.Attribution));
        Assert.Equal(["click"], campaign.Response.Counts);
    }

    [Fact]
    public void FillsInDefaults()
    {
        var campaign = Load("campaign: a\naudience:\n  where:\ndrops:\n  - { drop: one, channel: sms, template: sms/a, schedule: now }\n");

        Assert.Equal((MessagePurpose.Marketing, 0m, 0.20m), (campaign.Purpose, campaign.Audience.Holdout.Fraction, campaign.Audience.Drift.Fraction));
        Assert.Empty(campaign.Audience.Where);
        Assert.Empty(campaign.Cells);
        Assert.True(campaign.Drops[0].Schedule.Now);
        Assert.Equal(("14 days", "last-touch"), (campaign.Response.Window.ToString(), campaign.Response.Attribution));
        Assert.Equal(["click", "reply", "conversion"], campaign.Response.Counts);
    }

    [Fact]
    public void KeepsTheTextOfTheFileToTheByte()
    {
        const string yaml = "campaign: a # ünïcode\naudience: {}\ndrops:\n  - { drop: one, channel: sms, template: sms/a, schedule: now }";

        Assert.Equal(yaml, Load(yaml).Yaml);
    }

    [Fact]
    public void SurvivesEveryTruncationAndEveryDroppedLineOfAnExample()
    {
        var text = File.ReadAllText(Repository.PathOf("campaigns", "spring-tea.yaml"));
        var lines = text.Split('\n');
        var broken = Enumerable.Range(0, text.Length).Where(i => i % 7 == 0).Select(i => text[..i])
            .Concat(Enumerable.Range(0, lines.Length).Select(skip => string.Join('\n', lines.Where((_, i) => i != skip))));
        foreach (var yaml in broken)
        {
            var problems = new ProblemList();

            Assert.True(CampaignLoader.Load("c.yaml", Encoding.UTF8.GetBytes(yaml), problems) is not null || problems.HasErrors);
        }
    }

    private static CampaignDefinition Load(string yaml)
    {
        var problems = new ProblemList();
        var campaign = CampaignLoader.Load("c.yaml", Encoding.UTF8.GetBytes(yaml), problems);
        Assert.Empty(problems.Items);
        return campaign!;
    }
}
