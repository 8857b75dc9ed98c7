using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Compilation;
using CampaignEngine.Audiences.Conditions;

namespace CampaignEngine.Customers.Purchases;

/// <summary>
/// The statements that fill engine.purchase_summary. They are compiled like conditions: identifiers of the model, literals as
/// parameters. One query computes a customer's row, for everybody and for the dirty alike, so that the two cannot differ.
/// </summary>
internal sealed class PurchaseSql
{
    private readonly string _people;
    private readonly string _key;
    private readonly string _link;
    private readonly string _columns;
    private readonly string _from;
    private readonly string _ordersKey;
    private readonly string _where;

    public PurchaseSql(PurchaseDefinition definition, SelectionOptions options)
    {
        var (model, source) = (definition.Model, definition.Source);
        var context = new CompilerContext(model, options with { UsePurchaseSummary = false }, null, false);
        var from = new FromClause(context);
        var order = new RowSource(from, model.Entities[source.Orders.Target]);
        _ordersKey = ConditionSql.Column(order, source.Orders.To);
        List<string> where = [$"{_ordersKey} IS NOT NULL", .. definition.Where is null ? [] : ConditionSql.Conjuncts(definition.Where.Root, order)];
        _where = string.Join(" AND ", where);
        var at = ConditionSql.Column(order, source.At);
        var instant = source.At.Type == FieldType.Time ? at : $"({at}::timestamp AT TIME ZONE {ConditionSql.Zone(context)})";
        _columns = $"max({instant}) AS last_at, count(*)::int AS orders, coalesce(sum({ConditionSql.Column(order, source.Amount)}), 0)::numeric AS amount";
        _from = from.Render(order);
        _people = model.People.Table.Quoted;
        _key = $"p.{SqlName.Quote(model.People.Key.Column)}";
        _link = $"p.{SqlName.Quote(source.Orders.From.Column)}";
        Parameters = context.Parameters.All;
    }

    public IReadOnlyList<SelectionParameter> Parameters { get; }

    /// <summary>What the summary is made of: a change of it makes every row old.</summary>
    public string Identity => string.Join('\n', [FillEverybody, .. Parameters.Select(parameter => $"{parameter.Name} {parameter.Type} {Shown(parameter.Value)}")]);

    public static string CreateNext(string keyType) =>
        $"""
        CREATE TABLE engine.purchase_summary_next (
            customer_key {keyType} NOT NULL,
            last_at timestamptz,
            orders int NOT NULL,
            amount numeric NOT NULL)
        """;

    /// <summary>Grouping first, people second: customers are fewer than orders.</summary>
    public string FillEverybody => $"INSERT INTO engine.purchase_summary_next (customer_key, last_at, orders, amount)\n{Rows("")}";

    /// <summary>Recomputes the customers of the temporary table purchase_recompute; its rows changed are the customers changed.</summary>
    public string FillDirty =>
        $"""
        INSERT INTO engine.purchase_summary AS s (customer_key, last_at, orders, amount)
        {Rows($" AND {_ordersKey} IN (SELECT customer_key FROM pg_temp.purchase_recompute)")}
        ON CONFLICT (customer_key) DO UPDATE SET last_at = excluded.last_at, orders = excluded.orders, amount = excluded.amount
        WHERE (s.last_at, s.orders, s.amount) IS DISTINCT FROM (excluded.last_at, excluded.orders, excluded.amount)
           OR s.amount::text <> excluded.amount::text
        """;

    /// <summary>Removes the dirty customers that have no purchase any more.</summary>
    public string RemoveDirty =>
        $"""
        DELETE FROM engine.purchase_summary AS s
        USING pg_temp.purchase_recompute AS d
        WHERE s.customer_key = d.customer_key
          AND NOT EXISTS (SELECT FROM ({Rows($" AND {_ordersKey} IN (SELECT customer_key FROM pg_temp.purchase_recompute)")}) AS fresh
                          WHERE fresh.customer_key = s.customer_key)
        """;

    private string Rows(string and) =>
        $"""
        SELECT {_key} AS customer_key, counted.last_at, counted.orders, counted.amount
        FROM (SELECT {_ordersKey} AS k, {_columns}
              FROM {_from}
              WHERE {_where}{and}
              GROUP BY 1) AS counted
        JOIN {_people} AS p ON {_link} = counted.k
        """;

    private static string Shown(object value) => value is Array items ? string.Join('\u001F', items.Cast<object>()) : $"{value}";
}
