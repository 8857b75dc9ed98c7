using CampaignEngine.Audiences.Compilation;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using NpgsqlTypes;

namespace CampaignEngine.Audiences;

/// <summary>
/// Compiles bound conditions into one parameterised statement. Identifiers come from the model only, every literal is a parameter, all
/// aggregates over one relation share one grouped join. The forms differ in what they return for whom.
/// </summary>
public sealed class SelectionCompiler
{
    private readonly CustomerModel _model;
    private readonly Entity _entity;
    private readonly SelectionOptions _options;
    private readonly PurchaseDefinition? _purchases;

    /// <param name="entity">The entity whose rows are selected; every condition is bound to it.</param>
    public SelectionCompiler(CustomerModel model, Entity entity, SelectionOptions options)
    {
        (_model, _entity, _options) = (model, entity, options);
        _purchases = PurchaseDefinition.Of(model, new ProblemList());
    }

    /// <summary><c>count bigint</c>: rows for which every where holds and no exclude does.</summary>
    public SelectionStatement Count(IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude)
    {
        var (context, row) = Start(false);
        var condition = Where(where, exclude, row);
        return Finish(context, row, "count(*) AS count", condition);
    }

    /// <summary><c>key text</c> of the rows that <see cref="Count"/> counts, in no order; for embedding.</summary>
    public SelectionStatement Keys(IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude)
    {
        var (context, row) = Start(false);
        var condition = Where(where, exclude, row);
        return Finish(context, row, $"{row.KeyText} AS key", condition);
    }

    /// <summary>The first rows by key, with the columns asked for, under their names.</summary>
    public SelectionStatement Sample(
        IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude, IReadOnlyList<SelectionColumn> columns, int rows)
    {
        var (context, row) = Start(false);
        var condition = Where(where, exclude, row);
        return Finish(context, row, Columns(columns, row), condition, $"\nORDER BY {row.Key}\nLIMIT {context.Parameters.Add(NpgsqlDbType.Integer, rows)}");
    }

    /// <summary>The columns of every selected row, in no order.</summary>
    public SelectionStatement All(IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude, IReadOnlyList<SelectionColumn> columns)
    {
        var (context, row) = Start(false);
        return Finish(context, row, Columns(columns, row), Where(where, exclude, row));
    }

    /// <summary><c>value, count bigint, distinct_values bigint</c>: the most frequent values first; the last column counts all values but null.</summary>
    public SelectionStatement Groups(IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude, BoundExpression by, int groups)
    {
        var (context, row) = Start(false);
        var condition = Where(where, exclude, row);
        var value = ConditionSql.Compile(by.Root, row);
        var inner = Finish(context, row, $"{value} AS value, count(*) AS count", condition, "\nGROUP BY 1").Sql;
        return Finish(context, $"SELECT value, count, count(value) OVER () AS distinct_values\nFROM ({inner}) AS grouped\nORDER BY count DESC, value NULLS LAST\nLIMIT {context.Parameters.Add(NpgsqlDbType.Integer, groups)}");
    }

    /// <summary>
    /// Every row of the entity: <c>key text, failed smallint</c>, then the carried columns. failed is 0 for the selected, else the number
    /// of the first where that does not hold (from 1), or the number of wheres plus that of the first exclude that holds.
    /// </summary>
    /// <param name="keys">Only these rows; null for all. Keys that cannot exist are left out.</param>
    public SelectionStatement Waterfall(
        IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude, IReadOnlyList<SelectionColumn> carry, IReadOnlyCollection<string>? keys = null)
    {
        var (context, row) = Start(keys is { Count: <= 200 });
        var cases = where.Select((condition, i) => $"WHEN {Root(condition, row)} IS NOT TRUE THEN {i + 1}")
            .Concat(exclude.Select((condition, i) => $"WHEN {Root(condition, row)} IS TRUE THEN {where.Count + i + 1}")).ToList();
        var failed = cases.Count == 0 ? "0" : $"CASE {string.Join("\n    ", cases)}\n    ELSE 0 END";
        return Finish(context, row, string.Join(",\n  ", new[] { $"{row.KeyText} AS key", $"({failed})::smallint AS failed" }.Concat(carry.Select(column => Column(column, row)))), keys is null ? [] : [IsOneOf(keys, context, row)]);
    }

    /// <summary>One row at most, found by a field (the key or the label): read it with <see cref="SelectionExplanation"/>. Fast on any base where relations are indexed.</summary>
    /// <returns>Null when the text cannot be a value of the field, so that no such row exists.</returns>
    public SelectionStatement? Explain(IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude, Field by, string value)
    {
        var (context, row) = Start(true);
        if (KeyValue.Parse(by, value) is not var (type, parsed))
        {
            return null;
        }

        var columns = new List<string> { $"{row.KeyText} AS key" };
        foreach (var (condition, i) in where.Concat(exclude).Select((condition, i) => (condition, i)))
        {
            columns.Add($"{Root(condition, row)} AS c{i + 1}");
            columns.AddRange(condition.Parts.Select((part, j) => $"{ShownValue.Compile(part.Node, row)} AS c{i + 1}p{j + 1}"));
        }

        return Finish(context, row, string.Join(",\n  ", columns), [$"{ConditionSql.Column(row, by)} = {context.Parameters.Add(type, parsed)}"]);
    }

    /// <summary><c>key text</c> of those of the given people for whom the condition holds. Keys that cannot exist are left out.</summary>
    public SelectionStatement Filter(BoundCondition condition, IReadOnlyCollection<string> keys)
    {
        // Per person for a handful; one pass for a mailing's worth.
        var (context, row) = Start(keys.Count <= 200);
        List<string> where = [IsOneOf(keys, context, row), .. Where([condition], [], row)];
        return Finish(context, row, $"{row.KeyText} AS key", where);
    }

    /// <summary><c>key text, value text</c> of the rows whose field has one of these values; values that the field cannot have are left out.</summary>
    public SelectionStatement KeysBy(Field by, IReadOnlyCollection<string> values)
    {
        var (context, row) = Start(true);
        var (type, parsed) = KeyValue.ParseAll(by, values);
        var column = ConditionSql.Column(row, by);
        return Finish(context, row, $"{row.KeyText} AS key, {column}::text AS value", [$"{column} = ANY({context.Parameters.Add(NpgsqlDbType.Array | type, parsed)})"]);
    }

    /// <summary>
    /// Rows of a relation: <c>key text</c> of the person, <c>row_key text</c>, <c>at timestamptz</c>, <c>amount numeric</c> (null when the rows carry none),
    /// with <c>from &lt;= at &lt; until</c>. What conversions are counted from.
    /// </summary>
    /// <param name="money">How amounts in several currencies become one; null: they are taken as they are.</param>
    /// <param name="handedIn">Orders that shops handed in, and that the table does not have, are rows too: as the rows they would be.</param>
    /// <param name="foreign">Only the rows whose currency has no rate, with <c>currency</c> behind the amount, which is taken as it is.</param>
    /// <param name="cost">Comes as <c>cost numeric</c> behind the amount, in the same currency; null for a row of which it is not wholly known.</param>
    public SelectionStatement Rows(
        BoundRelation relation, DateTimeOffset from, DateTimeOffset until, MoneyRates? money = null, bool handedIn = false, bool foreign = false, BoundExpression? cost = null)
    {
        // The cost is asked for a handful of all rows: lines are looked up by their row instead of being added up for everybody.
        var context = new CompilerContext(_model, _options, _purchases, lateral: cost is not null);
        string Of(string? table) => RowsOf(context, relation, from, until, money, table, foreign, cost);
        return Finish(context, !handedIn ? Of(null) : $"{Of(null)}\nUNION ALL\n{Of(HandedIn(_model.Entities[relation.Rows.Path[0].Target]))}");
    }

    /// <summary>
    /// Rows of a relation that carry one of these coupon codes, of whomever: <c>row_key text</c>, <c>at timestamptz</c>, <c>amount numeric</c>, <c>code text</c> (in capitals, without spaces and dashes).
    /// </summary>
    /// <returns>Null when the model names no field with the code for rows of the relation.</returns>
    public SelectionStatement? RowsWithCoupon(
        BoundRelation relation, IReadOnlyCollection<string> codes, DateTimeOffset from, DateTimeOffset until, MoneyRates? money, bool handedIn)
    {
        if (relation.Target.Coupon is null || relation.Rows.Path.Count != 1)
        {
            return null;
        }

        var context = new CompilerContext(_model, _options, _purchases, lateral: false);
        var list = context.Parameters.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, codes.ToArray());
        string Of(string? table) => RowsOf(context, relation, from, until, money, table, false, null, list);
        return Finish(context, !handedIn ? Of(null) : $"{Of(null)}\nUNION ALL\n{Of(HandedIn(_model.Entities[relation.Rows.Path[0].Target], ofAnybody: true))}");
    }

    // The shop's own table comes first: an order is counted from here until it is there.
    private static string HandedIn(Entity entity, bool ofAnybody = false)
    {
        var label = SqlName.Quote(entity.Label.Column);
        return $"(SELECT r.* FROM engine.shop_order AS o CROSS JOIN LATERAL jsonb_populate_record(NULL::{entity.Table.Quoted}, o.document) AS r"
            + $"\n  WHERE {(ofAnybody ? "" : "o.customer_key IS NOT NULL AND ")}NOT EXISTS (SELECT FROM {entity.Table.Quoted} AS k WHERE k.{label} = r.{label}))";
    }

    private string RowsOf(CompilerContext context, BoundRelation relation, DateTimeOffset from, DateTimeOffset until, MoneyRates? money, string? table, bool foreign, BoundExpression? cost, string? coupons = null)
    {
        var person = new RowSource(new FromClause(context), _entity);
        var (inner, start, end) = GroupedRows.Open(context, relation.Rows.Path);
        List<string> where = relation.Rows.Where is null ? [] : ConditionSql.Conjuncts(relation.Rows.Where, end);
        var at = ConditionSql.Column(end, relation.Time);
        var instant = relation.Time.Type == FieldType.Time ? at : $"({at}::timestamp AT TIME ZONE {ConditionSql.Zone(context)})";
        where.Add($"{instant} >= {context.Parameters.Add(NpgsqlDbType.TimestampTz, from.UtcDateTime)}");
        where.Add($"{instant} < {context.Parameters.Add(NpgsqlDbType.TimestampTz, until.UtcDateTime)}");
        var amount = RelationTime.Amount(_model, end.Entity) is { } field ? $"{ConditionSql.Column(end, field)}::numeric" : "NULL::numeric";
        var currency = money is not null && MoneyRates.CurrencyOf(end.Entity) is { } unit ? ConditionSql.Column(end, unit) : null;
        if (foreign)
        {
            where.Add(currency is null ? "false" : $"upper({currency}) <> ALL ({context.Parameters.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, money!.Known)})");
            amount += $" AS amount, upper({currency ?? "NULL::text"}) AS currency";
        }
        else
        {
            string InBase(string value) => currency is null ? value : money!.InBase(context, currency, value);
            amount = $"{InBase(amount)} AS amount{(cost is null ? "" : $", {InBase($"({ConditionSql.Compile(CompleteSums.Of(cost.Root), end)})::numeric")} AS cost")}";
        }

        var key = table is null ? $"{end.Key}::text" : $"coalesce({end.Key}::text, 'order ' || {ConditionSql.Column(end, end.Entity.Label)}::text)";
        if (coupons is not null)
        {
            var code = $"upper(regexp_replace({ConditionSql.Column(end, end.Entity.Coupon!)}, '[^A-Za-z0-9]', '', 'g'))";
            where.Add($"{code} = ANY ({coupons})");
            return $"SELECT {key} AS row_key, {instant} AS at, {amount}, {code} AS code\nFROM {inner.Render(start, table)}\nWHERE {string.Join("\n  AND ", where)}";
        }

        var link = $"JOIN {person.Entity.Table.Quoted} AS {person.Alias} ON {ConditionSql.Column(start, relation.Rows.Path[0].To)} = {ConditionSql.Column(person, relation.Rows.Path[0].From)}";
        inner.Add(() => link);
        return $"SELECT {person.KeyText} AS key, {key} AS row_key, {instant} AS at, {amount}\nFROM {inner.Render(start, table)}\nWHERE {string.Join("\n  AND ", where)}";
    }

    private (CompilerContext Context, RowSource Row) Start(bool lateral)
    {
        var context = new CompilerContext(_model, _options, _purchases, lateral);
        return (context, new RowSource(new FromClause(context), _entity));
    }

    private string IsOneOf(IReadOnlyCollection<string> keys, CompilerContext context, RowSource row)
    {
        var (type, parsed) = KeyValue.ParseAll(_entity.Key, keys);
        return $"{row.Key} = ANY({context.Parameters.Add(NpgsqlDbType.Array | type, parsed)})";
    }

    private string Root(BoundCondition condition, RowSource row)
    {
        Check(condition);
        return ConditionSql.Compile(condition.Root, row);
    }

    private void Check(BoundCondition condition)
    {
        if (condition.Entity != _entity)
        {
            throw new ArgumentException($"condition '{condition.Written.Text}' is bound to {condition.Entity.Name}, not to {_entity.Name}", nameof(condition));
        }
    }

    private List<string> Where(IReadOnlyList<BoundCondition> where, IReadOnlyList<BoundCondition> exclude, RowSource row)
    {
        where.Concat(exclude).ToList().ForEach(Check);
        var semiJoins = new SemiJoins(where.Concat(exclude).Select(condition => condition.Root), row.Context.Lateral);
        return [.. where.SelectMany(condition => ConditionSql.Flatten(condition.Root)).Select(node => semiJoins.Holds(node, row)),
            .. exclude.Select(condition => semiJoins.HoldsNot(condition.Root, row))];
    }

    private static string Columns(IReadOnlyList<SelectionColumn> columns, RowSource row) => string.Join(",\n  ", columns.Select(column => Column(column, row)));

    private static string Column(SelectionColumn column, RowSource row) => $"{ConditionSql.Compile(column.Value.Root, row)} AS {SqlName.Quote(column.Name)}";

    private static SelectionStatement Finish(CompilerContext context, RowSource row, string columns, IReadOnlyList<string> where, string tail = "") =>
        Finish(context, $"SELECT {columns}\nFROM {row.From.Render(row)}{(where.Count == 0 ? "" : $"\nWHERE {string.Join("\n  AND ", where)}")}{tail}");

    private static SelectionStatement Finish(CompilerContext context, string sql) => new()
    {
        Sql = sql,
        Parameters = context.Parameters.All,
        Tables = [.. context.Tables],
        UsesPurchaseSummary = context.UsesPurchaseSummary,
    };
}

/// <summary>A value per row under a column name. Names come from the program, never from an author.</summary>
public sealed record SelectionColumn(string Name, BoundExpression Value);
