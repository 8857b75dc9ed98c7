using CampaignEngine.Audiences.Conditions;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>
/// Conditions in WHERE. A <c>has</c> or a fact that stands alone becomes EXISTS, which the planner turns into a semi-join or anti-join;
/// not so when other aggregates read the same rows anyway.
/// </summary>
internal sealed class SemiJoins
{
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly bool _off;

    public SemiJoins(IEnumerable<BoundNode> roots, bool off)
    {
        _off = off;
        foreach (var aggregate in roots.SelectMany(BoundChildren.Everything).OfType<BoundAggregate>())
        {
            var path = Path(aggregate);
            _uses[path] = _uses.GetValueOrDefault(path) + 1;
        }
    }

    public string Holds(BoundNode node, RowSource row) => Exists(node, row) ?? node switch
    {
        BoundNot negation when Exists(negation.Operand, row) is { } exists => $"NOT {exists}",
        _ => ConditionSql.CompileStrict(node, row),
    };

    public string HoldsNot(BoundNode node, RowSource row) => Exists(node, row) is { } exists ? $"NOT {exists}" : $"{ConditionSql.Compile(node, row)} IS NOT TRUE";

    private string? Exists(BoundNode node, RowSource row) => _off ? null : node switch
    {
        BoundFact fact when !Conversions.Counts(fact, row.Context) => GroupedFacts.Exists(fact, row),
        BoundAggregate { Aggregate: AggregateKind.Has } has when _uses[Path(has)] == 1 => GroupedRows.Exists(has, row),
        BoundCompare { Operator: ">", Left: BoundAggregate { Aggregate: AggregateKind.Count } count, Right: BoundLiteral { Value: 0L } } when _uses[Path(count)] == 1 => GroupedRows.Exists(count, row),
        BoundCompare { Operator: ">=", Left: BoundAggregate { Aggregate: AggregateKind.Count } count, Right: BoundLiteral { Value: 1L } } when _uses[Path(count)] == 1 => GroupedRows.Exists(count, row),
        _ => null,
    };

    private static string Path(BoundAggregate aggregate) => string.Join('.', aggregate.Path.Select(relation => relation.Name));
}
