using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Audiences;

/// <summary>A customer database of somebody's own: other names, a view for people, text keys with a collation, odd identifiers, jsonb attributes.</summary>
public sealed class ForeignModelTests(ForeignModelTests.Shop shop) : IClassFixture<ForeignModelTests.Shop>
{
    private static readonly CustomerModel Model = Models.Load("shop.yaml", Encoding.UTF8.GetBytes(
        """
        people: clients
        entities:
          clients:
            table: shop.living clients
            key: code
            fields:
              code: text
              mail: { type: text?, column: E-Mail }
              ref: { type: uuid?, column: guid }
              land: text?
              shoe: { type: number?, column: extra, json: shoe size }
              since: { type: date?, column: extra, json: since }
              seen: { type: time?, column: extra, json: seen }
              tags: { type: "text[]?", column: extra, json: tags }
              vip: { type: boolean?, column: extra, json: vip }
              spent: { type: money, is: sum(purchases.total) }
            relations:
              purchases: { many: purchases, from: code, to: client }
              referrer: { one: clients, from: land, to: code }
            contacts:
              email: { address: mail, policy: opt-out }
          purchases:
            table: shop.invoices
            key: no
            fields:
              no: text
              client: text?
              day: date
              total: money
              state: text
        rfm:
          orders: purchases
          at: day
          amount: total
          where: state = "paid"
          tracked: true
        """));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mail like \"%@a.example\"", "\"E-Mail\" LIKE '%@a.example'")]
    [InlineData("ref = \"00000000-0000-0000-0000-000000000007\"", "guid = '00000000-0000-0000-0000-000000000007'")]
    [InlineData("ref in (\"00000000-0000-0000-0000-000000000007\", \"00000000-0000-0000-0000-000000000008\")", "code IN ('k 7', 'k 8')")]
    [InlineData("shoe >= 40", "code IN (SELECT code FROM shop.clients WHERE n % 4 <> 0 AND 30 + n % 15 >= 40)")]
    [InlineData("since after 2020-01-01", "code IN (SELECT code FROM shop.clients WHERE n % 3 = 0)")]
    [InlineData("seen within 100 years", "code IN (SELECT code FROM shop.clients WHERE n % 2 = 0)")]
    [InlineData("tags contains \"x\" or tags contains all (\"y\")", "code IN (SELECT code FROM shop.clients WHERE n % 3 = 1)")]
    [InlineData("vip", "code IN (SELECT code FROM shop.clients WHERE n % 5 = 0)")]
    [InlineData("spent > 100", "(SELECT sum(total) FROM shop.invoices i WHERE i.client = code) > 100")]
    [InlineData("max(purchases.day where state = \"paid\") within 60 days", "(SELECT max(day) FROM shop.invoices i WHERE i.client = code AND state = 'paid') >= date '2026-03-01' - 60")]
    [InlineData("count(purchases where state = \"paid\") >= 3 and rfm.frequency >= 3", "(SELECT orders >= 3 AND orders > (SELECT frequency[2] FROM engine.rfm_threshold) FROM engine.purchase_summary s WHERE s.customer_key = code)")]
    [InlineData("contacted within 14 days", "code = 'k 5'")]
    public async Task SelectsOverForeignTables(string text, string predicate)
    {
        await shop.RefreshAsync(Model);
        var condition = SelectionFixture.Bind(text, Model);
        var compiler = new SelectionCompiler(Model, Model.People, SelectionFixture.Options);
        var expected = await KeysAsync(await shop.ReadAsync($"SELECT code::text FROM shop.\"living clients\" WHERE {predicate}"));

        Assert.NotEmpty(expected);
        Assert.Equal(expected, await KeysAsync(await shop.ReadAsync(compiler.Keys([condition], []))));
        Assert.Equal(expected, await KeysAsync(await shop.ReadAsync(compiler.Waterfall([condition], [], [])), selectedOnly: true));
        Assert.Equal(expected.Intersect(["k 5", "k 6", "k 10"]), await KeysAsync(await shop.ReadAsync(compiler.Filter(condition, ["k 10", "k 5", "k 6"]))));
        await using var connection = await shop.Source.OpenConnectionAsync(Token);
        var explained = await SelectionExplanation.ReadAsync(connection, compiler.Explain([condition], [], Model.People.Key, "k 5")!, [condition], [], Token);
        Assert.Equal(expected.Contains("k 5"), explained!.Failed == 0);
    }

    [Fact]
    public async Task TheDocumentedTriggersKeepTheSummaryEqualToARebuild()
    {
        await shop.RefreshAsync(Model);
        var random = new Random(7);
        for (var round = 0; round < 15; round++)
        {
            await shop.ExecuteAsync(random.Next(3) switch
            {
                0 => $"INSERT INTO shop.invoices SELECT 'r{round}-' || g, 'k ' || g, date '2025-01-01' + g, {random.Next(90)}, 'paid' FROM generate_series(1, 40, {random.Next(3, 20)}) g",
                1 => $"UPDATE shop.invoices SET client = 'k {random.Next(1, 40)}' WHERE client = 'k {random.Next(1, 40)}'",
                _ => $"DELETE FROM shop.invoices WHERE client = 'k {random.Next(1, 40)}'",
            });
            Assert.NotEqual(PurchaseRefreshKind.Rebuilt, (await shop.RefreshAsync(Model)).Kind);
            Assert.Equal(
                await shop.ScalarAsync<string>("SELECT string_agg(format('%s %s %s %s', client, d, c, t), ';' ORDER BY client COLLATE \"C\") FROM (SELECT client, max(day)::timestamp AT TIME ZONE 'UTC' AS d, count(*) AS c, sum(total) AS t FROM shop.invoices JOIN shop.\"living clients\" ON code = client WHERE state = 'paid' GROUP BY 1) AS i"),
                await shop.ScalarAsync<string>("SELECT string_agg(format('%s %s %s %s', customer_key, last_at, orders, amount), ';' ORDER BY customer_key COLLATE \"C\") FROM engine.purchase_summary"));
        }
    }

    private static Task<List<string>> KeysAsync(List<object?[]> rows, bool selectedOnly = false) =>
        Task.FromResult(rows.Where(row => !selectedOnly || (short)row[1]! == 0).Select(row => (string)row[0]!).Order(StringComparer.Ordinal).ToList());

    public sealed class Shop : TestDatabase
    {
        public Task<PurchaseRefresh> RefreshAsync(CustomerModel model) =>
            new PurchaseSummary(Source, PurchaseDefinition.Of(model, new ProblemList())!, TimeProvider.System, TimeZoneInfo.Utc).RefreshAsync(TestContext.Current.CancellationToken);

        public Task<List<object?[]>> ReadAsync(string sql) => ReadAsync(new SelectionStatement { Sql = sql, Parameters = [], Tables = [], UsesPurchaseSummary = false });

        public async Task<List<object?[]>> ReadAsync(SelectionStatement statement)
        {
            await using var connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = statement.ToCommand(connection);
            var rows = new List<object?[]>();
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var row = new object?[reader.FieldCount];
                _ = reader.GetValues(row!);
                rows.Add(row);
            }

            return rows;
        }

        protected override async Task PrepareAsync(CancellationToken cancellationToken)
        {
            await using (var command = Source.CreateCommand(Data + Documented()))
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            var mailing = await ArrangedMailing.FreezeAsync(Source, [new ArrangedPerson("k 5", "a@example.com"), new ArrangedPerson("seed:1", "s@example.com", Seed: true)], cancellationToken: cancellationToken);
            await mailing.OutcomeAsync(Source, "k 5", SelectionFixture.Now.AddDays(-3));
            await mailing.OutcomeAsync(Source, "seed:1", SelectionFixture.Now.AddDays(-3));
        }

        // The statements that docs/rfm.md tells people to run.
        private static string Documented() =>
            Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "docs", "rfm.md")), "```sql\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

        private const string Data =
            """
            CREATE SCHEMA shop;
            CREATE COLLATION shop.odd (provider = icu, locale = 'de');
            CREATE TABLE shop.clients (n int, code text COLLATE shop.odd PRIMARY KEY, "E-Mail" text, guid uuid, land text, extra jsonb, dead boolean);
            CREATE VIEW shop."living clients" AS SELECT code, "E-Mail", guid, land, extra FROM shop.clients WHERE NOT dead;
            CREATE TABLE shop.invoices (no text PRIMARY KEY, client text REFERENCES shop.clients, day date NOT NULL, total numeric(10,2) NOT NULL, state text NOT NULL);
            INSERT INTO shop.clients
            SELECT g, 'k ' || g, CASE g % 3 WHEN 0 THEN g || '@a.example' WHEN 1 THEN g || '@b.example' END, lpad(g::text, 32, '0')::uuid, 'DE',
                   jsonb_build_object('shoe size', CASE WHEN g % 4 = 0 THEN 'big' ELSE (30 + g % 15)::text END,
                       'since', CASE g % 3 WHEN 0 THEN '2024-02-29' WHEN 1 THEN '2023-02-29' ELSE '2024-13-01' END,
                       'seen', CASE g % 2 WHEN 0 THEN '2026-01-05T10:00:00Z' ELSE '2026-01-05 10:00' END,
                       'tags', CASE g % 3 WHEN 0 THEN '"x"'::jsonb WHEN 1 THEN '["x","y"]'::jsonb ELSE 'null'::jsonb END,
                       'vip', CASE WHEN g % 5 = 0 THEN 'true'::jsonb ELSE '"maybe"'::jsonb END), g % 10 = 9
            FROM generate_series(1, 40) g;
            INSERT INTO shop.invoices SELECT g, 'k ' || (1 + (g * g) % 40), date '2026-02-28' - g, g % 70, CASE WHEN g % 6 = 0 THEN 'open' ELSE 'paid' END FROM generate_series(1, 200) g;
            """;
    }
}
