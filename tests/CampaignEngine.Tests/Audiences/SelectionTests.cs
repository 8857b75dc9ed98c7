using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Tests.Audiences;

/// <summary>Every condition against an independent predicate written by hand over the tables; all forms must agree.</summary>
public sealed class SelectionTests(SelectionFixture fixture) : IClassFixture<SelectionFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("country in (\"TW\", \"HK\")", "c.country in ('TW','HK')")]
    [InlineData("country not in (\"TW\", \"HK\")", "c.country in ('JP')")]
    [InlineData("not (country = \"TW\")", "c.country <> 'TW'")]
    [InlineData("country != \"TW\" or country is null", "coalesce(c.country, '') <> 'TW'")]
    [InlineData("country is not null and sex is null", "c.country is not null and c.sex is null")]
    [InlineData("first_name = \"O'Neil\"", "c.first_name = 'O''Neil'")]
    [InlineData("last_name like \"Name1%\" and last_name not like \"Name1_\"", "c.last_name = 'Name1'")]
    [InlineData("lower(email) contains \"@example\"", "lower(c.email) like '%@example%'")]
    [InlineData("upper(first_name) = \"ANN\" or length(first_name) > 5", "c.first_name in ('Ann', 'O''Neil')")]
    [InlineData("interests contains \"tea\"", "'tea' = any(c.interests)")]
    [InlineData("interests contains all (\"coffee\", \"tea\")", "c.interests = '{tea,coffee}'")]
    [InlineData("interests contains any (\"coffee\", \"garden\")", "c.interests in ('{tea,coffee}', '{garden}')")]
    [InlineData("length(interests) = 0", "c.interests = '{}'")]
    [InlineData("created_at within 10 days", "c.customer_id <= 10")]
    [InlineData("created_at older than 390 days", "c.customer_id > 390")]
    [InlineData("created_at not within 10 days", "c.customer_id > 10")]
    [InlineData("created_at = 2026-02-20", "c.customer_id = 9")]
    [InlineData("created_at <= 2026-02-20 and created_at after 2026-02-18", "c.customer_id in (9, 10)")]
    [InlineData("created_at between 2026-02-18 and 2026-02-20", "c.customer_id in (9, 10, 11)")]
    [InlineData("created_at in (2026-02-20, 2026-02-21)", "c.customer_id in (8, 9)")]
    [InlineData("created_at >= 2026-02-20 12:00 and created_at < 2026-02-21T12:00:00Z", "c.customer_id = 9")]
    [InlineData("created_at > now - 5 days", "c.customer_id < 5")]
    [InlineData("created_at + 1 month > now", "c.created_at + interval '1 month' > timestamptz '2026-03-01 12:00+00'")]
    [InlineData("age(birth_date) between 40 and 50", "extract(year from age(date '2026-03-01', c.birth_date)) between 40 and 50")]
    [InlineData("birth_date + 30 years > today", "(c.birth_date + interval '30 years')::date > date '2026-03-01'")]
    [InlineData("month(birth_date) = 2 and day(birth_date) = 29", "to_char(c.birth_date, 'MMDD') = '0229'")]
    [InlineData("days_since(created_at) = 17 or weekday(created_at) = 7", "c.customer_id = 17 or extract(isodow from c.created_at at time zone 'UTC') = 7")]
    [InlineData("today - birth_date < 10000", "date '2026-03-01' - c.birth_date < 10000")]
    [InlineData("household.name = \"House 7\"", "exists (select from crm.households h where h.household_id = c.household_id and h.name = 'House 7')")]
    [InlineData("count(household.members) >= 4", "(select count(*) from crm.customers m where m.household_id = c.household_id) >= 4")]
    [InlineData("count(orders) = 0", "not exists (select from crm.orders o where o.customer_id = c.customer_id)")]
    [InlineData("sum(orders.amount) < 50", "coalesce((select sum(amount) from crm.orders o where o.customer_id = c.customer_id), 0) < 50")]
    [InlineData("sum(orders.amount) >= 100 and max(orders.amount) > 80", "(select sum(amount) >= 100 and max(amount) > 80 from crm.orders o where o.customer_id = c.customer_id)")]
    [InlineData("sum(orders.amount) >= 100 USD", "(select sum(amount) from crm.orders o where o.customer_id = c.customer_id and o.currency = 'USD') >= 100")]
    [InlineData("sum(orders.amount) / count(orders) > 30", "(select sum(amount) / count(*) from crm.orders o where o.customer_id = c.customer_id) > 30")]
    [InlineData("avg(orders.amount) > 30 or min(orders.ordered_at) within 100 days", "(select avg(amount) > 30 or min(o.ordered_at) > timestamptz '2026-03-01 12:00+00' - interval '100 days' from crm.orders o where o.customer_id = c.customer_id)")]
    [InlineData("count(orders where category = \"tea\" and ordered_at within 1 year) >= 1", "(select count(*) from crm.orders o where o.customer_id = c.customer_id and category = 'tea' and ordered_at >= '2025-03-01 12:00+00') >= 1")]
    [InlineData("count(orders where channel = \"web\") > count(orders where channel = \"shop\")", "(select count(*) filter (where channel = 'web') > count(*) filter (where channel = 'shop') from crm.orders o where o.customer_id = c.customer_id)")]
    [InlineData("count(distinct orders.category where kind = \"sale\") = 3", "(select count(distinct category) from crm.orders o where o.customer_id = c.customer_id and kind = 'sale') = 3")]
    [InlineData("last(orders.category) = \"tea\"", "(select category from crm.orders o where o.customer_id = c.customer_id order by ordered_at desc, order_id desc limit 1) = 'tea'")]
    [InlineData("first(orders.category where amount > 50) = \"pots\"", "(select category from crm.orders o where o.customer_id = c.customer_id and amount > 50 order by ordered_at, order_id limit 1) = 'pots'")]
    [InlineData("has(orders where note is null and amount > 85)", "exists (select from crm.orders o where o.customer_id = c.customer_id and amount > 85)")]
    [InlineData("not has(orders)", "not exists (select from crm.orders o where o.customer_id = c.customer_id)")]
    [InlineData("has(orders.lines where product.category = \"tea\" and quantity >= 3)", "exists (select from crm.orders o join crm.order_lines l using (order_id) join crm.products p using (product_id) where o.customer_id = c.customer_id and p.category = 'tea' and l.quantity >= 3)")]
    [InlineData("has(orders.lines.product where brand = \"B2\")", "exists (select from crm.orders o join crm.order_lines l using (order_id) join crm.products p using (product_id) where o.customer_id = c.customer_id and p.brand = 'B2')")]
    [InlineData("sum(orders.lines.amount where order.channel = \"web\") > 30", "(select sum(l.amount) from crm.orders o join crm.order_lines l using (order_id) where o.customer_id = c.customer_id and o.channel = 'web') > 30")]
    [InlineData("count(orders where sum(lines.quantity) > 5) >= 2", "(select count(*) from crm.orders o where o.customer_id = c.customer_id and (select sum(quantity) from crm.order_lines l where l.order_id = o.order_id) > 5) >= 2")]
    [InlineData("count(orders where not has(lines)) >= 1", "(select count(*) from crm.orders o where o.customer_id = c.customer_id and not exists (select from crm.order_lines l where l.order_id = o.order_id)) >= 1")]
    [InlineData("has(complaints where status = \"open\") or has(orders where amount < 0)", "exists (select from crm.complaints x where x.customer_id = c.customer_id and status = 'open') or exists (select from crm.orders o where o.customer_id = c.customer_id and amount < 0)")]
    [InlineData("last_order_at within 180 days", "(select max(ordered_at) from crm.orders o where o.customer_id = c.customer_id and kind = 'sale') >= timestamptz '2026-03-01 12:00+00' - interval '180 days'")]
    [InlineData("order_count >= 3 and total_spent > 100", "(select count(*) filter (where kind = 'sale') >= 3 and sum(amount) > 100 from crm.orders o where o.customer_id = c.customer_id)")]
    [InlineData("contacted", "c.customer_id between 1 and 100 and not (c.customer_id < 41 and c.customer_id % 10 = 0)")]
    [InlineData("contacted within 14 days", "c.customer_id <= 14 and c.customer_id <> 10")]
    [InlineData("contacted by \"spring-tea\" on email", "c.customer_id < 60 and c.customer_id % 10 > 0")]
    [InlineData("not contacted by (\"spring-tea\", \"autumn\")", "c.customer_id > 100 or (c.customer_id < 41 and c.customer_id % 10 = 0)")]
    [InlineData("contacted drop \"sale\" within 110 days", "c.customer_id between 41 and 50")]
    [InlineData("contacted on sms and contacted on email", "c.customer_id between 41 and 59 and c.customer_id <> 50")]
    [InlineData("opened", "c.customer_id < 60 and c.customer_id % 3 = 0")]
    [InlineData("clicked within 30 days", "c.customer_id <= 30 and c.customer_id % 7 = 0")]
    [InlineData("responded", "c.customer_id < 60 and (c.customer_id % 7 = 0 or c.customer_id % 11 = 0)")]
    [InlineData("contacted by \"spring-tea\" and not responded by \"spring-tea\"", "c.customer_id < 60 and c.customer_id % 10 > 0 and c.customer_id % 7 > 0 and c.customer_id % 11 > 0")]
    [InlineData("coalesce(sex, \"other\") = \"other\"", "c.sex is null")]
    [InlineData("abs(sum(orders.amount) - 100) < 20 and round(sum(orders.amount), 1) > 0", "abs(coalesce((select sum(amount) from crm.orders o where o.customer_id = c.customer_id), 0) - 100) < 20")]
    [InlineData("order_count / 0 > 1", "false")]
    [InlineData("not (order_count / 0 > 1)", "false")]
    public async Task SelectsWhatAHandWrittenPredicateSelects(string text, string predicate)
    {
        var condition = SelectionFixture.Bind(text);
        var expected = await fixture.KeysAsync($"SELECT customer_id::text FROM crm.customers c WHERE {predicate}");

        Assert.Equal(expected, await fixture.KeysAsync(SelectionFixture.Compiler().Keys([condition], [])));
        Assert.Equal(expected, await fixture.KeysAsync(SelectionFixture.Compiler(SelectionFixture.Options with { UsePurchaseSummary = false }).Keys([condition], [])));
        Assert.Equal((long)expected.Count, (await fixture.RowsAsync(SelectionFixture.Compiler().Count([condition], [])))[0][0]);
        Assert.Equal(400 - expected.Count, (await fixture.KeysAsync(SelectionFixture.Compiler().Keys([], [condition]))).Count);
        Assert.Equal(expected, (await fixture.RowsAsync(SelectionFixture.Compiler().Waterfall([condition], [], []))).Where(row => (short)row[1]! == 0).Select(row => (string)row[0]!).Order(StringComparer.Ordinal));

        string[] some = ["1", "7", "40", "41", "55", "60", "99", "350", "351", "399", "400", "401", "x"];
        Assert.Equal(expected.Intersect(some).Order(StringComparer.Ordinal), await fixture.KeysAsync(SelectionFixture.Compiler().Filter(condition, some)));
        var all = Enumerable.Range(1, 400).Select(n => $"{n}").ToList();
        Assert.Equal(expected, await fixture.KeysAsync(SelectionFixture.Compiler().Filter(condition, all)));

        foreach (var key in (string[])["1", "41", "351"])
        {
            Assert.Equal(expected.Contains(key), (await ExplainAsync([condition], [], key))!.Failed == 0);
        }
    }

    [Fact]
    public async Task TheWaterfallNamesTheFirstConditionThatDecides()
    {
        BoundCondition[] where = [SelectionFixture.Bind("country in (\"TW\", \"HK\")"), SelectionFixture.Bind("count(orders) >= 1")];
        BoundCondition[] exclude = [SelectionFixture.Bind("contacted within 14 days"), SelectionFixture.Bind("sex = \"male\"")];
        SelectionColumn[] carry = [new("address", SelectionFixture.BindValue("email")), new("spent", SelectionFixture.BindValue("sum(orders.amount)"))];

        var rows = await fixture.RowsAsync(SelectionFixture.Compiler().Waterfall(where, exclude, carry));

        var expected = await fixture.KeysAsync(
            """
            SELECT format('%s %s %s %s', customer_id, CASE
                WHEN coalesce(country, '') NOT IN ('TW', 'HK') THEN 1
                WHEN NOT EXISTS (SELECT FROM crm.orders o WHERE o.customer_id = c.customer_id) THEN 2
                WHEN c.customer_id <= 14 AND c.customer_id <> 10 THEN 3
                WHEN sex = 'male' THEN 4 ELSE 0 END, email, coalesce((SELECT sum(amount) FROM crm.orders o WHERE o.customer_id = c.customer_id), 0))
            FROM crm.customers c
            """);
        Assert.Equal(expected, rows.Select(row => FormattableString.Invariant($"{row[0]} {row[1]} {row[2]} {row[3]}")).Order(StringComparer.Ordinal));
        var net = await fixture.KeysAsync(SelectionFixture.Compiler().Keys(where, exclude));
        Assert.Equal(net, rows.Where(row => (short)row[1]! == 0).Select(row => (string)row[0]!).Order(StringComparer.Ordinal));
        Assert.NotEmpty(net);
    }

    [Fact]
    public async Task AnUnknownExcludeDoesNotExclude()
    {
        var excluded = SelectionFixture.Bind("sex = \"male\"");

        var kept = await fixture.KeysAsync(SelectionFixture.Compiler().Keys([], [excluded]));

        Assert.Equal(await fixture.KeysAsync("SELECT customer_id::text FROM crm.customers WHERE sex IS DISTINCT FROM 'male'"), kept);
    }

    [Fact]
    public async Task AFactWithoutByMeansTheDropsOwnCampaignInItsOnly()
    {
        var only = SelectionFixture.Options with { CampaignScope = "autumn" };

        Assert.Equal(60, (await fixture.KeysAsync(SelectionFixture.Compiler(only).Keys([SelectionFixture.Bind("contacted")], []))).Count);
        Assert.Empty(await fixture.KeysAsync(SelectionFixture.Compiler(only).Keys([SelectionFixture.Bind("responded")], [])));
        Assert.Equal(13, (await fixture.KeysAsync(SelectionFixture.Compiler(only).Keys([SelectionFixture.Bind("responded by any")], []))).Count);
    }

    [Fact]
    public async Task AConversionInsideTheWindowIsAResponseInTheDropsOwnOnly()
    {
        var relation = new ConditionBinder(SelectionFixture.Model, new ProblemList()).BindRelation(new Written("orders where kind = \"sale\"", new Place("c", 1, 1)), SelectionFixture.Model.People);
        var only = SelectionFixture.Options with { CampaignScope = "spring-tea", Conversion = relation, ConversionWindow = new CalendarDuration(10, DurationUnit.Day) };
        var expected = await fixture.KeysAsync(
            """
            SELECT c.customer_id::text FROM crm.customers c
            WHERE (c.customer_id < 60 AND (c.customer_id % 7 = 0 OR c.customer_id % 11 = 0))
               OR EXISTS (SELECT FROM crm.orders o JOIN engine.contact_history h ON h.customer_key = o.customer_id::text
                          WHERE o.customer_id = c.customer_id AND o.kind = 'sale' AND h.campaign = 'spring-tea' AND NOT h.seed AND o.ordered_at >= h.contacted_at AND o.ordered_at < h.contacted_at + interval '10 days')
            """);
        var all = Enumerable.Range(1, 400).Select(n => $"{n}").ToList();

        Assert.InRange(expected.Count, 14, 60);
        var compiler = SelectionFixture.Compiler(only);
        Assert.Equal(expected, await fixture.KeysAsync(compiler.Keys([SelectionFixture.Bind("responded")], [])));
        Assert.Equal(expected, await fixture.KeysAsync(compiler.Filter(SelectionFixture.Bind("responded"), all)));
        Assert.Equal(expected.Intersect(all.Take(150)).Order(StringComparer.Ordinal), await fixture.KeysAsync(compiler.Filter(SelectionFixture.Bind("responded"), [.. all.Take(150)])));
        Assert.Equal(400 - expected.Count, (await fixture.KeysAsync(compiler.Keys([SelectionFixture.Bind("not responded")], []))).Count);
    }

    [Fact]
    public async Task ExplainsOnePersonWithTheValuesThatDecided()
    {
        BoundCondition[] where = [SelectionFixture.Bind("country = \"HK\""), SelectionFixture.Bind("sum(orders.amount) >= 1000000 or created_at within 2 days")];
        BoundCondition[] exclude = [SelectionFixture.Bind("contacted within 14 days")];

        var explanation = await ExplainAsync(where, exclude, "5");

        Assert.Equal(2, explanation!.Failed);
        Assert.Equal("country = HK", explanation.Conditions[0].Detail);
        var spent = await fixture.ScalarAsync<decimal>("SELECT sum(amount) FROM crm.orders WHERE customer_id = 5");
        Assert.Equal(FormattableString.Invariant($"sum(orders.amount) = {spent}, created_at = 2026-02-24 12:00:00"), explanation.Conditions[1].Detail);
        Assert.True(explanation.Conditions[2].Exclude);
        Assert.True(explanation.Conditions[2].Holds);
        Assert.Equal("2026-02-24 12:00", explanation.Conditions[2].Values[0].Value);
    }

    [Fact]
    public async Task ExplainsByTheLabelAndKnowsNobodyOfAnotherName()
    {
        var people = SelectionFixture.Model.People;
        var condition = SelectionFixture.Bind("count(orders) >= 0");
        await using var connection = await fixture.Source.OpenConnectionAsync(Token);

        var found = await SelectionExplanation.ReadAsync(connection, SelectionFixture.Compiler().Explain([condition], [], people.Label, "C17")!, [condition], [], Token);
        var missing = await SelectionExplanation.ReadAsync(connection, SelectionFixture.Compiler().Explain([condition], [], people.Label, "nobody")!, [condition], [], Token);

        Assert.Equal("17", found!.Key);
        Assert.Null(missing);
        Assert.Null(SelectionFixture.Compiler().Explain([condition], [], people.Key, "not a number"));
    }

    [Fact]
    public async Task GroupsBySomeValue()
    {
        var rows = await fixture.RowsAsync(SelectionFixture.Compiler().Groups([SelectionFixture.Bind("true")], [], SelectionFixture.BindValue("country"), 10));

        Assert.Equal(["HK 100 3", "JP 100 3", "TW 100 3", " 100 3"], rows.Select(row => $"{row[0]} {row[1]} {row[2]}"));
    }

    [Fact]
    public async Task ReadsTheRowsOfARelationInsideATime()
    {
        var problems = new ProblemList();
        var relation = new ConditionBinder(SelectionFixture.Model, problems).BindRelation(
            new Written("orders where category = \"tea\" and customer.country = \"TW\"", new Place("c", 1, 1)), SelectionFixture.Model.People);

        var rows = await fixture.RowsAsync(SelectionFixture.Compiler().Rows(relation!, SelectionFixture.Now.AddDays(-60), SelectionFixture.Now.AddDays(-1)));

        Assert.Empty(problems.Items);
        Assert.Equal(
            await fixture.KeysAsync(
                """
                SELECT format('%s %s %s', c.customer_id, o.order_id, o.amount) FROM crm.orders o JOIN crm.customers c USING (customer_id)
                WHERE o.category = 'tea' AND c.country = 'TW' AND ordered_at >= timestamptz '2026-03-01 12:00+00' - interval '60 days' AND ordered_at < timestamptz '2026-03-01 12:00+00' - interval '1 day'
                """),
            rows.Select(row => FormattableString.Invariant($"{row[0]} {row[1]} {row[3]}")).Order(StringComparer.Ordinal));
        Assert.NotEmpty(rows);
    }

    [Fact]
    public void AggregatesOverOneRelationShareOneJoinAndItsCommonFilter()
    {
        var condition = SelectionFixture.Bind(
            "count(orders where ordered_at within 1 year and category = \"tea\") >= 2 and sum(orders.amount where ordered_at within 1 year) > 10 and max(orders.amount where ordered_at within 1 year) > 5");

        var statement = SelectionFixture.Compiler().Count([condition], []);

        Assert.Equal(
            """
            SELECT count(*) AS count
            FROM "crm"."customers" AS t0
            LEFT JOIN (SELECT t2."customer_id" AS k, count(*) FILTER (WHERE (t2."category" = @q3)) AS a1, sum(t2."amount") AS a2, max(t2."amount") AS a3
              FROM "crm"."orders" AS t2
              WHERE t2."customer_id" IS NOT NULL AND (t2."ordered_at" BETWEEN @q1 AND @q2)
              GROUP BY 1) AS g1 ON g1.k = t0."customer_id"
            WHERE (g1.a1 >= @q4)
              AND (g1.a2 > @q5)
              AND (g1.a3 > @q6)
            """,
            statement.Sql,
            ignoreLineEndingDifferences: true);
        Assert.False(statement.UsesPurchaseSummary);
    }

    [Fact]
    public void AnAggregateThatTheSummaryHoldsReadsTheSummary()
    {
        var condition = SelectionFixture.Bind("last_order_at within 30 days and order_count > 2 and sum(orders.amount where kind = \"sale\") > 5");

        var statement = SelectionFixture.Compiler().Count([condition], []);

        Assert.True(statement.UsesPurchaseSummary);
        Assert.DoesNotContain("\"orders\"", statement.Sql.Replace("s1.orders", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task<SelectionExplanation?> ExplainAsync(BoundCondition[] where, BoundCondition[] exclude, string key)
    {
        await using var connection = await fixture.Source.OpenConnectionAsync(Token);
        var statement = SelectionFixture.Compiler().Explain(where, exclude, SelectionFixture.Model.People.Key, key)!;
        return await SelectionExplanation.ReadAsync(connection, statement, where, exclude, Token);
    }
}
