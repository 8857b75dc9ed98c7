using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

/// <summary>Branches that can never be taken, code that is never reached, and conditions that always hold.</summary>
internal sealed partial class Checker
{
    /// <summary>A text that can only be one of a few is compared with another one.</summary>
    private void CheckKnownValue(Inferred known, Expr knownNode, Expr other, bool equal)
    {
        while (other is NestedExpr nested)
        {
            other = nested.Inner;
        }

        if (known.Values is not { } values || other is not LiteralExpr { Value: string text } || values.Contains(text))
        {
            return;
        }

        var fault = values.Count == 0 ? $"{Show(knownNode)} has no value here" : $"{Show(knownNode)} is never {Show(other).Trim('`')}";
        Error(other.Start, "CE3412", $"{fault}: {(equal ? "this branch is dead" : "this always holds")}{(values.Count == 0 ? string.Empty : Suggestion.For(text, values))}");
    }

    private void CheckCondition(Expr condition)
    {
        Infer(condition);
        CheckAlwaysTrue(condition, []);
    }

    /// <summary>In this language only null and false are false: an empty list and 0 count as true.</summary>
    private void CheckAlwaysTrue(Expr condition, IEnumerable<string> facts)
    {
        switch (condition)
        {
            case NestedExpr nested:
                CheckAlwaysTrue(nested.Inner, facts);
                return;
            case UnaryExpr { Op: UnaryOp.Not } not:
                CheckAlwaysTrue(not.Right, facts);
                return;
            case BinaryExpr { Op: BinaryOp.And or BinaryOp.Or } both:
                CheckAlwaysTrue(both.Left, facts);
                CheckAlwaysTrue(both.Right, facts.Concat(Facts(both.Left, both.Op == BinaryOp.And)));
                return;
        }

        if (_silent || PathOf(condition) is not { } path || _scope.IsPresent(path) || facts.Contains(path))
        {
            return;
        }

        _silent = true;
        var value = Infer(condition);
        _silent = false;
        if (value is { Nullable: false, Kind: InferredKind.List })
        {
            Warn(condition.Start, "CE3414", $"{Show(condition)} is a list and always counts as true, even when it is empty; write {Show(condition).Trim('`')}.size > 0");
        }
        else if (value is { Nullable: false, IsNumeric: true })
        {
            Warn(condition.Start, "CE3414", $"{Show(condition)} is a number and always counts as true, also when it is 0; write {Show(condition).Trim('`')} > 0");
        }
    }

    /// <summary>The same condition twice in a chain of else if: the second is never reached.</summary>
    private void CheckChain(IfStatement head)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { TextOf(head.Condition) };
        for (var next = ElseIf(head); next is not null; next = ElseIf(next))
        {
            if (!seen.Add(TextOf(next.Condition)))
            {
                Warn(next.Condition.Start, "CE3413", $"this branch is never taken: an earlier one of the same `if` has the condition {Show(next.Condition)} already");
            }
        }
    }

    private static IfStatement? ElseIf(IfStatement statement) =>
        statement.Else?.Statements.Where(s => s is not (EnterStatement or ExitStatement)).ToList() is [IfStatement next] ? next : null;

    private string TextOf(Node node) => string.Concat(_source.Text[node.Start..node.End].Where(c => !char.IsWhiteSpace(c)));

    private bool IsPrinted(Statement statement) => statement switch
    {
        EnterStatement or ExitStatement or FunctionStatement => false,
        RawStatement raw => !_source.Text.AsSpan(raw.Start, raw.End - raw.Start).IsWhiteSpace(),
        _ => true,
    };
}
