using CampaignEngine.Authoring;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting.Matching;

public sealed class MatchedHouseholdsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Sent = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("last-touch", 30, 20)]
    [InlineData("first-touch", 50, 0)]
    public async Task AnOrderBesideTwoContactsIsCreditedAsTheRuleSaysAndOneBesideNoneToNobody(string attribution, int first, int second)
    {
        // 1 (cell a) and, a day later, 2 (cell b) live with 3; nobody knows whether 4, who lives with 5, got the message.
        var campaign = attribution.Replace('-', 'x');
        await database.ExecuteAsync("""
            TRUNCATE crm.customers, crm.households, crm.orders RESTART IDENTITY CASCADE;
            INSERT INTO crm.households (household_no) VALUES ('H1'), ('H2');
            INSERT INTO crm.customers (customer_no, household_id) SELECT 'C' || n, CASE WHEN n < 4 THEN 1 ELSE 2 END FROM generate_series(1, 5) n;
            INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount) VALUES ('beside', 3, '2026-03-13 09:00Z', 20), ('between', 3, '2026-03-10 21:00Z', 30), ('unsent', 5, '2026-03-13 09:00Z', 70)
            """);
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, [new("1", "1@x.test", "a"), new("2", "2@x.test", "b"), new("4", "4@x.test", "a")], campaign, dueAt: Sent, cancellationToken: Stop);
        await mailing.OutcomeAsync(database.Source, "1", Sent);
        await mailing.OutcomeAsync(database.Source, "2", Sent.AddDays(1));
        await database.ExecuteAsync($"INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, since, evidence) VALUES ({mailing.MailingId}, {mailing.OrdinalOf("4")}, 1, '{Sent:O}', 'connection lost')");
        await using (var plan = database.Source.CreateCommand("UPDATE engine.plan SET definition_file = 'x.yaml', definition_yaml = $1 WHERE campaign = $2"))
        {
            plan.Parameters.Add(new() { Value = $"campaign: {campaign}\naudience: {{ where: [] }}\ndrops: [{{ drop: announce, channel: email, template: email/x, subject: X, schedule: now }}]\nresponse: {{ window: 14 days, conversion: orders, attribution: {attribution} }}\n" });
            plan.Parameters.Add(new() { Value = campaign });
            await plan.ExecuteNonQueryAsync(Stop);
        }

        var problems = new ProblemList();
        var report = await new CampaignEngineServices(database.WorkspaceDirectory, EngineSettings.Default, Models.Crm, database.Database, TimeProvider.System).Reports.MatchbackAsync(campaign, Sent.AddDays(30), problems, Stop);
        Assert.Empty(problems.Items);
        Assert.Equal([("a", (decimal)first), ("b", second)], report!.Rows.Where(r => !r.Total).Select(r => (r.Cell!, r.HouseholdRevenue)));
        Assert.Equal((2L, 50m), report.Rows.Single(r => r.Total) is var total ? (total.HouseholdOrders, total.HouseholdRevenue) : default);
    }
}
