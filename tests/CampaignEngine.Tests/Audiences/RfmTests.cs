using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Tests.Audiences;

/// <summary>rfm.* against a computation of docs/rfm.md in plain C#.</summary>
public sealed class RfmTests(SelectionFixture fixture) : IClassFixture<SelectionFixture>
{
    private static readonly string[] Parts = ["rfm.recency", "rfm.frequency", "rfm.monetary", "rfm.score", "rfm.segment"];

    [Fact]
    public async Task ScoresAndSegmentsEqualAnIndependentComputation()
    {
        var expected = Independent(await OrdersAsync());

        var rows = await fixture.RowsAsync(SelectionFixture.Compiler().Waterfall([], [],
        [
            .. Parts.Select((text, i) => new CampaignEngine.Audiences.SelectionColumn($"v{i}", SelectionFixture.BindValue(text))),
        ]));

        Assert.Equal(400, rows.Count);
        foreach (var row in rows)
        {
            var scores = expected.TryGetValue((string)row[0]!, out var person) ? person : (null, null, null);
            Assert.Equal(scores, ((int?)row[2], (int?)row[3], (int?)row[4]));
            Assert.Equal(scores.R is null ? null : $"{scores.R}{scores.F}{scores.M}", (string?)row[5]);
            Assert.Equal(scores.R is null ? null : RfmSegments.Of(scores.R.Value, scores.F!.Value), (string?)row[6]);
        }
    }

    [Theory]
    [InlineData("recency", ">=", 4)]
    [InlineData("recency", "=", 3)]
    [InlineData("recency", "<", 2)]
    [InlineData("frequency", ">", 2)]
    [InlineData("frequency", "<=", 4)]
    [InlineData("frequency", "=", 1)]
    [InlineData("frequency", ">=", 1)]
    [InlineData("monetary", "=", 5)]
    [InlineData("monetary", "!=", 5)]
    [InlineData("monetary", "<=", 5)]
    public async Task AComparisonWithAScoreSelectsExactlyThoseWithTheScore(string part, string symbol, int score)
    {
        var expected = Independent(await OrdersAsync())
            .Where(person => Holds(part switch { "recency" => person.Value.R!.Value, "frequency" => person.Value.F!.Value, _ => person.Value.M!.Value }, symbol, score))
            .Select(person => person.Key).Order(StringComparer.Ordinal);

        Assert.Equal(expected, await fixture.KeysAsync(SelectionFixture.Compiler().Keys([SelectionFixture.Bind($"rfm.{part} {symbol} {score}")], [])));
        Assert.Equal(expected, await fixture.KeysAsync(SelectionFixture.Compiler().Keys([SelectionFixture.Bind($"{score} {Flip(symbol)} rfm.{part}")], [])));
    }

    [Fact]
    public async Task ReachesThePersonOfAnOrder()
    {
        var orders = SelectionFixture.Bind("customer.rfm.segment = \"champions\" and customer.rfm.recency = 5", entity: "orders");
        var compiler = new CampaignEngine.Audiences.SelectionCompiler(SelectionFixture.Model, orders.Entity, SelectionFixture.Options);

        var champions = Independent(await OrdersAsync()).Where(person => person.Value is { R: 5, F: >= 4 }).Select(person => person.Key).ToList();
        var count = await fixture.ScalarAsync<long>($"SELECT count(*) FROM crm.orders WHERE customer_id IN ({string.Join(',', champions)})");

        Assert.True(count > 0);
        Assert.Equal(count, (await fixture.RowsAsync(compiler.Count([orders], [])))[0][0]);
    }

    private static bool Holds(int value, string symbol, int score) => symbol switch
    {
        ">=" => value >= score, "<=" => value <= score, ">" => value > score, "<" => value < score, "=" => value == score, _ => value != score,
    };

    private static string Flip(string symbol) => symbol switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => symbol };

    private async Task<List<(string Customer, DateTime At, decimal Amount)>> OrdersAsync()
    {
        var orders = new List<(string, DateTime, decimal)>();
        await using var command = fixture.Source.CreateCommand("SELECT customer_id::text, ordered_at, amount FROM crm.orders WHERE kind = 'sale' AND customer_id IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            orders.Add((reader.GetString(0), reader.GetDateTime(1), reader.GetDecimal(2)));
        }

        return orders;
    }

    private static Dictionary<string, (int? R, int? F, int? M)> Independent(List<(string Customer, DateTime At, decimal Amount)> orders)
    {
        var people = orders.GroupBy(order => order.Customer).ToDictionary(group => group.Key, group => (Last: group.Max(o => o.At), Count: group.Count(), Sum: group.Sum(o => o.Amount)));
        var (r, f, m) = (Scores(people.Values.Select(p => p.Last)), Scores(people.Values.Select(p => p.Count)), Scores(people.Values.Select(p => p.Sum)));
        return people.ToDictionary(person => person.Key, person => ((int?)r(person.Value.Last), (int?)f(person.Value.Count), (int?)m(person.Value.Sum)));
    }

    // The value at place ceil(q * n) of the sorted values; the score is 1 + the thresholds strictly below.
    private static Func<T, int> Scores<T>(IEnumerable<T> values) where T : IComparable<T>
    {
        var sorted = values.Order().ToList();
        var thresholds = Enumerable.Range(1, 4).Select(fifth => sorted[((fifth * sorted.Count) + 4) / 5 - 1]).ToList();
        return value => 1 + thresholds.Count(threshold => threshold.CompareTo(value) < 0);
    }
}
