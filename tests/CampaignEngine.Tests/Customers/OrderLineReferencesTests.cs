using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Customers;

/// <summary>What foreign keys promised, order lines still keep (docs/decisions/0006).</summary>
public sealed class OrderLineReferencesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Line = "INSERT INTO crm.order_lines (order_id, product_id, line_key, quantity, unit_price, amount) VALUES ";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Line + "(1, 1, 'good', 1, 1, 1), (-1, 1, 'bad', 1, 1, 1)", "an order line refers to order -1, which is not there")]
    [InlineData(Line + "(1, NULL, 'good', 1, 1, 1), (1, -2, 'bad', 1, 1, 1)", "an order line refers to product -2, which is not there")]
    [InlineData("UPDATE crm.order_lines SET product_id = -3", "an order line refers to product -3, which is not there")]
    [InlineData("DELETE FROM crm.orders", "order 1 has order lines")]
    [InlineData("TRUNCATE crm.orders", "order 1 has order lines")]
    [InlineData("DELETE FROM crm.products", "product 1 has order lines")]
    [InlineData("TRUNCATE crm.products", "product 1 has order lines")]
    public async Task NoLineIsLeftWithoutItsOrderOrProduct(string statement, string fault)
    {
        await ArrangeAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(statement));

        Assert.Equal((fault, PostgresErrorCodes.ForeignKeyViolation), (refused.MessageText, refused.SqlState));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM crm.order_lines"));
    }

    [Fact]
    public async Task LinesGoWithTheirOrderInOneTransaction()
    {
        await ArrangeAsync();
        await database.ExecuteAsync("TRUNCATE crm.orders, crm.order_lines");
        await database.ExecuteAsync("DELETE FROM crm.products");
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM crm.products"));
    }

    [Fact]
    public async Task AnOrderCannotGoWhileAnotherTransactionAddsALineToIt()
    {
        await ArrangeAsync();
        await database.ExecuteAsync("INSERT INTO crm.orders (order_id, order_no, ordered_at) OVERRIDING SYSTEM VALUE VALUES (2, 'two', now())");
        await using var adding = await database.Source.OpenConnectionAsync(Cancel);
        await using var transaction = await adding.BeginTransactionAsync(Cancel);
        await using (var add = new NpgsqlCommand(Line + "(2, NULL, 'late', 1, 1, 1)", adding, transaction))
        {
            await add.ExecuteNonQueryAsync(Cancel);
        }

        var deleting = database.ExecuteAsync("DELETE FROM crm.orders WHERE order_id = 2");
        while (!await database.ScalarAsync<bool>("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
        {
            Assert.False(deleting.IsCompleted);
        }

        await transaction.CommitAsync(Cancel);
        Assert.Equal("order 2 has order lines", (await Assert.ThrowsAsync<PostgresException>(() => deleting)).MessageText);
    }

    [Fact]
    public async Task ALineCannotComeWhileAnotherTransactionDeletesItsOrder()
    {
        await ArrangeAsync();
        await database.ExecuteAsync("INSERT INTO crm.orders (order_id, order_no, ordered_at) OVERRIDING SYSTEM VALUE VALUES (3, 'three', now())");
        await using var deleting = await database.Source.OpenConnectionAsync(Cancel);
        await using var transaction = await deleting.BeginTransactionAsync(Cancel);
        await using (var delete = new NpgsqlCommand("DELETE FROM crm.orders WHERE order_id = 3", deleting, transaction))
        {
            await delete.ExecuteNonQueryAsync(Cancel);
        }

        var adding = database.ExecuteAsync(Line + "(3, NULL, 'late', 1, 1, 1)");
        while (!await database.ScalarAsync<bool>("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
        {
            Assert.False(adding.IsCompleted);
        }

        await transaction.CommitAsync(Cancel);
        Assert.Equal("an order line refers to order 3, which is not there", (await Assert.ThrowsAsync<PostgresException>(() => adding)).MessageText);
    }

    private async Task ArrangeAsync() => await database.ExecuteAsync($"""
        TRUNCATE crm.orders, crm.products, crm.order_lines;
        INSERT INTO crm.orders (order_id, order_no, ordered_at) OVERRIDING SYSTEM VALUE VALUES (1, 'one', now());
        INSERT INTO crm.products (product_id, product_no) OVERRIDING SYSTEM VALUE VALUES (1, 'tea');
        {Line}(1, 1, 'first', 1, 1, 1);
        """);
}
