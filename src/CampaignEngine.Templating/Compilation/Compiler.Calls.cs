using System.Globalization;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

internal sealed partial class Compiler
{
    private ValueNode Call(CallExpr call)
    {
        var function = FunctionOf(call.Target);
        if (call.Arguments.Exists(a => a is UnaryExpr { Op: UnaryOp.Expand or UnaryOp.Alias } or FunctionExpr))
        {
            throw Not("expanded or function arguments");
        }

        var arguments = call.Arguments.Exists(a => a is NamedArgument) ? Positioned(function, call.Arguments) : call.Arguments;
        if (function is Builtin builtin && Typed(builtin, arguments) is { } typed)
        {
            return typed;
        }

        if (function is HostFunction { Utf8: not null } host && Utf8(host, arguments) is { } written)
        {
            return written;
        }

        return Boxed(function, call, [.. arguments.Select(Value)]);
    }

    /// <summary>Arguments by the places of their parameters; what lies between them and is not given has its default.</summary>
    private static List<Expr> Positioned(Function function, List<Expr> arguments)
    {
        if (function.Rest != RestKind.None)
        {
            throw Not("named arguments of a function that takes any number");
        }

        var places = new Expr?[function.Parameters.Count];
        var next = 0;
        foreach (var argument in arguments)
        {
            var (at, value) = argument is NamedArgument named ? (function.IndexOf(named.Name), named.Value) : (next++, argument);
            if (at < 0 || at >= places.Length || places[at] is not null || value is null)
            {
                throw Not("arguments that do not fit");
            }

            places[at] = value;
        }

        var last = Array.FindLastIndex(places, p => p is not null);
        for (var i = 0; i <= last; i++)
        {
            places[i] ??= function.Parameters[i].HasDefault ? new LiteralExpr(function.Parameters[i].Default) : throw Not("arguments that do not fit");
        }

        return [.. places[..(last + 1)].Select(p => p!)];
    }

    /// <summary>A call by the function's UTF-8 form; null where a value would have to be turned into another kind first.</summary>
    private HostText? Utf8(HostFunction function, List<Expr> arguments)
    {
        if (function.Rest != RestKind.None || arguments.Count < function.Required || arguments.Count > function.Parameters.Count || function.Returns != typeof(string))
        {
            return null;
        }

        var values = new ValueNode[function.Parameters.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = function.Parameters[i];
            var value = i < arguments.Count ? arguments[i] : new LiteralExpr(parameter.Default);
            if (value is LiteralExpr { Value: not (null or string or bool or int or long or decimal or double) })
            {
                return null;
            }

            values[i] = Value(value);
            if (!HostText.Fits(values[i], parameter))
            {
                return null;
            }
        }

        CallsFunctions = true;
        return new HostText(function.Utf8!, values);
    }

    private Function FunctionOf(Expr target)
    {
        switch (target)
        {
            case MemberExpr { Target: VariableExpr { IsLocal: false } group } member
                when !IsTaken(group.Name) && Builtins.Table.Get(group.Name) is ScriptMap functions && functions.Get(member.Name) is Function function:
                return function;
            case VariableExpr { IsLocal: false } name when !IsTaken(name.Name):
                return Builtins.Table.Get(name.Name) as Function ?? environment.Functions.GetValueOrDefault(name.Name) ?? throw Not($"the function {name.Name}");
            default:
                throw Not("a call of something else");
        }
    }

    private bool IsTaken(string name) =>
        _assigned.Contains(name) || shape.Find(name) is not null || _loops.Any(l => !l.Variable.IsLocal && l.Variable.Name == name);

    private ValueNode? Typed(Builtin function, List<Expr> arguments)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        if (function.Name == "array.size" && Value(arguments[0]) is ListNode list && arguments.Count == 1)
        {
            return new ListSize(list);
        }

        if (function.Name == "array.join")
        {
            return Join(arguments);
        }

        if (function.Name == "array.contains" && Unnested(arguments[0]) is ArrayExpr { Items.Count: > 0 } literal && arguments.Count == 2)
        {
            return literal.Items.ConvertAll(item => Same(Value(item), Value(arguments[1]))).Aggregate((a, b) => new Junction(false, a, b));
        }

        var values = arguments.ConvertAll(Value);
        switch (function.Name, values)
        {
            case ("array.first", [ListNode from]):
                return Element(from, new NumberConstant(Num.Of(0)));
            case ("array.last", [ListNode from]):
                return Element(from, new NumberConstant(Num.Of(-1)));
            case ("array.contains", [ListNode { Element.Shape: null } from, TextConstant or NumberConstant or TextSlot { IsHtml: false } or NumberSlot]):
                var depth = _loops.Count + 1;
                _depths = Math.Max(_depths, depth);
                return new ListContains(from, depth, Same(SlotNode(depth, RowList.ElementShape(from.Element), 0, []), values[1]));
            case ("string.upcase" or "string.downcase" or "string.strip" or "string.lstrip" or "string.rstrip" or "string.capitalize", [TextNode { IsHtml: false } text]):
                return new TextChange(function.Name["string.".Length..], text);
            case ("string.append", [TextNode { IsHtml: false } text, TextNode { IsHtml: false } with]):
                return new Concatenation([text, with]);
            case ("string.prepend", [TextNode { IsHtml: false } text, TextNode { IsHtml: false } by]):
                return new Concatenation([by, text]);
            case ("string.truncate", [TextNode { IsHtml: false } text, NumberNode length]):
                return new TextTruncation(text, length, new TextConstant("..."));
            case ("string.truncate", [TextNode { IsHtml: false } text, NumberNode length, TextConstant ellipsis]):
                return new TextTruncation(text, length, ellipsis);
            case ("string.contains" or "string.starts_with" or "string.ends_with", [TextNode { IsHtml: false } text, TextNode { IsHtml: false } value]):
                return new TextTest(function.Name["string.".Length..], text, value);
            case ("string.empty", [TextNode { IsHtml: false } text]):
                return new TextIsEmpty(text);
            case ("string.size", [TextNode { IsHtml: false } text]):
                return new TextSize(text, nullIsFault: false);
            case ("string.pluralize", [NumberNode number, TextNode { IsHtml: false } singular, TextNode { IsHtml: false } plural]):
                return new Plural(number, singular, plural);
            case ("object.default", [TextNode or NumberNode or BooleanNode or DateNode, _]):
                return SameKind(new NotBlankChoice(values[0]), values[0], values[1]);
            case ("math.plus", [NumberNode a, NumberNode b]):
                return new NumberOperation(BinaryOp.Add, a, b);
            case ("math.minus", [NumberNode a, NumberNode b]):
                return new NumberOperation(BinaryOp.Subtract, a, b);
            case ("math.times", [NumberNode a, NumberNode b]):
                return new NumberOperation(BinaryOp.Multiply, a, b);
            case ("math.round", [NumberNode a]):
                return new Rounding("round", a, 0);
            case ("math.round", [NumberNode a, NumberConstant { Value: { Kind: NumKind.Integer, Integer: >= 0 and <= 15 } digits }]):
                return new Rounding("round", a, (int)digits.Integer);
            case ("math.floor" or "math.ceil", [NumberNode a]):
                return new Rounding(function.Name["math.".Length..], a, 0);
            case ("math.format" or "object.format", [NumberNode a, TextConstant format, ..]) when format.Text.Length <= 12 && Culture(values, 2, out var culture):
                return new NumberText(a, format.Text, culture, nullIsEmpty: true);
            case ("date.to_string", [DateNode date, TextConstant format, ..]) when format.Text.Length <= 200 && format.Text != "%g" && Culture(values, 2, out var culture):
                return new DateText(date, format.Text, culture);
            case ("date.add_days" or "date.add_hours" or "date.add_minutes" or "date.add_months" or "date.add_years", [DateNode date, NumberNode count]):
                return new DateShift(function.Name["date.add_".Length..], date, count);
            default:
                return null;
        }
    }

    /// <summary>Equality of two values of one kind; of two kinds it would be the language's to decide.</summary>
    private static ValueNode Same(ValueNode a, ValueNode b) => (a, b) is (TextNode { IsHtml: false }, TextNode { IsHtml: false }) or (NumberNode, NumberNode)
        ? Operate(BinaryOp.Equal, a, b)
        : throw Not("array.contains over several kinds");

    /// <summary>A list of the data, or one member of its rows, joined by a text.</summary>
    private JoinedText? Join(List<Expr> arguments)
    {
        if (arguments is not [var listed, var separator] || Value(separator) is not TextConstant between)
        {
            return null;
        }

        string? mapped = null;
        if (Unnested(listed) is CallExpr { Arguments: [var from, LiteralExpr { Value: string member }] } map && FunctionOf(map.Target) is Builtin { Name: "array.map" })
        {
            (listed, mapped) = (from, member);
        }

        if (Value(listed) is not ListNode list || (list.Element.Shape is null) != (mapped is null))
        {
            return null;
        }

        var shape = RowList.ElementShape(list.Element);
        if (mapped is not null && shape.Find(mapped) is null)
        {
            return null;
        }

        var depth = _loops.Count + 1;
        _depths = Math.Max(_depths, depth);
        return new JoinedText(list, depth, AsText(SlotNode(depth, shape, mapped is null ? 0 : shape.Slot(mapped), [])), between);
    }

    private static bool Culture(List<ValueNode> values, int index, out CultureInfo? culture)
    {
        culture = null;
        if (values.Count <= index)
        {
            return true;
        }

        if (values.Count > index + 1 || values[index] is not TextConstant { Text: { Length: > 0 } name })
        {
            return false;
        }

        culture = CultureName.Find(name);
        return culture is not null;
    }

    /// <summary>Any other function: called with boxes, its result taken by the kind that its signature promises.</summary>
    private ValueNode Boxed(Function function, Expr caller, ValueNode[] arguments)
    {
        if (Array.Exists(arguments, a => a is ListNode or ObjectNode or RowNode || a is TextNode { IsHtml: true }))
        {
            throw Not("a function over objects, lists or HTML");
        }

        CallsFunctions = true;
        var call = new BoxedCall(function, caller, arguments);
        if (function is HostFunction host)
        {
            var type = Nullable.GetUnderlyingType(host.Returns) ?? host.Returns;
            return type == typeof(string) ? new BoxedText(call)
                : type == typeof(bool) ? new BoxedBoolean(call)
                : type == typeof(int) || type == typeof(long) || type == typeof(decimal) || type == typeof(double) ? new BoxedNumber(call)
                : type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) ? new BoxedDate(call)
                : throw Not($"the result of {function.Name}");
        }

        var html = _html && function.Name is "html.escape" or "html.newline_to_br";
        return ((Builtin)function).Returns switch
        {
            ArgumentKind.Text => new BoxedText(call) { IsHtml = html },
            ArgumentKind.Integer or ArgumentKind.Long or ArgumentKind.Number or ArgumentKind.Double => new BoxedNumber(call),
            ArgumentKind.Boolean => new BoxedBoolean(call),
            ArgumentKind.Date => new BoxedDate(call),
            _ => throw Not($"the result of {function.Name}"),
        };
    }
}
