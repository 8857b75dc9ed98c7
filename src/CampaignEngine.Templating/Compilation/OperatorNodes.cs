using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

internal sealed class NumberOperation(BinaryOp op, NumberNode left, NumberNode right) : NumberNode
{
    public override Num Get(Frame f) => Num.Apply(op, left.Get(f), right.Get(f));
}

internal sealed class Signed(NumberNode value, bool negate) : NumberNode
{
    public override Num Get(Frame f)
    {
        var number = value.Get(f);
        if (number.IsNull)
        {
            // Null has no sign: the interpreter says where.
            throw Frame.Leave();
        }

        return negate ? Num.Apply(BinaryOp.Multiply, number, Num.Of(-1)) : number;
    }
}

internal sealed class NumberComparison(BinaryOp op, NumberNode left, NumberNode right) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        return Num.Compare(op, left.Get(f), right.Get(f));
    }
}

/// <summary>Compares as the language does when one side is a text: both as texts. Two nulls are equal; a text is not equal to null.</summary>
internal sealed class TextComparison(BinaryOp op, TextNode left, TextNode right) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        var a = left.Get(f, out var leftNull);
        var b = right.Get(f, out var rightNull);
        if (op is BinaryOp.Equal or BinaryOp.NotEqual)
        {
            var equal = leftNull == rightNull && a.SequenceEqual(b);
            return equal == (op == BinaryOp.Equal);
        }

        if (leftNull || rightNull)
        {
            // Two nulls have no order; a null beside a text sorts before it.
            return !(leftNull && rightNull) && Num.Order(op, leftNull ? -1 : 1);
        }

        return Num.Order(op, System.Text.Ascii.IsValid(a) && System.Text.Ascii.IsValid(b)
            ? a.SequenceCompareTo(b)
            : string.CompareOrdinal(System.Text.Encoding.UTF8.GetString(a), System.Text.Encoding.UTF8.GetString(b)));
    }
}

internal sealed class BooleanComparison(bool equal, BooleanNode left, BooleanNode right) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        var a = left.Get(f, out var leftNull);
        var b = right.Get(f, out var rightNull);
        return (leftNull == rightNull && (leftNull || a == b)) == equal;
    }
}

internal sealed class DateComparison(BinaryOp op, DateNode left, DateNode right) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        var a = left.Get(f, out var leftNull);
        var b = right.Get(f, out var rightNull);
        if (leftNull || rightNull)
        {
            return op switch
            {
                BinaryOp.Equal => leftNull == rightNull,
                BinaryOp.NotEqual => leftNull != rightNull,
                _ => false,
            };
        }

        return Num.Order(op, a.CompareTo(b));
    }
}

/// <summary><c>x == null</c> and <c>x != null</c></summary>
internal sealed class NullComparison(bool equal, ValueNode value) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        return value.IsNull(f) == equal;
    }
}

internal sealed class Junction(bool and, ValueNode left, ValueNode right) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        return and ? left.Truthy(f) && right.Truthy(f) : left.Truthy(f) || right.Truthy(f);
    }
}

internal sealed class Inversion(ValueNode value) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        return !value.Truthy(f);
    }
}

internal sealed class ListIsEmpty(ListNode list, bool equal) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        var rows = list.Get(f, out var missing);
        return missing ? throw Frame.Leave() : (rows is null || rows.Count == 0) == equal;
    }
}

internal sealed class ListSize(ListNode list) : NumberNode
{
    public override Num Get(Frame f)
    {
        var rows = list.Get(f, out var isNull);
        return isNull ? throw Frame.Leave() : Num.Of(rows?.Count ?? 0);
    }
}

/// <summary>Which of two nodes of one kind gives the value: <c>??</c>, <c>? :</c> and <c>object.default</c>.</summary>
internal abstract class Choice(ValueNode first)
{
    protected ValueNode First => first;

    public abstract bool TakesFirst(Frame f);
}

internal sealed class NotNullChoice(ValueNode first) : Choice(first)
{
    public override bool TakesFirst(Frame f) => !First.IsNull(f);
}

internal sealed class NotBlankChoice(ValueNode first) : Choice(first)
{
    public override bool TakesFirst(Frame f) => First is TextNode text ? text.Get(f, out _).Length > 0 : !First.IsNull(f);
}

internal sealed class ConditionChoice(ValueNode condition, ValueNode first) : Choice(first)
{
    public override bool TakesFirst(Frame f) => condition.Truthy(f);
}

internal sealed class TextChoice(Choice choice, TextNode first, TextNode second) : TextNode
{
    public bool NeverNull => choice is NotNullChoice or NotBlankChoice && second is TextConstant or Concatenation;

    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull) => choice.TakesFirst(f) ? first.Get(f, out isNull) : second.Get(f, out isNull);
}

internal sealed class NumberChoice(Choice choice, NumberNode first, NumberNode second) : NumberNode
{
    public override Num Get(Frame f) => choice.TakesFirst(f) ? first.Get(f) : second.Get(f);
}

internal sealed class BooleanChoice(Choice choice, BooleanNode first, BooleanNode second) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull) => choice.TakesFirst(f) ? first.Get(f, out isNull) : second.Get(f, out isNull);
}

internal sealed class DateChoice(Choice choice, DateNode first, DateNode second) : DateNode
{
    public override DateTime Get(Frame f, out bool isNull) => choice.TakesFirst(f) ? first.Get(f, out isNull) : second.Get(f, out isNull);
}
