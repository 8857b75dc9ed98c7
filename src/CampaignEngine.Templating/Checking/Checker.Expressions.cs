using System.Globalization;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

internal sealed partial class Checker
{
    /// <param name="alias">A function stays itself instead of standing for its result.</param>
    private Inferred Infer(Expr expression, bool alias = false)
    {
        switch (expression)
        {
            case LiteralExpr literal:
                return Inferred.OfValue(literal.Value);
            case VariableExpr variable:
                return Called(InferVariable(variable), variable, alias);
            case MemberExpr member:
                return Called(InferMember(member), member, alias);
            case IndexExpr index:
                return Called(InferIndex(index), index, alias);
            case NestedExpr nested:
                return Called(Infer(nested.Inner, alias), nested, alias);
            case CallExpr call:
                return InferCall(call);
            case BinaryExpr binary:
                return InferBinary(binary);
            case UnaryExpr unary:
                return InferUnary(unary);
            case ConditionalExpr conditional:
                CheckCondition(conditional.Condition);
                return Inferred.Join(Given(Facts(conditional.Condition, true), conditional.Then), Given(Facts(conditional.Condition, false), conditional.Else));
            case InterpolatedExpr interpolated:
                foreach (var part in interpolated.Parts)
                {
                    CheckHole(part, Infer(part));
                }

                return Inferred.Text;
            case ArrayExpr array:
                var items = array.Items.ConvertAll(item => Infer(item));
                return new Inferred(InferredKind.List, Element: items.Count > 0 && items.TrueForAll(i => i.Kind == items[0].Kind) ? ElementOf(items[0]) : null);
            case ObjectExpr obj:
                obj.Members.ForEach(m => Infer(m.Value));
                return Inferred.Any;
            case IsEmptyExpr empty:
                Infer(empty.Target);
                return Inferred.Boolean;
            case StepExpr step:
                var stepped = Infer(step.Target);
                RequireNumber(stepped, step.Target, step.Step > 0 ? "++" : "--");
                return stepped;
            case AssignExpr assign:
                return InferAssign(assign);
            case NamedArgument { Value: { } value }:
                return Infer(value);
            case FunctionExpr function:
                if (function.Function.Name is { } declared)
                {
                    Declare(new VariableExpr(declared, false), function.Function);
                }
                else
                {
                    Remember(function.Function);
                }

                return new Inferred(InferredKind.Function, Function: new Functions.TemplateFunction(function.Function));
            case PipeExpr pipe:
                Infer(pipe.From);
                Infer(pipe.To, alias: true);
                return Inferred.Any;
            default:
                return Inferred.Any;
        }
    }

    private static ShapeType? ElementOf(Inferred item) => item.Kind switch
    {
        InferredKind.Text => ShapeType.Text,
        InferredKind.Integer => ShapeType.Integer,
        InferredKind.Number => ShapeType.Number,
        InferredKind.Object when item.Shape is not null => ShapeType.Object(item.Shape),
        _ => null,
    };

    private Inferred Given(IEnumerable<string> facts, Expr expression)
    {
        var branch = _scope.Branch();
        branch.AddPresent(facts);
        var result = Inferred.Any;
        InBranch(branch, () => result = Infer(expression));
        return result;
    }

    private Inferred Called(Inferred value, Expr expression, bool alias)
    {
        if (alias || value is not { Kind: InferredKind.Function, Function: { } function })
        {
            return value;
        }

        return CheckCall(function, expression, []);
    }

    private Inferred InferVariable(VariableExpr variable)
    {
        if (variable.IsLocal)
        {
            return Present(_locals.TryGet(variable.Name, out var local) ? local : Inferred.Any, variable);
        }

        if (!_scope.Ended)
        {
            _options.NamesRead?.Add(variable.Name);
        }

        if (_scope.TryGet(variable.Name, out var value))
        {
            return Present(value, variable);
        }

        if (!_assigned.Contains(variable.Name) && !_opaqueWith && variable.Name is not ("for" or "while" or "tablerow"))
        {
            Error(variable.Start, "CE3402", $"unknown name `{variable.Name}`{Suggestion.For(variable.Name, _scope.Names)}");
        }

        return Inferred.Any with { Nullable = true };
    }

    private Inferred Present(Inferred value, Expr path) =>
        value.Nullable && PathOf(path) is { } name && _scope.IsPresent(name) ? value with { Nullable = false } : value;

    private Inferred InferMember(MemberExpr member)
    {
        if (member.Target is VariableExpr { IsLocal: true, Name: "" })
        {
            return _locals.TryGet(member.Name, out var argument) ? Present(argument, member) : Inferred.Any;
        }

        var target = Infer(member.Target);
        if (target is { Nullable: true, Kind: InferredKind.Object } && !member.Optional)
        {
            Error(member.NameStart, "CE3411", $"{Show(member.Target)} may be null, and then it has no member {member.Name}; write {Show(member.Target).Trim('`')}?.{member.Name} or guard it with if");
        }

        var nullable = target.Nullable;
        switch (target.Kind)
        {
            case InferredKind.Object when target.Shape is { } shape:
                if (shape.Find(member.Name) is not { } known)
                {
                    Error(member.NameStart, "CE3401", $"unknown member `{member.Name}` of {shape.Name}{Suggestion.For(member.Name, shape)}");
                    return Inferred.Any;
                }

                return Present(Inferred.Of(known) with { Nullable = known.Nullable || nullable }, member);
            case InferredKind.Group:
                if (target.Group!.TryGet(member.Name, out var function))
                {
                    return OfBuiltin(function);
                }

                if (member.Target is VariableExpr { Name: "date" } && member.Name is "format" or "default_format")
                {
                    return Inferred.Text;
                }

                Error(member.NameStart, "CE3403", $"unknown function `{Show(member).Trim('`')}`{Suggestion.For(member.Name, target.Group.Names)}");
                return Inferred.Any;
            case InferredKind.Text or InferredKind.List when member.Name != "size":
            case InferredKind.Integer or InferredKind.Number or InferredKind.Boolean:
                Error(member.NameStart, "CE3401", $"{Show(member.Target)} is {target} and has no member {member.Name}{(target.Kind is InferredKind.Text or InferredKind.List ? "; it has size" : string.Empty)}");
                return Inferred.Any;
            case InferredKind.Text or InferredKind.List:
                return Inferred.Integer with { Nullable = nullable };
            case InferredKind.Date:
                return DateMember(member, Dates.Member(default(DateTime), member.Name), ["year", "month", "day", "day_of_year", "day_of_week", "hour", "minute", "second", "millisecond", "date", "time_of_day"]) with { Nullable = nullable };
            case InferredKind.Span:
                return DateMember(member, Dates.Member(default(TimeSpan), member.Name), ["days", "hours", "minutes", "seconds", "milliseconds", "total_days", "total_hours", "total_minutes", "total_seconds", "total_milliseconds"]) with { Nullable = nullable };
            default:
                return Inferred.Any;
        }
    }

    private Inferred DateMember(MemberExpr member, object? sample, string[] names)
    {
        if (sample is null)
        {
            Error(member.NameStart, "CE3401", $"unknown member `{member.Name}` of {Show(member.Target)}{Suggestion.For(member.Name, names)}");
            return Inferred.Any;
        }

        return Inferred.OfValue(sample);
    }

    private Inferred InferIndex(IndexExpr index)
    {
        if (index is { Target: VariableExpr { IsLocal: true, Name: "" }, Index: LiteralExpr { Value: int place } } && _arguments is { } arguments)
        {
            return place >= 0 && place < arguments.Count ? Present(arguments[place], index) : Present(Inferred.Null, index);
        }

        var target = Infer(index.Target);
        var at = Infer(index.Index);
        switch (target.Kind)
        {
            case InferredKind.Object when target.Shape is { } shape && index.Index is LiteralExpr { Value: string name }:
                if (shape.Find(name) is { } member)
                {
                    return Present(Inferred.Of(member), index);
                }

                Error(index.Index.Start, "CE3401", $"unknown member `{name}` of {shape.Name}{Suggestion.For(name, shape)}");
                return Inferred.Any;
            case InferredKind.List:
                if (at.Kind is InferredKind.Boolean or InferredKind.Date or InferredKind.Object or InferredKind.List)
                {
                    Error(index.Index.Start, "CE3406", $"the index of a list is an integer, not {at}");
                }

                return target.Element is null ? Inferred.Any : Present(Inferred.Of(target.Element, true), index);
            case InferredKind.Text:
                return Inferred.Text with { Nullable = true };
            case InferredKind.Integer or InferredKind.Number or InferredKind.Boolean or InferredKind.Date:
                Error(index.Start, "CE3406", $"{Show(index.Target)} is {target} and has no elements");
                return Inferred.Any;
            default:
                return Inferred.Any;
        }
    }

    private Inferred InferAssign(AssignExpr assign)
    {
        var value = Infer(assign.Value);
        if (assign.Op is { } op)
        {
            value = CheckOperator(op, Infer(assign.Target), value, assign.Start, assign.Target, assign.Value);
        }

        if (assign.Target is MemberExpr member && Infer(member.Target) is { Kind: InferredKind.Group } && member.Name != "format")
        {
            Error(member.NameStart, "CE3408", $"{Show(member)} is built in and cannot be set");
        }

        Assign(assign.Target, value);
        if (assign.Target is VariableExpr { IsLocal: false } variable && !value.Nullable && value.Kind != InferredKind.Null)
        {
            _scope.AddPresent([variable.Name]);
        }

        return Inferred.Null;
    }

    private Inferred InferUnary(UnaryExpr unary)
    {
        if (unary.Op == UnaryOp.Alias)
        {
            return Infer(unary.Right, alias: true);
        }

        var value = Infer(unary.Right);
        switch (unary.Op)
        {
            case UnaryOp.Not:
                return Inferred.Boolean;
            case UnaryOp.Negate or UnaryOp.Plus:
                RequireNumber(value, unary.Right, unary.Op == UnaryOp.Negate ? "-" : "+");
                return value.IsNumeric ? value : Inferred.Any;
            default:
                return value;
        }
    }

    private void RequireNumber(Inferred value, Expr node, string sign)
    {
        if (!value.IsNumeric && !value.IsUnknown && value.Kind != InferredKind.Span)
        {
            Error(node.Start, "CE3406", $"{sign} needs a number; {Show(node)} is {value}");
        }
    }

    private Inferred InferBinary(BinaryExpr binary)
    {
        var left = Infer(binary.Left);
        switch (binary.Op)
        {
            case BinaryOp.And:
                Given(Facts(binary.Left, true), binary.Right);
                return Inferred.Boolean;
            case BinaryOp.Or:
                Given(Facts(binary.Left, false), binary.Right);
                return Inferred.Boolean;
            case BinaryOp.Coalesce:
                var right = Infer(binary.Right);
                return Inferred.Join(left with { Nullable = false }, right) with { Nullable = left.Kind == InferredKind.Null ? right.Nullable : right.Nullable && left.Nullable };
            case BinaryOp.NotNullThen:
                return Given(Facts(binary.Left, true), binary.Right) with { Nullable = true };
        }

        return CheckOperator(binary.Op, left, Infer(binary.Right), binary.OperatorStart, binary.Left, binary.Right);
    }

    private Inferred CheckOperator(BinaryOp op, Inferred left, Inferred right, int place, Expr leftNode, Expr rightNode)
    {
        var symbol = Operators.Symbol(op);
        if (op is BinaryOp.Equal or BinaryOp.NotEqual or BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual)
        {
            CheckComparable(op, left, right, place);
            if (op is BinaryOp.Equal or BinaryOp.NotEqual)
            {
                CheckKnownValue(left, leftNode, rightNode, op == BinaryOp.Equal);
                CheckKnownValue(right, rightNode, leftNode, op == BinaryOp.Equal);
            }

            return Inferred.Boolean;
        }

        if (op is BinaryOp.Range or BinaryOp.RangeExclusive)
        {
            foreach (var (value, node) in new[] { (left, leftNode), (right, rightNode) })
            {
                if (value.Kind != InferredKind.Integer && !value.IsUnknown)
                {
                    Error(node.Start, "CE3406", $"a range needs integers; {Show(node)} is {value}");
                }
            }

            return new Inferred(InferredKind.List, Element: ShapeType.Integer);
        }

        var isText = left.Kind == InferredKind.Text || right.Kind == InferredKind.Text;
        var nullable = left.Nullable || right.Nullable;
        if (op == BinaryOp.Add && isText)
        {
            foreach (var (value, node) in new[] { (left, leftNode), (right, rightNode) })
            {
                CheckHole(node, value);
                if (value.Kind is InferredKind.Object or InferredKind.List or InferredKind.Group)
                {
                    Error(node.Start, "CE3406", $"{Show(node)} is {value} and cannot be joined to a text");
                }
            }

            return Inferred.Text;
        }

        if (left.IsUnknown || right.IsUnknown)
        {
            return left.Kind == InferredKind.Null || right.Kind == InferredKind.Null ? Inferred.Null : Inferred.Any with { Nullable = nullable };
        }

        if (isText && op == BinaryOp.Multiply && (left.Kind == InferredKind.Integer || right.Kind == InferredKind.Integer))
        {
            return Inferred.Text;
        }

        if (left.Kind == InferredKind.Boolean || right.Kind == InferredKind.Boolean ? left.IsNumeric || right.IsNumeric : left.IsNumeric && right.IsNumeric)
        {
            var whole = left.Kind == InferredKind.Integer && right.Kind == InferredKind.Integer && op != BinaryOp.Divide;
            return (whole ? Inferred.Integer : Inferred.Number) with { Nullable = nullable };
        }

        switch (left.Kind, right.Kind)
        {
            case (InferredKind.Date, InferredKind.Date) when op == BinaryOp.Subtract:
                return Inferred.Span with { Nullable = nullable };
            case (InferredKind.Date, InferredKind.Span) when op is BinaryOp.Add or BinaryOp.Subtract:
                return Inferred.Date with { Nullable = nullable };
            case (InferredKind.Span, InferredKind.Date) when op == BinaryOp.Add:
                return Inferred.Date with { Nullable = nullable };
            case (InferredKind.Span, InferredKind.Span) when op is BinaryOp.Add or BinaryOp.Subtract:
                return Inferred.Span with { Nullable = nullable };
            case (InferredKind.List, InferredKind.List) when op == BinaryOp.Add:
            case (InferredKind.List, _) when op is BinaryOp.ShiftLeft or BinaryOp.Multiply:
                return left with { Nullable = false };
            case (_, InferredKind.List) when op == BinaryOp.ShiftRight:
                return right with { Nullable = false };
        }

        Error(place, "CE3406", $"{symbol} does not work between {left} and {right}");
        return Inferred.Any;
    }

    private void CheckComparable(BinaryOp op, Inferred left, Inferred right, int place)
    {
        if (left.IsUnknown || right.IsUnknown || left.Kind == right.Kind && left.Kind != InferredKind.Object || left.IsNumeric && right.IsNumeric)
        {
            return;
        }

        var numberWithText = left.Kind == InferredKind.Text && right.IsNumeric || right.Kind == InferredKind.Text && left.IsNumeric;
        if (numberWithText && op is BinaryOp.Equal or BinaryOp.NotEqual || left.Kind == InferredKind.Boolean && right.IsNumeric || right.Kind == InferredKind.Boolean && left.IsNumeric)
        {
            return;
        }

        if (left.Kind == InferredKind.Object && right.Kind == InferredKind.Object && op is BinaryOp.Equal or BinaryOp.NotEqual)
        {
            return;
        }

        var fix = left.Kind == InferredKind.Date && right.Kind == InferredKind.Text || left.Kind == InferredKind.Text && right.Kind == InferredKind.Date ? "; turn the text into a date with date.parse" : string.Empty;
        Error(place, "CE3406", $"{left} and {right} cannot be compared{fix}");
    }

    /// <summary>The path of a chain of plain names (<c>customer.first_name</c>), for facts about nulls.</summary>
    private static string? PathOf(Expr expression) => expression switch
    {
        VariableExpr variable => variable.IsLocal ? "$" + variable.Name : variable.Name,
        MemberExpr member => PathOf(member.Target) is { } target ? $"{target}.{member.Name}" : null,
        IndexExpr { Target: VariableExpr { IsLocal: true, Name: "" }, Index: LiteralExpr { Value: int place } } => string.Create(CultureInfo.InvariantCulture, $"${place}"),
        IndexExpr { Index: LiteralExpr { Value: int place } } index => PathOf(index.Target) is { } target ? string.Create(CultureInfo.InvariantCulture, $"{target}[{place}]") : null,
        CallExpr { Target: MemberExpr { Target: VariableExpr { Name: "array", IsLocal: false }, Name: "first" or "last" } end, Arguments: [var list] } =>
            PathOf(list) is { } target ? $"{target}[{(end.Name == "first" ? "0" : "last")}]" : null,
        NestedExpr nested => PathOf(nested.Inner),
        _ => null,
    };

    /// <summary>The paths that are known not to be null when a condition came out so.</summary>
    private static IEnumerable<string> Facts(Expr condition, bool outcome)
    {
        switch (condition)
        {
            case NestedExpr nested:
                return Facts(nested.Inner, outcome);
            case UnaryExpr { Op: UnaryOp.Not } not:
                return Facts(not.Right, !outcome);
            case VariableExpr or MemberExpr or IndexExpr or CallExpr { Target: MemberExpr { Name: "first" or "last" } } when outcome && PathOf(condition) is { } path:
                return Prefixes(path);
            case BinaryExpr { Op: BinaryOp.And } and:
                return outcome ? Facts(and.Left, true).Concat(Facts(and.Right, true)) : Facts(and.Left, false).Intersect(Facts(and.Right, false));
            case BinaryExpr { Op: BinaryOp.Or } or:
                return outcome ? Facts(or.Left, true).Intersect(Facts(or.Right, true)) : Facts(or.Left, false).Concat(Facts(or.Right, false));
            case BinaryExpr { Op: BinaryOp.Equal or BinaryOp.NotEqual } equality:
                if (SizeFacts(equality, outcome) is { } sized)
                {
                    return sized;
                }

                var isNull = IsNull(equality.Left) || IsNull(equality.Right);
                return isNull == (outcome == (equality.Op == BinaryOp.NotEqual)) ? PathsOf(equality) : [];
            case BinaryExpr { Op: BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual } order when SizeFacts(order, outcome) is { } elements:
                return elements;
            case BinaryExpr { Op: BinaryOp.Less or BinaryOp.LessOrEqual or BinaryOp.Greater or BinaryOp.GreaterOrEqual } order when outcome:
                return PathsOf(order);
            case CallExpr { Target: MemberExpr { Name: "empty" or "whitespace", Target: VariableExpr { Name: "string" } } } call when !outcome && call.Arguments.Count > 0 && PathOf(call.Arguments[0]) is { } text:
                return Prefixes(text);
            case CallExpr { Target: MemberExpr { Name: "contains" or "starts_with" or "ends_with" or "equals_ignore_case" } } call when outcome && call.Arguments.Count > 0 && PathOf(call.Arguments[0]) is { } text:
                return Prefixes(text);
            default:
                return [];
        }
    }

    /// <summary><c>orders.size &gt; 1</c>: the elements that are there then.</summary>
    private static IEnumerable<string>? SizeFacts(BinaryExpr comparison, bool outcome)
    {
        var (left, op, right) = (comparison.Left, comparison.Op, comparison.Right);
        if (left is LiteralExpr)
        {
            (left, op, right) = (right, op switch
            {
                BinaryOp.Less => BinaryOp.Greater,
                BinaryOp.LessOrEqual => BinaryOp.GreaterOrEqual,
                BinaryOp.Greater => BinaryOp.Less,
                BinaryOp.GreaterOrEqual => BinaryOp.LessOrEqual,
                _ => op,
            }, left);
        }

        var list = left switch
        {
            MemberExpr { Name: "size" } member => PathOf(member.Target),
            CallExpr { Target: MemberExpr { Name: "size", Target: VariableExpr { Name: "array" } }, Arguments: [var argument] } => PathOf(argument),
            _ => null,
        };
        if (list is null || right is not LiteralExpr { Value: int number })
        {
            return null;
        }

        int? least = (op, outcome) switch
        {
            (BinaryOp.Greater, true) or (BinaryOp.LessOrEqual, false) => number + 1,
            (BinaryOp.GreaterOrEqual, true) or (BinaryOp.Less, false) or (BinaryOp.Equal, true) => number,
            (BinaryOp.NotEqual, true) or (BinaryOp.Equal, false) when number == 0 => 1,
            _ => null,
        };
        return least is null or <= 0 ? [] :
            [.. Prefixes(list), $"{list}[last]", .. Enumerable.Range(0, Math.Min(least.Value, 20)).Select(i => string.Create(CultureInfo.InvariantCulture, $"{list}[{i}]"))];
    }

    private static bool IsNull(Expr expression) => expression is LiteralExpr { Value: null };

    private static IEnumerable<string> PathsOf(BinaryExpr comparison) =>
        new[] { comparison.Left, comparison.Right }.Where(side => side is not LiteralExpr).Select(PathOf).OfType<string>().SelectMany(Prefixes);

    private static IEnumerable<string> Prefixes(string path)
    {
        yield return path;
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            yield return path[..dot];
        }
    }
}
