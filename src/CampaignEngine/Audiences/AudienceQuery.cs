using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Audiences;

/// <summary>Counts and samples the rows a condition selects, through the read-only role.</summary>
public sealed class AudienceQuery(EngineDatabase database, CustomerModel model, TimeProvider clock, TimeZoneInfo zone)
{
    private const int MostGroups = 1000;

    /// <param name="by">Value to group by; null for none.</param>
    /// <param name="sample">Rows to show, by key; 0 for none.</param>
    /// <param name="withPlan">Also fetch the server's plan of the count.</param>
    /// <exception cref="PostgresException">Among others 57014: longer than the statement timeout of the query role.</exception>
    public async Task<AudienceAnswer> RunAsync(BoundCondition condition, BoundExpression? by, int sample, bool withPlan, CancellationToken cancellationToken)
    {
        // 1. Compile.
        var compiler = new SelectionCompiler(model, condition.Entity, new SelectionOptions { Now = clock.GetUtcNow(), Zone = zone });
        var count = compiler.Count([condition], []);
        var columns = Columns(condition);
        var rows = sample == 0 ? null : compiler.Sample([condition], [], columns, sample);
        var groups = by is null ? null : compiler.Groups([condition], [], by, MostGroups);

        // 2. What the statements read must be fresh, and readable to the role.
        var statements = new[] { count, rows, groups }.OfType<SelectionStatement>().ToList();
        if (statements.Exists(statement => statement.UsesPurchaseSummary) && PurchaseDefinition.Of(model, new ProblemList()) is { } definition)
        {
            await new PurchaseSummary(database.Source, definition, clock, zone).RefreshAsync(cancellationToken);
        }

        var refused = await database.GrantQueryRoleAsync(statements.SelectMany(statement => statement.Tables).Select(table => (table.Schema, table.Name)), cancellationToken);

        // 3. Ask, all in one snapshot.
        await using var connection = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await SelectionSettings.ApplyAsync(connection, cancellationToken);
        var plan = withPlan ? await ReadAsync(count with { Sql = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON)\n" + count.Sql }) : [];
        var total = (long)(await ReadAsync(count))[0].Values.First()!;
        var sampled = rows is null ? [] : (await ReadAsync(rows)).ConvertAll(row => Named(row, columns));
        var grouped = groups is null ? [] : await ReadAsync(groups);
        return new AudienceAnswer
        {
            Count = total,
            Sample = sampled,
            Groups = by is null ? null : [.. grouped.Select(group => new AudienceGroup(group["value"], (long)group["count"]!))],
            Distinct = by is null ? null : grouped.Count == 0 ? 0 : (long)grouped[0]["distinct_values"]!,
            Statement = count,
            Plan = [.. plan.Select(line => (string)line.Values.First()!)],
            Refused = refused,
        };

        async Task<List<OrderedDictionary<string, object?>>> ReadAsync(SelectionStatement statement)
        {
            var read = new List<OrderedDictionary<string, object?>>();
            await using var command = statement.ToCommand(connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
                }

                read.Add(row);
            }

            return read;
        }
    }

    // The name people know the row by, then what the condition looked at.
    private static List<SelectionColumn> Columns(BoundCondition condition)
    {
        var entity = condition.Entity;
        return [.. condition.Parts.Where(part => part.Text != entity.Label.Name).Take(7)
            .Select(part => new BoundExpression(part.Text, entity, part.Node))
            .Prepend(BoundExpression.Of(entity, entity.Label))
            .Select((value, i) => new SelectionColumn($"value_{i}", value))];
    }

    // The statement's column names are numbers, since the operands' texts are the author's; people see the texts.
    private static OrderedDictionary<string, object?> Named(OrderedDictionary<string, object?> row, List<SelectionColumn> columns) =>
        new(columns.Select((column, i) => KeyValuePair.Create(column.Value.Text, row.GetAt(i).Value)), StringComparer.Ordinal);
}

/// <summary>What a query found.</summary>
public sealed record AudienceAnswer
{
    public required long Count { get; init; }

    /// <summary>The first rows by key: column name to value.</summary>
    public required IReadOnlyList<OrderedDictionary<string, object?>> Sample { get; init; }

    /// <summary>The most frequent values first, null among them; null when not asked for.</summary>
    public required IReadOnlyList<AudienceGroup>? Groups { get; init; }

    /// <summary>How many different values there are, null not counted.</summary>
    public required long? Distinct { get; init; }

    public required SelectionStatement Statement { get; init; }

    /// <summary>The server's plan, line by line; empty when not asked for.</summary>
    public required IReadOnlyList<string> Plan { get; init; }

    /// <summary>Tables that could not be opened to the query role, with the reason.</summary>
    public required IReadOnlyList<string> Refused { get; init; }
}

public sealed record AudienceGroup(object? Value, long Count);
