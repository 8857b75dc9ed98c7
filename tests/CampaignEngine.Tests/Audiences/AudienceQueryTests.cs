using CampaignEngine.Audiences;

namespace CampaignEngine.Tests.Audiences;

public sealed class AudienceQueryTests(SelectionFixture fixture) : IClassFixture<SelectionFixture>
{
    [Fact]
    public async Task CountsSamplesAndGroupsThroughTheReadOnlyRole()
    {
        var condition = SelectionFixture.Bind("country in (\"TW\", \"HK\") and sum(orders.amount) > 10 and rfm.frequency >= 2");

        var answer = await Query().RunAsync(condition, SelectionFixture.BindValue("country"), 3, withPlan: true, TestContext.Current.CancellationToken);

        Assert.Equal(
            await fixture.ScalarAsync<long>(
                """
                SELECT count(*) FROM crm.customers c JOIN engine.purchase_summary s ON s.customer_key = c.customer_id
                WHERE country IN ('TW', 'HK') AND s.orders > (SELECT frequency[1] FROM engine.rfm_threshold)
                  AND (SELECT sum(amount) FROM crm.orders o WHERE o.customer_id = c.customer_id) > 10
                """),
            answer.Count);
        Assert.True(answer.Count > 10);
        Assert.Equal(["customer_no", "country", "sum(orders.amount)", "rfm.frequency"], answer.Sample[0].Keys);
        Assert.Equal(3, answer.Sample.Count);
        Assert.Equal(2, answer.Distinct);
        Assert.Equal(answer.Count, answer.Groups!.Sum(group => group.Count));
        Assert.NotEmpty(answer.Plan);
        Assert.Empty(answer.Refused);
    }

    [Fact]
    public async Task AnAuthorsTextIsNoColumnNameInSql()
    {
        var condition = SelectionFixture.Bind("count(orders where note = \"\\\"; DROP TABLE crm.orders; --\") = 0");

        var answer = await Query().RunAsync(condition, null, 1, withPlan: false, TestContext.Current.CancellationToken);

        Assert.Equal(400, answer.Count);
        Assert.Equal("count(orders where note = \"\\\"; DROP TABLE crm.orders; --\")", answer.Sample[0].Keys.Last());
        Assert.DoesNotContain("DROP", answer.Statement.Sql, StringComparison.Ordinal);
    }

    private AudienceQuery Query() => new(fixture.Database, SelectionFixture.Model, new Clock(), TimeZoneInfo.Utc);

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => SelectionFixture.Now;
    }
}
