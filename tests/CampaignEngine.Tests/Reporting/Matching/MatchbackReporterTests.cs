using CampaignEngine.Authoring;
using CampaignEngine.Reporting.Matching;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting.Matching;

public sealed class MatchbackReporterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    // A week before the clocks of Europe go back.
    private static readonly DateTimeOffset Sent = new(2026, 10, 18, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OrdersOfTheHouseholdStandBesideTheDirectOnesAndEachCountsOnce()
    {
        // Households: 1+2, 3+4, 5+6, 7 alone. In the campaign: 1 and 4 (cell a), 3 (cell b), 5 held out.
        await database.ExecuteAsync("""
            INSERT INTO crm.households (household_no) SELECT 'H' || n FROM generate_series(1, 4) n;
            INSERT INTO crm.customers (customer_no, household_id) SELECT 'C' || n, CASE WHEN n < 7 THEN (n + 1) / 2 END FROM generate_series(1, 7) n;
            """);
        var mailing = await ArrangedMailing.FreezeAsync(
            database.Source, [new("1", "1@x.test", "a"), new("4", "4@x.test", "a"), new("3", "3@x.test", "b"), new("5", "5@x.test", Control: true)], "autumn", dueAt: Sent, cancellationToken: Stop);
        foreach (var person in (string[])["1", "3", "4"])
        {
            await mailing.OutcomeAsync(database.Source, person, Sent);
        }

        await using (var plan = database.Source.CreateCommand("UPDATE engine.plan SET definition_file = 'autumn.yaml', definition_yaml = $1"))
        {
            plan.Parameters.Add(new() { Value = "campaign: autumn\naudience: { where: [] }\ndrops: [{ drop: announce, channel: email, template: email/x, subject: X, schedule: now }]\nresponse: { window: 14 days, conversion: orders }\n" });
            await plan.ExecuteNonQueryAsync(Stop);
        }

        await OrderAsync("direct", 1, Sent.AddDays(14), 10);                    // the last moment, fourteen days of 24 hours later
        await OrderAsync("late", 1, Sent.AddDays(14).AddSeconds(1), 1000);
        await OrderAsync("beside", 2, Sent.AddDays(7).AddHours(16), 20);        // in the hour that comes twice: 01:00 UTC
        await OrderAsync("before", 2, Sent.AddSeconds(-1), 1000);
        await OrderAsync("own", 4, Sent.AddDays(1), 5);                         // lives with 3, and is in the campaign: direct, not the household's
        await OrderAsync("held", 6, Sent.AddDays(2), 7);
        await OrderAsync("alone", 7, Sent.AddDays(2), 1000);
        var engine = new CampaignEngineServices(database.WorkspaceDirectory, EngineSettings.Default, Models.Crm, database.Database, TimeProvider.System);
        var problems = new ProblemList();
        var report = await engine.Reports.MatchbackAsync("autumn", Sent.AddDays(30), problems, Stop);
        Assert.Empty(problems.Items);
        Assert.Equal(
            [
                new MatchbackRow("a", false, false, 2, 2, 2, 15, 1, 1, 20),
                new MatchbackRow("b", false, false, 1, 0, 0, 0, 0, 0, 0),
                new MatchbackRow("control", true, false, 1, 0, 0, 0, 1, 1, 7),
                new MatchbackRow(null, false, true, 3, 2, 2, 15, 1, 1, 20),
            ],
            report!.Rows);
    }

    private Task OrderAsync(string number, int customer, DateTimeOffset at, decimal amount) =>
        database.ExecuteAsync($"INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount) VALUES ('{number}', {customer}, '{at:O}', {amount})");
}
