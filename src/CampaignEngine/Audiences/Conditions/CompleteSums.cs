namespace CampaignEngine.Audiences.Conditions;

/// <summary>
/// A sum passes over rows whose value is unknown, and is zero without any. Where that would understate, as in costs, it becomes unknown itself: an order of which
/// one product has no cost has no known cost.
/// </summary>
internal static class CompleteSums
{
    private static readonly BoundLiteral Zero = new(ValueKind.Integer, 0L);

    public static BoundNode Of(BoundNode node) => node switch
    {
        BoundAggregate { Aggregate: AggregateKind.Sum, Operand: { } operand } sum => Guarded(sum with { Operand = Of(operand) }),
        BoundAt at => at with { Inner = Of(at.Inner) },
        BoundArithmetic arithmetic => arithmetic with { Left = Of(arithmetic.Left), Right = Of(arithmetic.Right) },
        BoundNegate negate => negate with { Operand = Of(negate.Operand) },
        BoundCall call => call with { Arguments = [.. call.Arguments.Select(Of)] },
        _ => node,
    };

    private static BoundWhen Guarded(BoundAggregate sum)
    {
        BoundNode unknown = new BoundIsNull(sum.Operand!, false);
        return new BoundWhen(
            new BoundLogical(true, [new BoundCompare(">", Count(sum, sum.Where), Zero), new BoundCompare("=", Count(sum, sum.Where is { } where ? new BoundLogical(true, [where, unknown]) : unknown), Zero)]),
            sum);
    }

    private static BoundAggregate Count(BoundAggregate sum, BoundNode? where) => sum with { Aggregate = AggregateKind.Count, Operand = null, Where = where, Kind = ValueKind.Integer };
}
