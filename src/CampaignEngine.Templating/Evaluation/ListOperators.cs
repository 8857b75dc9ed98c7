using System.Runtime.CompilerServices;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>The binary operators where one side is a list or a range: joining, repeating, taking parts, order.</summary>
internal static class ListOperators
{
    public static ScriptList Append(Interpreter run, object list, object? item) => Bounded(run, Items(run, list).Append(item));

    public static ScriptList Prepend(Interpreter run, object? item, object list) => Bounded(run, Items(run, list).Prepend(item));

    public static ScriptList Union(Interpreter run, object left, object right) => Bounded(run, Items(run, left).Union(Items(run, right)));

    /// <summary>A fault stands at the side that does not fit.</summary>
    public static object? Binary(Interpreter run, BinaryOp op, object left, object right, Node leftNode, Node rightNode)
    {
        var isLeft = left is ScriptList or RangeValue;
        if (op == BinaryOp.Multiply && !isLeft)
        {
            return Repeat(run, right, Count(run, left, leftNode));
        }

        switch (op)
        {
            case BinaryOp.Multiply when right is not (ScriptList or RangeValue):
                return Repeat(run, left, Count(run, right, rightNode));
            case BinaryOp.Divide or BinaryOp.DivideRound or BinaryOp.Modulus when isLeft && right is not (ScriptList or RangeValue):
                return Part(run, op, left, Count(run, right, rightNode), rightNode);
        }

        if (op is BinaryOp.Range or BinaryOp.RangeExclusive || (op is BinaryOp.Subtract && (left is ScriptList or RangeValue) != (right is ScriptList or RangeValue)))
        {
            throw new RenderFault($"{Operators.Symbol(op)} does not work between a {Interpreter.TypeName(left)} and a {Interpreter.TypeName(right)}");
        }

        if (!(left is ScriptList or RangeValue || IsBesideList(left, right)) || !(right is ScriptList or RangeValue || IsBesideList(right, left)))
        {
            throw run.Fault(isLeft ? rightNode : leftNode,
                $"{Operators.Symbol(op)} does not work between a {Interpreter.TypeName(left)} and a {Interpreter.TypeName(right)}: a list goes with a list");
        }

        return op switch
        {
            BinaryOp.Add => Bounded(run, Items(run, left).Concat(Items(run, right))),
            BinaryOp.BitAnd => Bounded(run, Items(run, left).Intersect(Items(run, right))),
            BinaryOp.Equal or BinaryOp.NotEqual or BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual =>
                Compare(run, op, left, right, leftNode, rightNode),
            _ => throw new RenderFault($"{Operators.Symbol(op)} does not work between two lists"),
        };
    }

    /// <summary>An object counts as the list of its members beside a list, though not beside a range.</summary>
    public static bool IsBesideList(object value, object other) => value is ScriptMap && other is ScriptList { IsIterator: false };

    /// <summary>The elements; of an object its members.</summary>
    private static IEnumerable<object?> Items(Interpreter run, object list)
    {
        switch (list)
        {
            case RangeValue range:
                run.CheckRange(range, null);
                return range;
            case ScriptMap map:
                return map.Names.Select(name => (object?)Pair(name, map.Get(name)));
            default:
                return (ScriptList)list;
        }
    }

    private static ScriptMap Pair(string name, object? value)
    {
        var pair = new ScriptMap();
        pair.Set("key", name);
        pair.Set("value", value);
        return pair;
    }

    private static int Count(Interpreter run, object number, Node node)
    {
        if (!Operators.IsNumber(number) && number is not bool)
        {
            throw new RenderFault($"a list cannot be multiplied or divided by a {Interpreter.TypeName(number)}");
        }

        var count = number is bool flag ? (flag ? 1 : 0) : run.ToInt(number);
        return count >= 0 ? count : throw run.Fault(node, "a list cannot be multiplied or divided by a negative number");
    }

    private static ScriptList Repeat(Interpreter run, object list, int times)
    {
        var items = Items(run, list).ToArray();
        if ((long)items.Length * times > run.Limits.RangeSize)
        {
            throw new RenderFault($"a list cannot hold more than {run.Limits.RangeSize:N0} elements", Faults.ListLength);
        }

        return new ScriptList(Enumerable.Repeat(items, times).SelectMany(i => i));
    }

    /// <summary><c>/</c> takes the first of so many equal parts, <c>%</c> every so-many-th element.</summary>
    private static ScriptList Part(Interpreter run, BinaryOp op, object list, int by, Node node)
    {
        if (by == 0)
        {
            throw run.Fault(node, "division by zero");
        }

        var items = Items(run, list).ToArray();
        return op == BinaryOp.Modulus
            ? new ScriptList(items.Where((_, i) => i % by == 0))
            : new ScriptList(items.Take(items.Length / by));
    }

    /// <summary>Lists of one length compare element by element, and the comparison must hold for every pair; others compare by their lengths.</summary>
    private static bool Compare(Interpreter run, BinaryOp op, object left, object right, Node leftNode, Node rightNode)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new RenderFault("lists are nested too deeply to be compared", Faults.Recursion);
        }

        var (a, b) = (Items(run, left).ToArray(), Items(run, right).ToArray());
        // Lists in lists multiply the work; a comparison costs as many steps as it costs time beside a plain statement.
        run.Step(leftNode, 20 + a.Length);
        if (a.Length != b.Length)
        {
            return Operators.Binary(run, op, a.Length, b.Length, leftNode.Start, leftNode, rightNode) is true;
        }

        for (var i = 0; i < a.Length; i++)
        {
            if (Operators.Binary(run, op, a[i], b[i], leftNode.Start, leftNode, rightNode) is not true)
            {
                return false;
            }
        }

        return a.Length > 0 || op is BinaryOp.Equal or BinaryOp.LessOrEqual or BinaryOp.GreaterOrEqual;
    }

    private static ScriptList Bounded(Interpreter run, IEnumerable<object?> items)
    {
        var list = new ScriptList(items.Take(run.Limits.RangeSize + 1));
        return list.Count <= run.Limits.RangeSize ? list : throw new RenderFault($"a list cannot hold more than {run.Limits.RangeSize:N0} elements", Faults.ListLength);
    }
}
