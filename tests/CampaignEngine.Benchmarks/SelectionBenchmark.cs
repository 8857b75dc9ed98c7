using System.Diagnostics;
using System.Globalization;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Benchmarks;

/// <summary>
/// Five conditions (two aggregates, one rfm, one contact-history) compiled and written by hand, in turn in the same run; medians of three. Uses a
/// private server in a temporary folder: <c>selection --customers 1000000</c>, with <c>--plan</c> behind it for the server's plan.
/// </summary>
internal static class SelectionBenchmark
{
    private static readonly string[] Where =
    [
        "country in (\"DE\", \"FR\", \"GB\")",
        "count(orders where category = \"tea\" and ordered_at within 1 year) >= 2",
        "sum(orders.amount) >= 100",
        "rfm.recency >= 4",
    ];

    private const string Exclude = "contacted within 14 days";

    // What somebody who knows the tables writes: aggregates filtered by HAVING, an anti-join, constants in place.
    private const string HandCount =
        """
        SELECT count(*)
        FROM crm.customers c
        JOIN engine.purchase_summary s ON s.customer_key = c.customer_id
        JOIN (SELECT customer_id FROM crm.orders GROUP BY customer_id
              HAVING count(*) FILTER (WHERE category = 'tea' AND ordered_at BETWEEN '2025-03-01 12:00+00' AND '2026-03-01 12:00+00') >= 2 AND sum(amount) >= 100) o ON o.customer_id = c.customer_id
        WHERE c.country IN ('DE', 'FR', 'GB')
          AND s.last_at > (SELECT recency[3] FROM engine.rfm_threshold)
          AND NOT EXISTS (SELECT FROM engine.contact_history h WHERE h.customer_key = c.customer_id::text AND NOT h.seed AND h.contacted_at >= '2026-02-15 12:00+00')
        """;

    private const string HandWaterfall =
        """
        SELECT c.customer_id::text, CASE WHEN (c.country IN ('DE', 'FR', 'GB')) IS NOT TRUE THEN 1 WHEN (coalesce(o.n, 0) >= 2) IS NOT TRUE THEN 2
            WHEN (coalesce(o.m, 0) >= 100) IS NOT TRUE THEN 3 WHEN (s.last_at > (SELECT recency[3] FROM engine.rfm_threshold)) IS NOT TRUE THEN 4 WHEN h.customer_key IS NOT NULL THEN 5 ELSE 0 END AS failed, c.email
        FROM crm.customers c
        LEFT JOIN (SELECT customer_id, count(*) FILTER (WHERE category = 'tea' AND ordered_at BETWEEN '2025-03-01 12:00+00' AND '2026-03-01 12:00+00') AS n, sum(amount) AS m
                   FROM crm.orders GROUP BY customer_id) o ON o.customer_id = c.customer_id
        LEFT JOIN engine.purchase_summary s ON s.customer_key = c.customer_id
        LEFT JOIN (SELECT DISTINCT customer_key FROM engine.contact_history h WHERE NOT h.seed AND h.contacted_at >= '2026-02-15 12:00+00') h ON h.customer_key = c.customer_id::text
        """;

    public static async Task RunAsync(string[] args)
    {
        var cancellationToken = CancellationToken.None;
        var customers = args is ["--customers", var written, ..] ? long.Parse(written, CultureInfo.InvariantCulture) : 1_000_000;
        var folder = Directory.CreateTempSubdirectory("campaign-bench-");
        try
        {
            await using var database = await EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = folder.FullName }, TimeProvider.System, cancellationToken);
            await database.MigrateAsync(cancellationToken);
            await MeasureAsync("generate", 1, () => SelectionData.GenerateAsync(database.Source, customers, cancellationToken));
            await CompareAsync(database, customers, args.Contains("--plan"), cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(EngineDatabase database, long customers, bool withPlan, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var model = ModelLoader.Load("model.yaml", await File.ReadAllBytesAsync(ModelFile(), cancellationToken), problems)!;
        var summary = new PurchaseSummary(database.Source, PurchaseDefinition.Of(model, problems)!, TimeProvider.System, TimeZoneInfo.Utc);
        var binder = new ConditionBinder(model, problems);
        var where = Where.Select(Bind).ToList();
        var exclude = new List<BoundCondition> { Bind(Exclude) };
        var compiler = new SelectionCompiler(model, model.People, new SelectionOptions { Now = SelectionData.Now });

        await MeasureAsync("purchase summary, full", 1, () => summary.RefreshAsync(cancellationToken));
        await MeasureAsync("purchase summary, nothing changed", 3, () => summary.RefreshAsync(cancellationToken));
        await ExecuteAsync("UPDATE crm.orders SET amount = amount + 1 WHERE order_id <= 1000");
        await MeasureAsync("purchase summary, 1,000 orders changed", 1, () => summary.RefreshAsync(cancellationToken));

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await SelectionSettings.ApplyAsync(connection, cancellationToken);
        var count = compiler.Count(where, exclude);
        var email = BoundExpression.Of(model.People, model.People.Fields["email"]);
        var waterfall = compiler.Waterfall(where, exclude, [new SelectionColumn("email", email)]);
        if (await ScalarAsync(count.ToCommand(connection)) is var one && await ScalarAsync(new NpgsqlCommand(HandCount, connection)) is var other && !Equals(one, other))
        {
            throw new InvalidOperationException($"the compiled statement selects {one}, the hand-written one {other}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"selected {one} of {customers}"));
        if (withPlan)
        {
            await using var explain = count.ToCommand(connection);
            explain.CommandText = "EXPLAIN (ANALYZE, COSTS OFF, SUMMARY ON) " + count.Sql;
            await using var lines = await explain.ExecuteReaderAsync(cancellationToken);
            while (await lines.ReadAsync(cancellationToken))
            {
                Console.WriteLine(lines.GetString(0));
            }
        }

        await PairAsync("count", () => count.ToCommand(connection), () => new NpgsqlCommand(HandCount, connection));
        await PairAsync("waterfall", () => Wrapped(waterfall), () => new NpgsqlCommand($"SELECT sum(failed), count(email) FROM ({HandWaterfall}) w", connection));

        var random = new Random(1);
        await MeasureAsync("why, one person", 9, async () =>
        {
            var statement = compiler.Explain(where, exclude, model.People.Key, random.NextInt64(1, customers).ToString(CultureInfo.InvariantCulture))!;
            _ = await SelectionExplanation.ReadAsync(connection, statement, where, exclude, cancellationToken) ?? throw new InvalidOperationException("nobody there");
        });
        var some = Enumerable.Range(0, 100).Select(_ => random.NextInt64(1, customers).ToString(CultureInfo.InvariantCulture)).ToList();
        await MeasureAsync("filter, 100 people", 3, () => ScalarAsync(compiler.Filter(where[1], some).ToCommand(connection)));

        BoundCondition Bind(string text) => binder.BindCondition(new Written(text, new Place("bench", 1, 1)), model.People) ?? throw new InvalidOperationException(problems.Items[0].ToString());

        NpgsqlCommand Wrapped(SelectionStatement statement)
        {
            var command = new NpgsqlCommand($"SELECT sum(failed), count(email) FROM ({statement.Sql}) w", connection);
            statement.AddParameters(command);
            return command;
        }

        async Task<object?> ScalarAsync(NpgsqlCommand command)
        {
            await using (command)
            {
                command.CommandTimeout = 0;
                return await command.ExecuteScalarAsync(cancellationToken);
            }
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = database.Source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // In turn, so that both meet the same caches and the same neighbours.
        async Task PairAsync(string name, Func<NpgsqlCommand> compiled, Func<NpgsqlCommand> byHand)
        {
            var (ours, theirs) = (new List<double>(), new List<double>());
            for (var run = 0; run < 3; run++)
            {
                theirs.Add(await TimeAsync(() => ScalarAsync(byHand())));
                ours.Add(await TimeAsync(() => ScalarAsync(compiled())));
            }

            var (mine, hand) = (ours.Order().ElementAt(1), theirs.Order().ElementAt(1));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name + ", compiled",-42}{mine,9:0.00} s"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name + ", by hand",-42}{hand,9:0.00} s"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name + ", ratio",-42}{mine / hand,9:0.00}"));
        }
    }

    private static async Task MeasureAsync(string name, int runs, Func<Task> run)
    {
        var times = new List<double>();
        for (var i = 0; i < runs; i++)
        {
            times.Add(await TimeAsync(run));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-42}{times.Order().ElementAt(runs / 2),9:0.000} s"));
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    internal static string ModelFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "model.yaml")))
            {
                return Path.Combine(folder.FullName, "model.yaml");
            }
        }

        throw new InvalidOperationException("model.yaml is in no folder above the program");
    }
}
