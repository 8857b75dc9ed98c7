using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using Npgsql;

namespace CampaignEngine.Tests.Audiences;

/// <summary>400 customers, 100 households, 1,200 orders with lines, complaints and two mailings with events; everything derived from row numbers.</summary>
public sealed class SelectionFixture : TestDatabase
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly SelectionOptions Options = new() { Now = Now };

    public static CustomerModel Model => Models.Crm;

    public static BoundCondition Bind(string text, CustomerModel? model = null, string? entity = null)
    {
        var problems = new ProblemList();
        model ??= Model;
        var bound = new ConditionBinder(model, problems).BindCondition(new Written(text, new Place("test", 1, 1)), entity is null ? model.People : model.Entities[entity]);
        Assert.Empty(problems.Items);
        return bound!;
    }

    public static BoundExpression BindValue(string text, CustomerModel? model = null)
    {
        var problems = new ProblemList();
        model ??= Model;
        var bound = new ConditionBinder(model, problems).BindExpression(new Written(text, new Place("test", 1, 1)), model.People);
        Assert.Empty(problems.Items);
        return bound!;
    }

    public static SelectionCompiler Compiler(SelectionOptions? options = null) => new(Model, Model.People, options ?? Options);

    public async Task<List<object?[]>> RowsAsync(SelectionStatement statement)
    {
        await using var connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = statement.ToCommand(connection);
        return await RowsAsync(command);
    }

    public async Task<List<string>> KeysAsync(SelectionStatement statement) =>
        [.. (await RowsAsync(statement)).Select(row => (string)row[0]!).Order(StringComparer.Ordinal)];

    public async Task<List<string>> KeysAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return [.. (await RowsAsync(command)).Select(row => (string)row[0]!).Order(StringComparer.Ordinal)];
    }

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using (var command = Source.CreateCommand(Data))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var spring = await ArrangedMailing.FreezeAsync(
            Source, [.. Enumerable.Range(1, 60).Select(n => new ArrangedPerson($"{n}", $"p{n}@example.com", Seed: n == 60))], cancellationToken: cancellationToken, links: ["https://example.com"]);
        var autumn = await ArrangedMailing.FreezeAsync(
            Source, [.. Enumerable.Range(41, 60).Select(n => new ArrangedPerson($"{n}", $"+88691200{n:0000}"))], "autumn", "sale", "sms", cancellationToken: cancellationToken);
        for (var n = 1; n <= 60; n++)
        {
            await spring.OutcomeAsync(Source, $"{n}", Now.AddDays(-n), n % 10 == 0 && n < 60 ? "rejected" : "accepted");
            await autumn.OutcomeAsync(Source, $"{n + 40}", Now.AddDays(-100 - n));
        }

        // Item n: opened by a person when n % 3 = 0, clicked by a machine when n % 5 = 0, by a person when n % 7 = 0, answered when n % 11 = 0.
        await using var events = Source.CreateCommand(
            """
            INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, machine, machine_reason, event_key)
            SELECT i.mailing_id, i.ordinal, e.kind, CASE WHEN e.kind = 'click' THEN 1 END, @now - make_interval(days => i.customer_key::int), e.machine,
                   CASE WHEN e.machine THEN 'scanner' END, format('%s-%s-%s-%s', i.mailing_id, i.ordinal, e.kind, e.machine)
            FROM engine.mailing_item i
            JOIN (VALUES (3, 'open', false), (5, 'click', true), (7, 'click', false), (11, 'reply', false)) AS e (every, kind, machine)
              ON i.customer_key::int % e.every = 0
            WHERE i.mailing_id = @mailing
            """);
        events.Parameters.AddWithValue("now", Now.UtcDateTime);
        events.Parameters.AddWithValue("mailing", spring.MailingId);
        await events.ExecuteNonQueryAsync(cancellationToken);
        await new PurchaseSummary(Source, PurchaseDefinition.Of(Model, new ProblemList())!, TimeProvider.System, TimeZoneInfo.Utc).RefreshAsync(cancellationToken);
    }

    private static async Task<List<object?[]>> RowsAsync(NpgsqlCommand command)
    {
        var rows = new List<object?[]>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            }

            rows.Add(row);
        }

        return rows;
    }

    private const string Data =
        """
        INSERT INTO crm.households (household_no, name) SELECT 'H' || g, 'House ' || g FROM generate_series(1, 100) g;
        INSERT INTO crm.customers (customer_no, household_id, first_name, last_name, sex, birth_date, email, country, interests, email_consent, created_at, attributes)
        SELECT 'C' || g, CASE WHEN g % 3 > 0 THEN 1 + g % 100 END, (ARRAY['Ann', 'Bob', 'chloé', 'O''Neil'])[1 + g % 4], 'Name' || g % 50,
               (ARRAY['female', 'male', NULL])[1 + g % 3], date '1940-02-29' + g * 77, CASE WHEN g % 7 > 0 THEN 'P' || g || '@Example.com' END,
               (ARRAY['TW', 'HK', 'JP', NULL])[1 + g % 4], CASE g % 5 WHEN 0 THEN '{}' WHEN 1 THEN '{tea}' WHEN 2 THEN '{tea,coffee}' ELSE '{garden}' END::text[],
               CASE WHEN g % 2 = 0 THEN 'granted' ELSE 'unknown' END, timestamptz '2026-03-01 12:00+00' - make_interval(days => g),
               jsonb_build_object('shoe', CASE WHEN g % 9 = 0 THEN 'large' ELSE (30 + g % 20)::text END, 'since', CASE g % 3 WHEN 0 THEN '2024-02-29' WHEN 1 THEN '2023-02-29' ELSE 'x' END)
        FROM generate_series(1, 400) g;
        INSERT INTO crm.products (product_no, name, category, brand) SELECT 'P' || g, 'Product ' || g, (ARRAY['tea', 'coffee', 'pots'])[1 + g % 3], 'B' || g % 4 FROM generate_series(1, 20) g;
        INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount, quantity, currency, channel, category)
        SELECT 'O' || g, CASE WHEN g % 13 > 0 THEN 1 + (g * g) % 350 END, CASE WHEN g % 10 = 0 THEN 'cancellation' ELSE 'sale' END,
               timestamptz '2026-03-01 12:00+00' - make_interval(hours => (g * 37) % 20000), CASE WHEN g % 10 = 0 THEN -1 ELSE 1 END * (g % 90 + 0.25), g % 5,
               (ARRAY['USD', 'EUR', NULL])[1 + g % 3], (ARRAY['web', 'shop'])[1 + g % 2], (ARRAY['tea', 'coffee', 'pots'])[1 + g % 3]
        FROM generate_series(1, 1200) g;
        INSERT INTO crm.order_lines (order_id, product_id, line_key, category, quantity, unit_price, amount)
        SELECT o.order_id, 1 + (o.order_id * l) % 20, l::text, o.category, l, 2.5, l * 2.5 FROM crm.orders o, generate_series(1, 3) l WHERE o.order_id % 3 < l;
        INSERT INTO crm.complaints (customer_id, opened_at, status) SELECT g, timestamptz '2026-01-01' + make_interval(days => g % 50), CASE WHEN g % 2 = 0 THEN 'open' ELSE 'closed' END FROM generate_series(1, 400, 6) g;
        ANALYZE;
        """;
}
