using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>
/// All aggregates of a statement over one relation, as one grouped join: one pass over the related table however many conditions ask.
/// What every aggregate filters by moves into WHERE, so that an index on it can serve.
/// </summary>
internal sealed class GroupedRows
{
    private readonly RowSource _outer;
    private readonly Relation _first;
    private readonly RowSource _start;
    private readonly RowSource _end;
    private readonly FromClause _from;
    private readonly string _alias;
    private readonly List<(string Call, string Tail, IReadOnlyList<string> Filter)> _columns = [];

    public GroupedRows(RowSource outer, IReadOnlyList<Relation> path)
    {
        (_outer, _first) = (outer, path[0]);
        _alias = outer.Context.NextAlias('g');
        (_from, _start, _end) = Open(outer.Context, path);
    }

    /// <summary>The aggregate's column of the join: NULL where the person has no row (or no group).</summary>
    public string Add(BoundAggregate aggregate)
    {
        var filter = aggregate.Where is null ? [] : ConditionSql.Conjuncts(aggregate.Where, _end);
        var (call, tail) = Call(aggregate, _end);
        var index = _columns.FindIndex(column => column.Call == call && column.Tail == tail && column.Filter.SequenceEqual(filter));
        if (index < 0)
        {
            index = _columns.Count;
            _columns.Add((call, tail, filter));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{_alias}.a{index + 1}");
    }

    public string Render()
    {
        var common = _columns.Select(column => column.Filter).Aggregate((IEnumerable<string>)_columns[0].Filter, (all, filter) => all.Intersect(filter)).ToList();
        var columns = _columns.Select((column, i) =>
        {
            var rest = column.Filter.Except(common).ToList();
            var filter = rest.Count == 0 ? "" : $" FILTER (WHERE {string.Join(" AND ", rest)})";
            return string.Create(CultureInfo.InvariantCulture, $"{string.Format(CultureInfo.InvariantCulture, column.Tail, column.Call + filter)} AS a{i + 1}");
        });
        var key = ConditionSql.Column(_start, _first.To);
        var outerKey = ConditionSql.Column(_outer, _first.From);
        if (_outer.Context.Lateral)
        {
            return $"LEFT JOIN LATERAL (SELECT {string.Join(", ", columns)}\n  FROM {_from.Render(_start)}\n  WHERE {string.Join(" AND ", [$"{key} = {outerKey}", .. common])}) AS {_alias} ON true";
        }

        return $"LEFT JOIN (SELECT {key} AS k, {string.Join(", ", columns)}\n  FROM {_from.Render(_start)}\n  WHERE {string.Join(" AND ", [$"{key} IS NOT NULL", .. common])}\n  GROUP BY 1) AS {_alias} ON {_alias}.k = {outerKey}";
    }

    /// <summary>A semi-join: EXISTS over the rows of one <c>has</c>.</summary>
    public static string Exists(BoundAggregate aggregate, RowSource outer)
    {
        var (from, start, end) = Open(outer.Context, aggregate.Path);
        var filter = aggregate.Where is null ? [] : ConditionSql.Conjuncts(aggregate.Where, end);
        var key = $"{ConditionSql.Column(start, aggregate.Path[0].To)} = {ConditionSql.Column(outer, aggregate.Path[0].From)}";
        return $"EXISTS (SELECT FROM {from.Render(start)}\n  WHERE {string.Join(" AND ", [key, .. filter])})";
    }

    /// <summary>The FROM clause of a path of relations, and its first and last row.</summary>
    public static (FromClause From, RowSource Start, RowSource End) Open(CompilerContext context, IReadOnlyList<Relation> path)
    {
        var from = new FromClause(context);
        var start = new RowSource(from, context.Model.Entities[path[0].Target]);
        var end = start;
        foreach (var relation in path.Skip(1))
        {
            var (before, next) = (end, new RowSource(from, context.Model.Entities[relation.Target]));
            var join = $"JOIN {next.Entity.Table.Quoted} AS {next.Alias} ON {ConditionSql.Column(next, relation.To)} = {ConditionSql.Column(before, relation.From)}";
            from.Add(() => join);
            end = next;
        }

        return (from, start, end);
    }

    // Call takes the FILTER clause behind it; Tail is the format around both.
    private static (string Call, string Tail) Call(BoundAggregate aggregate, RowSource row)
    {
        var operand = aggregate.Operand is null ? "" : ConditionSql.Compile(aggregate.Operand, row);
        switch (aggregate.Aggregate)
        {
            case AggregateKind.Count or AggregateKind.Has:
                return ("count(*)", "{0}");
            case AggregateKind.CountDistinct:
                return ($"count(DISTINCT {operand})", "{0}");
            case AggregateKind.First or AggregateKind.Last:
                var direction = aggregate.Aggregate == AggregateKind.Last ? "DESC" : "ASC";
                var time = ConditionSql.Column(row, aggregate.Order!);
                return ($"array_agg({operand} ORDER BY {time} {direction} NULLS LAST, {row.Key} {direction})", "({0})[1]");
            default:
                return ($"{aggregate.Aggregate.ToString().ToLowerInvariant()}({operand})", "{0}");
        }
    }
}
