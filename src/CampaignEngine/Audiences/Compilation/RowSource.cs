using System.Text;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>A FROM clause under construction. Joins are rendered when everything that uses them has been compiled.</summary>
internal sealed class FromClause(CompilerContext context)
{
    private readonly List<Func<string>> _joins = [];

    public CompilerContext Context { get; } = context;

    public void Add(Func<string> join) => _joins.Add(join);

    /// <param name="table">What stands in the place of the root's table; null: the table itself.</param>
    public string Render(RowSource root, string? table = null)
    {
        var sql = new StringBuilder(table ?? root.Entity.Table.Quoted).Append(" AS ").Append(root.Alias);
        // Rendering an aggregate may not add joins here: all of them are known.
        foreach (var join in _joins)
        {
            sql.Append('\n').Append(join());
        }

        return sql.ToString();
    }
}

/// <summary>One row of an entity inside a FROM clause: what fields, to-one relations, aggregates, facts and rfm start from.</summary>
internal sealed class RowSource
{
    private readonly Dictionary<string, RowSource> _ones = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupedRows> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupedFacts> _facts = new(StringComparer.Ordinal);
    private string? _summary;

    public RowSource(FromClause from, Entity entity)
    {
        (From, Entity, Alias) = (from, entity, from.Context.NextAlias('t'));
        from.Context.Tables.Add(entity.Table);
    }

    public FromClause From { get; }

    public Entity Entity { get; }

    public string Alias { get; }

    public CompilerContext Context => From.Context;

    public string Key => ConditionSql.Column(this, Entity.Key);

    /// <summary>The key as contact and event history keep it. The collation is stated: a text key's own may be another.</summary>
    public string KeyText => $"({Key}::text COLLATE \"C\")";

    /// <summary>The row that to-one relations lead to.</summary>
    public RowSource One(IEnumerable<Relation> path)
    {
        var row = this;
        foreach (var relation in path)
        {
            row = row.One(relation);
        }

        return row;
    }

    public GroupedRows Group(IReadOnlyList<Relation> path)
    {
        var name = string.Join('.', path.Select(relation => relation.Name));
        if (!_groups.TryGetValue(name, out var group))
        {
            group = new GroupedRows(this, path);
            _groups.Add(name, group);
            From.Add(group.Render);
        }

        return group;
    }

    public GroupedFacts Facts(string view)
    {
        if (!_facts.TryGetValue(view, out var facts))
        {
            facts = new GroupedFacts(this, view);
            _facts.Add(view, facts);
            From.Add(facts.Render);
        }

        return facts;
    }

    /// <summary>Time of the person's latest conversion that answers the campaign in scope; NULL when there is none.</summary>
    public string Conversions(BoundFact fact)
    {
        var conversions = new Conversions(this, fact);
        From.Add(conversions.Render);
        return conversions.Time;
    }

    /// <summary>Alias of the person's row of the purchase summary.</summary>
    public string Summary()
    {
        if (_summary is null)
        {
            var alias = _summary = Context.NextAlias('s');
            Context.UsesPurchaseSummary = true;
            Context.Tables.Add(PurchaseTables.Summary);
            From.Add(() => $"LEFT JOIN {PurchaseTables.Summary.Quoted} AS {alias} ON {alias}.customer_key = {Key}");
        }

        return _summary;
    }

    private RowSource One(Relation relation)
    {
        if (!_ones.TryGetValue(relation.Name, out var row))
        {
            row = new RowSource(From, Context.Model.Entities[relation.Target]);
            _ones.Add(relation.Name, row);
            var join = $"LEFT JOIN {row.Entity.Table.Quoted} AS {row.Alias} ON {ConditionSql.Column(row, relation.To)} = {ConditionSql.Column(this, relation.From)}";
            From.Add(() => join);
        }

        return row;
    }
}
