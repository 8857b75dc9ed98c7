using System.Globalization;
using System.Text;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Reporting;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting;

/// <summary>
/// The orders of the generated ledger with lines: most of one or two products that cost something; of some orders one product has no cost, others have no lines.
/// </summary>
public sealed class CostedLedgerFixture : LedgerFixture
{
    /// <summary>Cost of the goods by order; missing where it is not wholly known.</summary>
    internal Dictionary<int, decimal> Costs { get; } = [];

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await base.PrepareAsync(cancellationToken);
        await ExecuteAsync("INSERT INTO crm.products (product_no, attributes) VALUES ('cheap', '{\"cost\": 1.25}'), ('dear', '{\"cost\": 40.5}'), ('gift', '{}')");
        var lines = new StringBuilder();
        void Line(Order order, int no, int product, int quantity) =>
            lines.Append(CultureInfo.InvariantCulture, $"({order.Id}, {product}, '{no}', {quantity}, 1, 1),");
        foreach (var order in Ledger.Orders)
        {
            switch (order.Id % 7)
            {
                case 0:
                    break;
                case 1:
                    Line(order, 1, 1, 2);
                    Line(order, 2, 3, 1);
                    break;
                default:
                    Line(order, 1, 1, order.Id % 5);
                    Line(order, 2, 2, 1);
                    Costs[order.Id] = (order.Id % 5 * 1.25m) + 40.5m;
                    break;
            }
        }

        await ExecuteAsync($"INSERT INTO crm.order_lines (order_id, product_id, line_key, quantity, unit_price, amount) VALUES {lines.ToString().TrimEnd(',')}");
    }
}

public sealed class CreditedMarginsTests(CostedLedgerFixture fixture) : IClassFixture<CostedLedgerFixture>
{
    private static readonly Place Nowhere = new("campaigns/spring-tea.yaml", 1, 1);
    private static readonly CustomerModel Costed = Models.Load("model.yaml", Encoding.UTF8.GetBytes(File.ReadAllText(Repository.PathOf("model.yaml"))
        .Replace("    label: order_no\n", "    label: order_no\n    cost: sum(lines.cost)\n", StringComparison.Ordinal)
        .Replace("      unit_price: money\n", "      unit_price: money\n      cost: { type: money?, is: quantity * product.cost }\n", StringComparison.Ordinal)
        .Replace("      price: money?\n", "      price: money?\n      cost: { type: money?, column: attributes, json: cost }\n", StringComparison.Ordinal)));

    [Theory]
    [InlineData("last-touch", null, null)]
    [InlineData("first-touch", 0.4, null)]
    [InlineData("last-touch", 0.25, "tea")]
    public async Task MarginsOfEveryRowEqualAnIndependentRecount(string attribution, double? share, string? category)
    {
        var asOf = GeneratedLedger.Start.AddDays(60);
        var report = await RunAsync(Request(attribution, asOf, category) with { Response = Rule(attribution, share) });
        var recount = new Recount(fixture.Ledger, asOf, attribution == "first-touch", ["click", "conversion"], category);
        foreach (var row in (IEnumerable<ReportRow>)[.. report.Rows, .. report.Cells, .. report.Drops, report.Total])
        {
            var people = recount.OrdersByPerson(row.Control ? null : row.Cell, row.Drop, row.Control).Select(orders => orders.Sum(o => Earned(o, share))).ToList();
            Assert.Equal(decimal.Round(people.Sum(), 4), row.Margin);
            Assert.Equal(people.Sum(m => m * m), row.MarginSquares, 2);
        }

        var contacted = recount.OrdersByPerson(null, null, false).SelectMany(o => o).ToList();
        var without = contacted.Where(o => !fixture.Costs.ContainsKey(o.Id)).ToList();
        Assert.InRange(without.Count, 20, contacted.Count / 2);
        Assert.Equal(without.Count, report.Money.OrdersWithoutCost);
        Assert.Equal(without.Sum(o => o.Amount), report.Money.RevenueWithoutCost);
        Assert.Equal(contacted.Sum(o => fixture.Costs.GetValueOrDefault(o.Id)), report.Money.CostOfGoods);
    }

    [Fact]
    public async Task GroupsOfPeopleHaveTheirMargins()
    {
        var asOf = GeneratedLedger.Start.AddDays(60);
        await using var snapshot = (await ReportSnapshot.OpenAsync(fixture.Source, Request("last-touch", asOf, null), TestContext.Current.CancellationToken))!;
        await snapshot.KeepAsync(TestContext.Current.CancellationToken);
        await snapshot.ExecuteAsync("INSERT INTO report_group SELECT DISTINCT person_key, right(person_key, 1) FROM report_item WHERE right(person_key, 1) <> '7'", TestContext.Current.CancellationToken);

        var groups = await CampaignReporter.RunGroupedAsync(snapshot, TestContext.Current.CancellationToken);

        var recount = new Recount(fixture.Ledger, asOf, firstTouch: false, ["click", "conversion"], null);
        Assert.Equal(20, groups.Count);
        Assert.All(groups, row =>
        {
            var people = recount.OrdersByPerson(null, null, row.Control).Where(orders => orders.Count > 0 && orders[0].Customer[^1..] == (row.Cell ?? "7")).Select(orders => orders.Sum(o => Earned(o, null))).ToList();
            Assert.NotEmpty(people);
            Assert.Equal(decimal.Round(people.Sum(), 4), row.Margin);
            Assert.Equal(people.Sum(m => m * m), row.MarginSquares, 2);
        });
    }

    [Fact]
    public async Task ReturnAndBreakEvenAreOfTheMargin()
    {
        var report = await RunAsync(Request("last-touch", GeneratedLedger.Start.AddDays(60), null));
        var (total, money) = (report.Total, report.Money);
        Assert.True(money.Margin < money.Revenue);
        Assert.Equal(money.Margin - money.Cost, money.Contribution);
        Assert.Equal(total.Cost, money.BreakEvenResponseRate!.Value * total.Contacted * (total.Margin!.Value / total.Responses), 2);

        var control = total.Comparison!;
        var more = (double)(total.Margin.Value / total.Contacted) - (double)(control.Margin!.Value / control.People);
        Assert.Equal(more * total.Contacted, money.IncrementalMargin!.Value, 1e-5);
        Assert.InRange(money.IncrementalMargin.Value, money.IncrementalMarginLow!.Value, money.IncrementalMarginHigh!.Value);
        Assert.Equal((money.IncrementalMargin.Value - (double)total.Cost) / (double)total.Cost, (double)money.IncrementalRoi!.Value, 1e-5);
    }

    [Fact]
    public async Task WithoutACostInTheModelNothingIsSaidOfGoods()
    {
        var plain = await RunAsync(CampaignReporterTests.Request("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "conversion"], null));
        Assert.Equal((null, null, null, null), (plain.Money.Margin, plain.Money.CostOfGoods, plain.Money.OrdersWithoutCost, plain.Total.Margin));
        var share = await RunAsync(CampaignReporterTests.Request("last-touch", GeneratedLedger.Start.AddDays(60), ["click", "conversion"], null) with { Response = Rule("last-touch", 0.4) });
        Assert.Equal((decimal.Round(plain.Total.Revenue * 0.4m, 4), (decimal?)null), (share.Money.Margin, share.Money.CostOfGoods));
        Assert.Equal((double)(decimal)plain.Total.IncrementalRevenue! * 0.4, share.Money.IncrementalMargin!.Value, 1e-3);
    }

    [Theory]
    [InlineData("cost: amont", "model.yaml(11,11): error CE4101: unknown field 'amont' of orders; did you mean 'amount'?")]
    [InlineData("cost: lines.cost", "model.yaml(11,11): error CE4104: 'lines' of orders leads to many rows; write has(lines where ...), count(lines) or max(lines.cost)")]
    [InlineData("cost: note", "model.yaml(11,11): error CE2021: the cost of orders, 'note', is text; name an amount, such as a field of type money or sum(lines.cost)")]
    [InlineData("cost: amount", "model.yaml(11,11): error CE2021: the cost of orders is 'amount', the field with what is paid (the first of type money, or that of rfm); name the field with what the goods cost, and write it behind the amount")]
    [InlineData("cost: contacted", "model.yaml(11,11): error CE4108: 'contacted' is a fact about people, not about orders")]
    public void AWrongCostIsRefusedWithItsPlaceAndACure(string cost, string expected)
    {
        var yaml = $"""
            people: people
            entities:
              people:
                table: a.people
                key: id
                fields: [ ]
              orders:
                table: a.orders
                key: id
                {cost}
                fields: [ ]
              lines:
                table: a.lines
                key: id
                fields: [ ]
            """;
        string[] fields =
        [
            "{ id: integer }\n    relations: { orders: { many: orders, from: id, to: person } }",
            "{ id: integer, person: integer, at: time, amount: money, note: text? }\n    relations: { lines: { many: lines, from: id, to: order_id } }",
            "{ id: integer, order_id: integer, cost: money? }",
        ];
        foreach (var text in fields)
        {
            var mark = yaml.IndexOf("[ ]", StringComparison.Ordinal);
            yaml = string.Concat(yaml.AsSpan(0, mark), text, yaml.AsSpan(mark + 3));
        }

        var problems = new ProblemList();
        var model = ModelLoader.Load("model.yaml", Encoding.UTF8.GetBytes(yaml), problems);
        ModelCheck.Run(model!, problems);
        Assert.Equal([expected], problems.Items.Select(p => p.ToString()));
    }

    private decimal Earned(Order order, double? share) =>
        fixture.Costs.TryGetValue(order.Id, out var cost) ? order.Amount - cost : order.Amount * (decimal)(share ?? 0);

    private async Task<CampaignReport> RunAsync(ReportRequest request) =>
        (await new CampaignReporter(fixture.Source).RunAsync(request, TestContext.Current.CancellationToken))!;

    private static ResponseDefinition Rule(string attribution, double? share) => new()
    {
        Place = Nowhere, Attribution = attribution, Counts = ["click", "conversion"], Margin = share is { } part ? new Percentage((decimal)part) : null,
    };

    private static ReportRequest Request(string attribution, DateTimeOffset asOf, string? category)
    {
        var problems = new ProblemList();
        var binder = new ConditionBinder(Costed, problems);
        var rule = binder.BindRelation(new Written(category is null ? "orders" : $"orders where category = \"{category}\"", Nowhere), Costed.People);
        var cost = binder.BindExpression(rule!.Target.Cost!, rule.Target);
        Assert.Empty(problems.Items);
        return new ReportRequest { Campaign = "spring-tea", AsOf = asOf, Response = Rule(attribution, null), Model = Costed, Conversion = rule, Cost = cost };
    }
}
