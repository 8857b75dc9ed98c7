using System.Globalization;
using CampaignEngine.Audiences.Compilation;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using NpgsqlTypes;

namespace CampaignEngine.Audiences;

/// <summary>
/// Statements that read values of given people, and of rows that belong to them: what messages are rendered from. Computed fields are
/// compiled like conditions; nothing is read from the purchase summary, which may be behind.
/// </summary>
public sealed class PersonStatements
{
    private readonly CustomerModel _model;
    private readonly Entity _people;
    private readonly SelectionOptions _options;
    private readonly PurchaseDefinition? _purchases;

    public PersonStatements(CustomerModel model, Entity people, SelectionOptions options)
    {
        (_model, _people, _options) = (model, people, options with { UsePurchaseSummary = false });
        _purchases = PurchaseDefinition.Of(model, new ProblemList());
    }

    /// <summary><c>key text</c>, then the columns, of the people with these keys. Keys that cannot exist are left out.</summary>
    public SelectionStatement Values(IReadOnlyList<BoundExpression> columns, IReadOnlyCollection<string> keys)
    {
        var (context, row) = Start();
        var selected = columns.Select(column => ConditionSql.Compile(column.Root, row)).Prepend($"{row.KeyText} AS key").ToList();
        var filter = $"{row.Key} = ANY({Keys(context, keys)})";
        return Finish(context, $"SELECT {string.Join(",\n  ", selected)}\nFROM {row.From.Render(row)}\nWHERE {filter}");
    }

    /// <summary><c>key text</c> of the person, then the columns, of the newest rows of a relation, newest first for each person.</summary>
    /// <param name="columns">Bound to the relation's target.</param>
    /// <param name="most">Rows for one person at most.</param>
    public SelectionStatement Related(Relation relation, IReadOnlyList<BoundExpression> columns, IReadOnlyCollection<string> keys, int most)
    {
        var (context, person) = Start();
        var target = _model.Entities[relation.Target];
        var row = new RowSource(new FromClause(context), target);
        var selected = columns.Select((column, i) => string.Create(CultureInfo.InvariantCulture, $"{ConditionSql.Compile(column.Root, row)} AS v{i + 1}")).ToList();
        var newest = RelationTime.Of(_model, target) is { } time ? $"{ConditionSql.Column(row, time)} DESC NULLS LAST, {row.Key} DESC" : row.Key;
        var own = $"{ConditionSql.Column(row, relation.To)} = {ConditionSql.Column(person, relation.From)}";
        var limit = context.Parameters.Add(NpgsqlDbType.Integer, most);
        var filter = $"{person.Key} = ANY({Keys(context, keys)})";
        var names = string.Concat(columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $", l.v{i + 1}")));
        return Finish(context,
            $"SELECT {person.KeyText} AS key{names}\nFROM {person.From.Render(person)}\nJOIN LATERAL (\n" +
            $"  SELECT {string.Join(", ", selected.Append($"row_number() OVER (ORDER BY {newest}) AS n"))}\n  FROM {row.From.Render(row)}\n  WHERE {own}\n" +
            $"  ORDER BY {newest}\n  LIMIT {limit}) AS l ON true\nWHERE {filter}\nORDER BY 1, l.n");
    }

    private (CompilerContext Context, RowSource Row) Start()
    {
        // Per person rather than one pass over everybody: a batch is a few hundred people.
        var context = new CompilerContext(_model, _options, _purchases, lateral: true);
        return (context, new RowSource(new FromClause(context), _people));
    }

    private string Keys(CompilerContext context, IReadOnlyCollection<string> keys)
    {
        var (type, values) = KeyValue.ParseAll(_people.Key, keys);
        return context.Parameters.Add(NpgsqlDbType.Array | type, values);
    }

    private static SelectionStatement Finish(CompilerContext context, string sql) => new()
    {
        Sql = sql,
        Parameters = context.Parameters.All,
        Tables = [.. context.Tables],
        UsesPurchaseSummary = context.UsesPurchaseSummary,
    };
}
