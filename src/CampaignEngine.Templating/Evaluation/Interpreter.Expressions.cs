using System.Text;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

internal sealed partial class Interpreter
{
    /// <param name="alias">Give a function itself instead of calling it.</param>
    public object? Eval(Expr expression, bool alias = false)
    {
        switch (expression)
        {
            case LiteralExpr literal:
                return literal.Value;
            case VariableExpr or MemberExpr or IndexExpr:
                var value = Get(expression);
                return value is Function function && !alias ? Call(function, expression, [], null) : value;
            case CallExpr call:
                return Call(call, null);
            case BinaryExpr binary:
                return EvalBinary(binary);
            case NestedExpr nested:
                var inner = Eval(nested.Inner, alias);
                return inner is Function called && !alias ? Call(called, expression, [], null) : inner;
            case UnaryExpr unary:
                return EvalUnary(unary);
            case ConditionalExpr conditional:
                return Eval(Truthy(Eval(conditional.Condition)) ? conditional.Then : conditional.Else);
            case InterpolatedExpr interpolated:
                return EvalInterpolated(interpolated);
            case ArrayExpr array:
                return EvalArray(array);
            case ObjectExpr obj:
                return EvalObject(obj);
            case ThisExpr:
                return _globals.Peek().Store;
            case IsEmptyExpr empty:
                return IsEmpty(Eval(empty.Target));
            case StepExpr step:
                return EvalStep(step);
            case AssignExpr assign:
                EvalAssign(assign);
                return null;
            case NamedArgument named:
                return named.Value is null ? null : Eval(named.Value);
            case FunctionExpr declared:
                return new TemplateFunction(declared.Function);
            case PipeExpr pipe:
                return EvalPipe(pipe);
            default:
                throw new InvalidOperationException(expression.GetType().Name);
        }
    }

    /// <summary>The value at a path, without calling it when it is a function.</summary>
    private object? Get(Expr path)
    {
        switch (path)
        {
            case VariableExpr variable:
                return Lookup(variable);
            case MemberExpr member:
                return Member(Eval(member.Target), member);
            default:
                return Element((IndexExpr)path);
        }
    }

    private object? Member(object? target, MemberExpr member)
    {
        if (target is null)
        {
            return member.Optional ? null : throw Fault(member.NameStart, $"{Show(member.Target)} is null and has no member {member.Name}; use ?. or ?? when it may be missing");
        }

        return GetMember(target, member.Name);
    }

    public object? GetMember(object target, string name)
    {
        switch (target)
        {
            case ScriptMap map:
                if (!map.TryGet(name, out var value))
                {
                    return name == "size" && map is EmptyValue ? 0 : null;
                }

                var normal = Normal(value);
                if (!ReferenceEquals(normal, value) && normal is ScriptMap or ScriptList && map is not LoopState)
                {
                    map.Force(name, normal);
                }

                return normal;
            case ScriptList list:
                return name == "size" ? Integers.Fit(list.Count) : Normal(list.Members?.Get(name));
            case RangeValue range:
                return name == "size" ? Integers.Fit(range.Count) : null;
            case string text:
                return name == "size" ? Integers.Fit(text.Length) : null;
            case HtmlText html:
                return name == "size" ? Integers.Fit(html.Html.Length) : null;
            case DateTime date:
                return Dates.Member(date, name);
            case TimeSpan span:
                return Dates.Member(span, name);
            default:
                return null;
        }
    }

    private object? Element(IndexExpr path)
    {
        var target = Eval(path.Target);
        if (target is null)
        {
            return IsOptional(path.Target) ? null : throw Fault(path.Target, $"{Show(path.Target)} is null and has no elements; use ?? when it may be missing");
        }

        var index = Eval(path.Index);
        if (index is null)
        {
            throw Fault(path.Index, $"the index of {Show(path.Target)} is null");
        }

        switch (target)
        {
            case ScriptMap:
                return GetMember(target, ToText(index, path.Index) ?? string.Empty);
            case ScriptList when index is string name:
                return GetMember(target, name);
            case ScriptList list:
                var at = ToInt(index, path.Index);
                var element = list[at < 0 ? list.Count + at : at];
                var normal = Normal(element);
                if (!ReferenceEquals(normal, element) && normal is ScriptMap or ScriptList)
                {
                    list.SetItem(at < 0 ? list.Count + at : at, normal);
                }

                return normal;
            case RangeValue range:
                var position = ToInt(index, path.Index);
                return range[position < 0 ? range.Count + position : position];
            case string text:
                var offset = ToInt(index, path.Index);
                offset = offset < 0 ? text.Length + offset : offset;
                return offset < 0 ? null
                    : offset < text.Length ? text[offset].ToString()
                    : throw Fault(path.Target, $"{Show(path.Target)} has {text.Length} characters and none at {offset}; ask for its size first");
            case DateTime or TimeSpan:
                return index is string part ? GetMember(target, part) : null;
            default:
                throw Fault(index is string ? path.Index : path.Target, $"a {TypeName(target)} has no elements");
        }
    }

    private static bool IsOptional(Expr target) => target switch
    {
        MemberExpr member => member.Optional,
        IndexExpr index => IsOptional(index.Target),
        NestedExpr nested => IsOptional(nested.Inner),
        _ => false,
    };

    private object? EvalBinary(BinaryExpr binary)
    {
        var left = Eval(binary.Left);
        switch (binary.Op)
        {
            case BinaryOp.And:
                return Truthy(left) && Truthy(Eval(binary.Right));
            case BinaryOp.Or:
                return Truthy(left) || Truthy(Eval(binary.Right));
            case BinaryOp.Coalesce:
                return left ?? Eval(binary.Right);
            case BinaryOp.NotNullThen:
                return left is null ? null : Eval(binary.Right);
        }

        return Operators.Binary(this, binary.Op, left, Eval(binary.Right), binary.OperatorStart, binary.Left, binary.Right);
    }

    private object? EvalUnary(UnaryExpr unary)
    {
        switch (unary.Op)
        {
            case UnaryOp.Alias:
                return Eval(unary.Right, alias: true);
            case UnaryOp.Expand:
                return Eval(unary.Right);
            case UnaryOp.Not:
                return !Truthy(Eval(unary.Right));
            default:
                return Operators.Sign(this, Eval(unary.Right), unary.Op == UnaryOp.Negate, unary.Right);
        }
    }

    private object? EvalStep(StepExpr step)
    {
        var current = Eval(step.Target) ?? throw Fault(step.Target, $"{Show(step.Target)} is null and cannot be counted up or down; set it first");
        var value = Operators.Sign(this, current, false, step.Target);

        var stepped = Operators.Binary(this, BinaryOp.Add, value, step.Step, step.Target.Start, step.Target, step.Target);
        AssignTo(step.Target, stepped);
        return step.Post ? value : stepped;
    }

    private void EvalAssign(AssignExpr assign)
    {
        if (assign.Op is not { } op)
        {
            AssignTo(assign.Target, Eval(assign.Value));
            return;
        }

        var right = Eval(assign.Value);
        var left = Eval(assign.Target);
        AssignTo(assign.Target, Operators.Binary(this, op, left, right, assign.Start, assign, assign));
    }

    private void AssignTo(Expr target, object? value)
    {
        switch (target)
        {
            case VariableExpr variable:
                Assign(variable, value);
                return;
            case MemberExpr member:
                AssignMember(Eval(member.Target), member.Name, value, member.NameStart, target);
                return;
            case IndexExpr index:
                AssignElement(index, value);
                return;
            case NestedExpr nested:
                AssignTo(nested.Inner, value);
                return;
            default:
                throw Fault(target, "only a variable, a member or an element can be assigned");
        }
    }

    private void AssignMember(object? owner, string name, object? value, int place, Expr target)
    {
        var done = owner switch
        {
            null => throw Fault(place, $"{Show(target)} cannot be set: its object is null"),
            ScriptMap map => map.Set(name, value),
            ScriptList list when name != "size" => SetListMember(list, name, value),
            _ => throw Fault(place, $"a {TypeName(owner)} has no member that can be set"),
        };
        if (!done)
        {
            throw Fault(place, $"the member {name} is read-only");
        }
    }

    private static bool SetListMember(ScriptList list, string name, object? value)
    {
        list.SetMember(name, value);
        return true;
    }

    private void AssignElement(IndexExpr path, object? value)
    {
        var target = Eval(path.Target) ?? throw Fault(path.Target, $"{Show(path.Target)} is null and has no elements");
        var index = Eval(path.Index) ?? throw Fault(path.Index, $"the index of {Show(path.Target)} is null");
        if (target is ScriptList list && index is not string)
        {
            var at = ToInt(index, path.Index);
            at = at < 0 ? list.Count + at : at;
            if (at >= _limits.RangeSize)
            {
                throw Fault(path.Index, $"a list cannot hold more than {_limits.RangeSize:N0} elements", Faults.ListLength);
            }

            if (at >= 0)
            {
                list.SetItem(at, value);
            }

            return;
        }

        if (target is not (ScriptMap or ScriptList))
        {
            throw Fault(target is DateTime or TimeSpan or string ? path.Index : path.Target, $"an element of a {TypeName(target)} cannot be set");
        }

        AssignMember(target, ToText(index, path.Index) ?? string.Empty, value, path.Index.Start, path);
    }

    private string EvalInterpolated(InterpolatedExpr interpolated)
    {
        var text = new StringBuilder();
        foreach (var part in interpolated.Parts)
        {
            text.Append(ToInterpolated(Eval(part), part));
            CheckText(text.Length, part);
        }

        return text.ToString();
    }

    private ScriptList EvalArray(ArrayExpr array)
    {
        var list = new ScriptList(array.Items.Count);
        foreach (var item in array.Items)
        {
            Step(item);
            list.Add(Eval(item));
        }

        return list;
    }

    private ScriptMap EvalObject(ObjectExpr obj)
    {
        var map = new ScriptMap();
        _globals.Push(new Scope(map));
        try
        {
            foreach (var (name, value) in obj.Members)
            {
                Step(value);
                map.Set(name, Eval(value));
            }
        }
        finally
        {
            _globals.Pop();
        }

        return map;
    }

    private object? EvalPipe(PipeExpr pipe)
    {
        var to = Eval(pipe.To, alias: true);
        if (to is Function function)
        {
            return Call(function, pipe.To, [pipe.From], null);
        }

        if (to is ScriptList && pipe.To is ArrayExpr)
        {
            return Operators.Union(this, Eval(pipe.From), to, pipe);
        }

        throw Fault(pipe.To, $"the right side of the pipe, {Show(pipe.To)}, is not a function");
    }

    /// <summary>An expression as it stands in the source, for messages.</summary>
    public string Show(Node node)
    {
        var length = Math.Clamp(node.End - node.Start, 0, 60);
        return node.Start + length <= Source.Text.Length ? $"`{Source.Text.AsSpan(node.Start, length)}`" : "the expression";
    }
}
