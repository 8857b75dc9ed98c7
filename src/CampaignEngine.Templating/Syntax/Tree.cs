namespace CampaignEngine.Templating.Syntax;

/// <summary>Walks over a tree.</summary>
internal static class Tree
{
    /// <summary>An expression and everything in it; the bodies of functions are left out.</summary>
    public static IEnumerable<Expr> Walk(Expr? root)
    {
        if (root is null)
        {
            yield break;
        }

        var pending = new Stack<Expr>();
        pending.Push(root);
        while (pending.TryPop(out var node))
        {
            yield return node;
            foreach (var child in Children(node))
            {
                pending.Push(child);
            }
        }
    }

    public static IEnumerable<Expr> Children(Expr node) => node switch
    {
        MemberExpr e => [e.Target],
        IsEmptyExpr e => [e.Target],
        IndexExpr e => [e.Target, e.Index],
        UnaryExpr e => [e.Right],
        StepExpr e => [e.Target],
        BinaryExpr e => [e.Left, e.Right],
        ConditionalExpr e => [e.Condition, e.Then, e.Else],
        CallExpr e => [e.Target, .. e.Arguments],
        PipeExpr e => [e.From, e.To],
        NamedArgument { Value: { } value } => [value],
        ArrayExpr e => e.Items,
        ObjectExpr e => e.Members.Select(m => m.Value),
        InterpolatedExpr e => e.Parts,
        NestedExpr e => [e.Inner],
        AssignExpr e => [e.Target, e.Value],
        _ => [],
    };
}
