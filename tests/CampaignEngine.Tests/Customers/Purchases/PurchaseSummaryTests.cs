using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using Npgsql;

namespace CampaignEngine.Tests.Customers.Purchases;

public sealed class PurchaseSummaryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Dump = "SELECT coalesce(string_agg(format('%s %s %s %s', customer_key, last_at, orders, amount), E'\\n' ORDER BY customer_key), '') FROM engine.purchase_summary";

    private const string Independent =
        """
        SELECT coalesce(string_agg(format('%s %s %s %s', customer_id, last_at, orders, amount), E'\n' ORDER BY customer_id), '')
        FROM (SELECT customer_id, max(ordered_at) AS last_at, count(*) AS orders, sum(amount) AS amount
              FROM crm.orders WHERE kind = 'sale' AND customer_id IS NOT NULL GROUP BY 1) AS o
        """;

    private const string Thresholds = "SELECT coalesce(string_agg(format('%s %s %s %s', recency, frequency, monetary, customers), ''), 'none') FROM engine.rfm_threshold";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EqualsAFullRebuildAfterRandomEdits()
    {
        await ArrangeAsync(60);
        var random = new Random(20260301);
        var (number, incremental) = (0, 0);
        for (var round = 0; round < 80; round++)
        {
            for (var edit = random.Next(1, 6); edit > 0; edit--)
            {
                await database.ExecuteAsync(random.Next(20) switch
                {
                    < 9 => $"INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount) SELECT 'r' || {++number} || '-' || g, CASE WHEN g % 7 = 0 THEN NULL ELSE 1 + ({random.Next(60)} + g * g) % 60 END, CASE WHEN g % 4 = 0 THEN 'return' ELSE 'sale' END, timestamptz '2025-01-01' + make_interval(hours => {random.Next(9000)}), {random.Next(-500, 9000)} / 100.0 FROM generate_series(1, {random.Next(1, 9)}) g",
                    < 13 => $"UPDATE crm.orders SET amount = amount + {random.Next(100)} / 100.0, ordered_at = ordered_at - interval '1 hour' WHERE customer_id = {random.Next(1, 61)}",
                    < 15 => $"UPDATE crm.orders SET customer_id = {random.Next(1, 61)} WHERE order_id % 17 = {random.Next(17)}",
                    < 16 => $"UPDATE crm.orders SET kind = CASE kind WHEN 'sale' THEN 'return' ELSE 'sale' END WHERE order_id % 11 = {random.Next(11)}",
                    < 19 => $"DELETE FROM crm.orders WHERE customer_id = {random.Next(1, 61)}",
                    _ => round % 20 == 7 ? "TRUNCATE crm.orders CASCADE" : "DELETE FROM crm.orders WHERE order_id % 3 = 1",
                });
            }

            incremental += (await Summary().RefreshAsync(Token)).Kind == PurchaseRefreshKind.Incremental ? 1 : 0;
            Assert.False(await database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM engine.purchase_dirty)"));
            var (rows, thresholds) = (await database.ScalarAsync<string>(Dump), await database.ScalarAsync<string>(Thresholds));
            Assert.Equal(await database.ScalarAsync<string>(Independent), rows);
            if (round % 8 == 0)
            {
                await database.ExecuteAsync("INSERT INTO engine.purchase_dirty VALUES ('*')");
                Assert.Equal(PurchaseRefreshKind.Rebuilt, (await Summary().RefreshAsync(Token)).Kind);
                Assert.Equal(rows, await database.ScalarAsync<string>(Dump));
                Assert.Equal(thresholds, await database.ScalarAsync<string>(Thresholds));
            }
        }

        Assert.InRange(incremental, 40, 80);
    }

    [Fact]
    public async Task LosesNoMarkOfWritersThatCommitDuringARefresh()
    {
        await ArrangeAsync(40);
        await Summary().RefreshAsync(Token);
        var writers = Enumerable.Range(0, 4).Select(async writer =>
        {
            var random = new Random(writer);
            for (var i = 0; i < 60; i++)
            {
                await using var connection = await database.Source.OpenConnectionAsync(Token);
                await using var transaction = await connection.BeginTransactionAsync(Token);
                await using var command = new NpgsqlCommand(
                    $"INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount) VALUES ('w{writer}-{i}-{Guid.NewGuid()}', {random.Next(1, 41)}, now(), {i}); UPDATE crm.orders SET amount = amount + 1 WHERE order_no LIKE 'w{writer}-{random.Next(60)}-%'", connection, transaction);
                await command.ExecuteNonQueryAsync(Token);
                await transaction.CommitAsync(Token);
            }
        }).ToList();
        var refreshers = Enumerable.Range(0, 2).Select(async _ =>
        {
            while (!writers.TrueForAll(writer => writer.IsCompleted))
            {
                await Summary().RefreshAsync(Token);
            }
        });

        await Task.WhenAll([.. writers, .. refreshers]);
        await Summary().RefreshAsync(Token);

        Assert.Equal(await database.ScalarAsync<string>(Independent), await database.ScalarAsync<string>(Dump));
    }

    [Fact]
    public async Task SeesAnOrderWhoseTransactionEndsAfterTheRefresh()
    {
        await ArrangeAsync(5);
        await Summary().RefreshAsync(Token);
        await using var connection = await database.Source.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var insert = new NpgsqlCommand("INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount) VALUES ('late', 1, now(), 5)", connection, transaction))
        {
            await insert.ExecuteNonQueryAsync(Token);
        }

        Assert.Equal(PurchaseRefreshKind.Unchanged, (await Summary().RefreshAsync(Token)).Kind);
        await transaction.CommitAsync(Token);

        Assert.Equal(new PurchaseRefresh(PurchaseRefreshKind.Incremental, 1), await Summary().RefreshAsync(Token));
        Assert.Equal(await database.ScalarAsync<string>(Independent), await database.ScalarAsync<string>(Dump));
    }

    [Fact]
    public async Task RebuildsWhenTheDefinitionChanges()
    {
        await ArrangeAsync(20);
        await database.ExecuteAsync("INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount) SELECT g, 1 + g % 20, CASE WHEN g % 2 = 0 THEN 'sale' ELSE 'return' END, now(), g FROM generate_series(1, 90) g");
        await Summary().RefreshAsync(Token);
        Assert.Equal(PurchaseRefreshKind.Unchanged, (await Summary().RefreshAsync(Token)).Kind);

        var all = Models.Crm with { Rfm = Models.Crm.Rfm! with { Where = null } };

        Assert.Equal(PurchaseRefreshKind.Rebuilt, (await Summary(all).RefreshAsync(Token)).Kind);
        Assert.Equal(90, await database.ScalarAsync<long>("SELECT sum(orders) FROM engine.purchase_summary"));
        Assert.Equal(PurchaseRefreshKind.Rebuilt, (await Summary().RefreshAsync(Token)).Kind);
        Assert.Equal(45, await database.ScalarAsync<long>("SELECT sum(orders) FROM engine.purchase_summary"));
    }

    [Theory]
    [InlineData("ordered_at within 1 year", false)]
    [InlineData("customer.country = \"TW\"", false)]
    [InlineData("kind = \"sale\" and amount > 0", true)]
    public void MarksSufficeOnlyWhereAnOrderCountsByItsOwnFields(string where, bool tracked)
    {
        var model = Models.Crm with { Rfm = Models.Crm.Rfm! with { Where = new Written(where, new Place("model.yaml", 1, 1)) } };

        Assert.Equal(tracked, PurchaseDefinition.Of(model, new ProblemList())!.IsTracked);
    }

    private PurchaseSummary Summary(CustomerModel? model = null) =>
        new(database.Source, PurchaseDefinition.Of(model ?? Models.Crm, new ProblemList())!, TimeProvider.System, TimeZoneInfo.Utc);

    private Task ArrangeAsync(int customers) => database.ExecuteAsync(
        $"TRUNCATE crm.orders, crm.order_lines, crm.customers, crm.consents, crm.complaints, crm.interactions RESTART IDENTITY; INSERT INTO crm.customers (customer_no) SELECT g FROM generate_series(1, {customers}) g");
}
