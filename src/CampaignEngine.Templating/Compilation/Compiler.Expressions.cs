using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

internal sealed partial class Compiler
{
    private ValueNode Value(Expr expression)
    {
        switch (expression)
        {
            case LiteralExpr literal:
                return Constant(literal.Value);
            case NestedExpr nested:
                return Value(nested.Inner);
            case VariableExpr variable:
                return Variable(variable);
            case MemberExpr member:
                return Member(member);
            case IndexExpr index:
                return Index(index);
            case IsEmptyExpr { Target: var target } when Value(target) is ListNode list:
                return new ListIsEmpty(list, true);
            case UnaryExpr { Op: UnaryOp.Not } not:
                return new Inversion(Value(not.Right));
            case UnaryExpr { Op: UnaryOp.Negate } negate:
                return new Signed(Number(negate.Right), negate: true);
            case UnaryExpr { Op: UnaryOp.Plus } plus:
                return new Signed(Number(plus.Right), negate: false);
            case BinaryExpr binary:
                return Binary(binary);
            case ConditionalExpr conditional:
                return SameKind(new ConditionChoice(Value(conditional.Condition), null!), Value(conditional.Then), Value(conditional.Else));
            case InterpolatedExpr interpolated:
                return new Concatenation([.. interpolated.Parts.Select(p => Value(p) is var part and not (BooleanNode or DateNode) ? AsText(part) : throw Not("a truth value or a date inside an interpolated string"))]);
            case CallExpr call:
                return Call(call);
            default:
                throw Not(expression.GetType().Name);
        }
    }

    private NumberNode Number(Expr expression) => Value(expression) as NumberNode ?? throw Not("a number is needed");

    private static ValueNode Constant(object? value) => value switch
    {
        null => new NullNode(),
        string text => new TextConstant(text),
        bool flag => new BooleanConstant(flag),
        _ => Num.TryOf(value, out var number) ? new NumberConstant(number) : throw Not("a number of another kind"),
    };

    private ValueNode Variable(VariableExpr variable)
    {
        if (InnerScope(variable) is { } inner)
        {
            return inner;
        }

        var name = NameOf(variable);
        if (_variables.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_assigned.Contains(variable.IsLocal ? $"${variable.Name}" : name) || (variable.IsLocal && variable.Name is "" or "$" or "for" or "while" or "tablerow"))
        {
            throw Not("a variable that is read before it is set");
        }

        if (variable.IsLocal)
        {
            // An argument that this place does not give.
            return new NullNode();
        }

        if (!Builtins.Table.Contains(name) && shape.Find(name) is not null)
        {
            return SlotNode(0, shape, shape.Slot(name), []);
        }

        if (shape.Find(name) is not null)
        {
            return SlotNode(0, shape, shape.Slot(name), []);
        }

        if (environment.Functions.TryGetValue(name, out var function))
        {
            return Boxed(function, variable, []);
        }

        if (environment.Variables.TryGetValue(name, out var value) && !Builtins.Table.Contains(name))
        {
            return value is null or string or bool or int or long or decimal or double ? Constant(value) : throw Not($"the variable {name}");
        }

        throw Not($"the name {name}");
    }

    /// <summary>Loop variables and the members of <c>with</c> objects, innermost first.</summary>
    private ValueNode? InnerScope(VariableExpr variable)
    {
        var loopsLeft = _loops.Count;
        using var withs = _withs.GetEnumerator();
        var inWith = withs.MoveNext();
        foreach (var loop in _loops)
        {
            while (inWith && withs.Current.Loops >= loopsLeft)
            {
                if (WithMember(withs.Current, variable) is { } member)
                {
                    return member;
                }

                inWith = withs.MoveNext();
            }

            loopsLeft--;
            if (loop.Variable.Name == variable.Name && loop.Variable.IsLocal == variable.IsLocal && (!variable.IsLocal || loop.Locals == _localPrefix))
            {
                return loop.Element;
            }
        }

        for (; inWith; inWith = withs.MoveNext())
        {
            if (WithMember(withs.Current, variable) is { } member)
            {
                return member;
            }
        }

        return null;
    }

    private static ValueNode? WithMember(WithScope with, VariableExpr variable)
    {
        if (variable.IsLocal)
        {
            return null;
        }

        var member = new MemberExpr(variable, variable.Name, variable.Start, false);
        return with.Target switch
        {
            RowNode row when row.Shape.Find(variable.Name) is not null => RowMember(row, member),
            ObjectNode obj when obj.Path.Member.Type.Shape!.Find(variable.Name) is not null => MemberOf(obj, member),
            _ => null,
        };
    }

    private ValueNode Index(IndexExpr expression)
    {
        if (Argument(expression) is { } argument)
        {
            return argument;
        }

        switch (Value(expression.Target))
        {
            case ListNode list:
                return Element(list, Number(expression.Index));
            case ObjectNode or RowNode when expression.Index is LiteralExpr { Value: string name }:
                return Member(new MemberExpr(expression.Target, name, expression.Index.Start, false));
            default:
                throw Not("an index");
        }
    }

    private static ValueNode Element(ListNode list, NumberNode index)
    {
        var shape = RowList.ElementShape(list.Element);
        var source = new IndexedRow(list, index);
        return list.Element.Shape is null ? SlotNode(0, shape, 0, [], source, rowOptional: true) : new RowNode(0, shape, source);
    }

    private static ValueNode RowMember(RowNode row, MemberExpr member) =>
        SlotNode(row.Depth, row.Shape, row.Shape.Slot(member.Name), [], row.Source, member.Optional);

    private static ValueNode SlotNode(int depth, Shape shape, int index, (int, bool)[] owners, IndexedRow? source = null, bool rowOptional = false)
    {
        var path = new SlotPath(depth, index, shape, owners, source, rowOptional);
        return path.Member.Type.Kind switch
        {
            ShapeKind.Text => new TextSlot(path),
            ShapeKind.Integer or ShapeKind.Number => new NumberSlot(path),
            ShapeKind.Boolean => new BooleanSlot(path),
            ShapeKind.Date or ShapeKind.Time => new DateSlot(path),
            ShapeKind.Object => new ObjectNode(path, shape),
            ShapeKind.List => new ListNode(path, path.Member.Type.Element!),
            _ => throw Not("a member that can be anything"),
        };
    }

    private ValueNode Member(MemberExpr member)
    {
        if (member.Target is VariableExpr { Name: "for", IsLocal: false })
        {
            return LoopMemberOf(member.Name);
        }

        var target = Value(member.Target);
        switch (target)
        {
            case RowNode row when row.Shape.Find(member.Name) is not null:
                return RowMember(row, member);
            case ObjectNode obj:
                return MemberOf(obj, member);
            case ListNode list when member.Name == "size":
                return member.Optional ? throw Not("an optional size") : new ListSize(list);
            case TextNode text when member.Name == "size":
                return member.Optional ? throw Not("an optional size") : new TextSize(text, nullIsFault: true);
            case DateNode date when member.Name is "year" or "month" or "day" or "hour" or "minute" or "day_of_year" && !member.Optional:
                return new DateMember(date, member.Name);
            default:
                throw Not($"the member {member.Name}");
        }
    }

    private static ValueNode MemberOf(ObjectNode obj, MemberExpr member)
    {
        var inner = obj.Path.Member.Type.Shape!;
        if (inner.Find(member.Name) is null)
        {
            throw Not($"the member {member.Name}");
        }

        // The slots of an object follow its own in the order of its members.
        var index = obj.Path.Index + 1 + inner.Slot(member.Name);
        var owners = obj.Path.Member.Nullable ? [.. obj.Path.Owners, (obj.Path.Index, member.Optional)] : obj.Path.Owners;
        return SlotNode(obj.Path.Depth, obj.Shape, index, owners, obj.Path.Source, obj.Path.RowOptional && member.Optional);
    }

    private ValueNode LoopMemberOf(string name)
    {
        if (_loops.Count == 0)
        {
            throw Not("for outside a loop");
        }

        var depth = _loops.Peek().Depth;
        return name switch
        {
            "index" => new LoopNumber(depth, LoopMember.Index),
            "rindex" => new LoopNumber(depth, LoopMember.RIndex),
            "length" => new LoopNumber(depth, LoopMember.Length),
            "first" or "last" or "even" or "odd" => new LoopFlag(depth, name),
            _ => throw Not($"for.{name}"),
        };
    }

    private ValueNode Binary(BinaryExpr binary)
    {
        if (binary.Op is BinaryOp.Equal or BinaryOp.NotEqual)
        {
            var equal = binary.Op == BinaryOp.Equal;
            if (binary.Right is VariableExpr { Name: "empty" } && Value(binary.Left) is ListNode leftList)
            {
                return new ListIsEmpty(leftList, equal);
            }
        }

        switch (binary.Op)
        {
            case BinaryOp.And or BinaryOp.Or:
                return new Junction(binary.Op == BinaryOp.And, Value(binary.Left), Value(binary.Right));
            case BinaryOp.Coalesce:
                var left = Value(binary.Left);
                return left is NullNode ? Value(binary.Right) : SameKind(new NotNullChoice(left), left, Value(binary.Right));
        }

        return Operate(binary.Op, Value(binary.Left), Value(binary.Right));
    }

    private static ValueNode SameKind(Choice choice, ValueNode first, ValueNode second) => (first, second) switch
    {
        (TextNode a, TextNode b) => Choose(choice, a, b),
        (NumberNode a, NumberNode b) => new NumberChoice(choice, a, b),
        (BooleanNode a, BooleanNode b) => new BooleanChoice(choice, a, b),
        (DateNode a, DateNode b) => new DateChoice(choice, a, b),
        _ => throw Not("a choice of two kinds"),
    };

    private static ValueNode Operate(BinaryOp op, ValueNode left, ValueNode right)
    {
        if (op is BinaryOp.Equal or BinaryOp.NotEqual && (left is NullNode || right is NullNode))
        {
            return new NullComparison(op == BinaryOp.Equal, left is NullNode ? right : left);
        }

        var compares = op is BinaryOp.Equal or BinaryOp.NotEqual or BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual;
        switch (left, right)
        {
            case (NumberNode a, NumberNode b):
                if (compares)
                {
                    return new NumberComparison(op, a, b);
                }

                if (op is BinaryOp.Add or BinaryOp.Subtract or BinaryOp.Multiply or BinaryOp.Divide or BinaryOp.DivideRound or BinaryOp.Modulus)
                {
                    return left is NumberConstant x && right is NumberConstant y ? new NumberConstant(Num.Apply(op, x.Value, y.Value)) : new NumberOperation(op, a, b);
                }

                break;
            case (TextNode a, TextNode b):
                if (compares)
                {
                    return new TextComparison(op, a, b);
                }

                // Joining two nulls gives null, not a text: only a text that cannot be null makes the kind sure.
                if (op == BinaryOp.Add && (NeverNull(a) || NeverNull(b)))
                {
                    return new Concatenation([a, b]);
                }

                break;
            // A text beside a number compares as texts.
            case (TextNode a, NumberNode b) when op is BinaryOp.Equal or BinaryOp.NotEqual:
                return new TextComparison(op, a, AsText(b));
            case (NumberNode a, TextNode b) when op is BinaryOp.Equal or BinaryOp.NotEqual:
                return new TextComparison(op, AsText(a), b);
            case (BooleanNode a, BooleanNode b) when op is BinaryOp.Equal or BinaryOp.NotEqual:
                return new BooleanComparison(op == BinaryOp.Equal, a, b);
            case (DateNode a, DateNode b) when compares:
                return new DateComparison(op, a, b);
            case (TextNode a, _) when op == BinaryOp.Add && NeverNull(a) && right is NumberNode or BooleanNode or DateNode:
                return new Concatenation([a, AsText(right)]);
            case (_, TextNode b) when op == BinaryOp.Add && NeverNull(b) && left is NumberNode or BooleanNode or DateNode:
                return new Concatenation([AsText(left), b]);
        }

        throw Not($"the operator {Evaluation.Operators.Symbol(op)}");
    }

    private static bool NeverNull(TextNode text) => text is TextConstant or Concatenation or TextTruncation || text is TextChoice { NeverNull: true };

    /// <summary>A value as the text that printing it gives.</summary>
    private static TextNode AsText(ValueNode value) => value switch
    {
        TextNode text => text,
        NumberNode number => new NumberText(number),
        BooleanNode flag => new BooleanText(flag),
        DateNode date => new DateText(date, Evaluation.Dates.DefaultFormat),
        NullNode => new NullText(),
        _ => throw Not("a value without a text"),
    };

    private sealed class NullText : TextNode
    {
        public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
        {
            isNull = true;
            return default;
        }
    }
}
