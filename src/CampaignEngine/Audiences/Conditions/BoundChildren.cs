namespace CampaignEngine.Audiences.Conditions;

internal static class BoundChildren
{
    /// <summary>The node and everything below it, the rows inside aggregates included.</summary>
    public static IEnumerable<BoundNode> Everything(BoundNode root)
    {
        var open = new Stack<BoundNode>([root]);
        while (open.TryPop(out var node))
        {
            yield return node;
            foreach (var child in Of(node))
            {
                open.Push(child);
            }
        }
    }

    private static IEnumerable<BoundNode> Of(BoundNode node) => node switch
    {
        BoundAt at => [at.Inner],
        BoundAggregate aggregate => new[] { aggregate.Operand, aggregate.Where }.OfType<BoundNode>(),
        BoundWhen guarded => [guarded.Condition, guarded.Value],
        BoundArithmetic arithmetic => [arithmetic.Left, arithmetic.Right],
        BoundNegate negate => [negate.Operand],
        BoundShift shift => [shift.Operand],
        BoundDays days => [days.Left, days.Right],
        BoundCall call => call.Arguments,
        BoundCompare compare => [compare.Left, compare.Right],
        BoundDayCompare compare => [compare.Time, compare.Day],
        BoundIn list => [list.Operand],
        BoundLike like => [like.Operand],
        BoundContains contains => [contains.Operand],
        BoundIsNull isNull => [isNull.Operand],
        BoundSpan span => [span.Operand],
        BoundNot negation => [negation.Operand],
        BoundLogical logical => logical.Items,
        _ => [],
    };
}
