using System.Text;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Html;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

/// <summary>
/// Turns a template and the shape of its data into typed nodes. What has no typed form makes the whole template run on the
/// interpreter instead: <see cref="NotCompilable"/> says what it was.
/// </summary>
internal sealed partial class Compiler(Shape shape, TemplateEnvironment environment)
{
    private readonly Dictionary<string, int> _variableSlots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueNode> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assigned = new(StringComparer.Ordinal);
    private readonly Stack<LoopName> _loops = new();
    private SourceText _source = new(string.Empty, null);
    private string _localPrefix = "$";
    private TemplateOptions _options = TemplateOptions.Plain;
    private bool _html;
    private int _depths;
    private int _nesting;

    public int Depths => _depths + 1;

    /// <summary>Some call goes through the boxed form.</summary>
    public bool CallsFunctions { get; private set; }

    public int VariableCount => _variableSlots.Count;

    private readonly Stack<WithScope> _withs = new();

    /// <param name="Loops">How many loops run around the <c>with</c>.</param>
    private sealed record WithScope(ValueNode Target, int Loops);

    private sealed record LoopName(VariableExpr Variable, ValueNode Element, int Depth, bool IsRange, string Locals);

    public Emit Compile(Template template)
    {
        _options = template.Options;
        _html = _options.Html;
        CollectAssigned(template.Body, template.Source);
        return CompileTemplate(template);
    }

    private Emit CompileTemplate(Template template)
    {
        var outer = _source;
        _source = template.Source;
        var body = Compile(template.Body, string.Empty);
        _source = outer;
        return body;
    }

    private static NotCompilable Not(string reason) => new(reason);

    private void CollectAssigned(Block block, SourceText source)
    {
        _ = source;
        foreach (var statement in block.Statements)
        {
            switch (statement)
            {
                case ExpressionStatement { Expression: AssignExpr { Target: VariableExpr variable } }:
                    _assigned.Add(variable.IsLocal ? $"${variable.Name}" : variable.Name);
                    break;
                case CaptureStatement { Target: VariableExpr variable } capture:
                    _assigned.Add(variable.IsLocal ? $"${variable.Name}" : variable.Name);
                    CollectAssigned(capture.Body, source);
                    break;
                case IfStatement s:
                    CollectAssigned(s.Then, source);
                    CollectAssigned(s.Else ?? new Block([]), source);
                    break;
                case CaseStatement s:
                    s.Whens.ForEach(w => CollectAssigned(w.Body, source));
                    CollectAssigned(s.Else ?? new Block([]), source);
                    break;
                case WithStatement s:
                    CollectAssigned(s.Body, source);
                    break;
                case ForStatement s:
                    CollectAssigned(s.Body, source);
                    CollectAssigned(s.Else ?? new Block([]), source);
                    break;
            }
        }

        // A name of the data or of the engine that a template sets anew changes what it means from there on.
        foreach (var name in _assigned)
        {
            if (shape.Find(name) is not null || Builtins.Table.Contains(name) || environment.Functions.ContainsKey(name) || environment.Variables.ContainsKey(name))
            {
                throw Not($"sets {name}");
            }
        }
    }

    private SequenceEmit Compile(Block block, string outerIndent)
    {
        var indent = outerIndent;
        var parts = new List<Emit>();
        foreach (var statement in block.Statements)
        {
            switch (statement)
            {
                case RawStatement raw:
                    AddText(parts, _source.Text[raw.Start..raw.End], indent);
                    break;
                case EnterStatement enter:
                    indent = enter.Indent;
                    break;
                case ExitStatement:
                    indent = outerIndent;
                    break;
                default:
                    parts.Add(Compile(statement, indent));
                    break;
            }
        }

        return new SequenceEmit([.. parts]);
    }

    /// <summary>A block that may run not at all, or again.</summary>
    private SequenceEmit Nested(Block block, string indent)
    {
        _nesting++;
        var body = Compile(block, indent);
        _nesting--;
        return body;
    }

    private static void AddText(List<Emit> parts, string text, string indent)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (indent.Length > 0)
        {
            parts.Add(new IndentedEmit(bytes, Encoding.UTF8.GetBytes(indent)));
        }
        else if (parts.Count > 0 && parts[^1] is StaticEmit before)
        {
            parts[^1] = new StaticEmit([.. before.Text, .. bytes]);
        }
        else
        {
            parts.Add(new StaticEmit(bytes));
        }
    }

    private Emit Compile(Statement statement, string indent)
    {
        switch (statement)
        {
            case ExpressionStatement { Expression: AssignExpr assign }:
                return CompileAssign(assign);
            case ExpressionStatement s when IncludeOf(s.Expression) is { } include:
                return CompileInclude(include, s, indent);
            case ExpressionStatement s:
                return CompilePrint(s, indent);
            case IfStatement s:
                return new IfEmit(Value(s.Condition), Nested(s.Then, indent), s.Else is null ? null : Nested(s.Else, indent));
            case CaseStatement s:
                return CompileCase(s, s.LeavesIndent ? string.Empty : indent);
            case ForStatement { TableRow: false } s:
                return CompileFor(s, indent);
            case CaptureStatement { Target: VariableExpr variable } s:
                return CompileCapture(variable, s.Body, indent);
            case WithStatement s:
                return CompileWith(s, indent);
            case BreakStatement when _loops.Count > 0:
                return new SignalEmit(Signal.Break);
            case ContinueStatement when _loops.Count > 0:
                return new SignalEmit(Signal.Continue);
            case ReturnStatement { Value: null }:
                return new SignalEmit(Signal.Return);
            default:
                throw Not(statement.GetType().Name);
        }
    }

    /// <summary>A case as a chain of ifs over a value that costs nothing to read again.</summary>
    private Emit CompileCase(CaseStatement statement, string indent)
    {
        var value = Value(statement.Value);
        if (value is not (TextSlot or NumberSlot or BooleanSlot or TextVariable or NumberVariable or BooleanVariable or TextConstant or NumberConstant or LoopNumber))
        {
            throw Not("a case over something computed");
        }

        Emit otherwise = statement.Else is null ? new SequenceEmit([]) : Nested(statement.Else, indent);
        foreach (var when in Enumerable.Reverse(statement.Whens))
        {
            var matches = when.Values.Select(v => Operate(BinaryOp.Equal, value, Value(v))).Aggregate((a, b) => new Junction(false, a, b));
            otherwise = new IfEmit(matches, Nested(when.Body, indent), otherwise);
        }

        return otherwise;
    }

    private PrintEmit CompilePrint(ExpressionStatement statement, string indent)
    {
        if (statement.Context == HtmlContext.Plain && _html && statement.Expression is CallExpr { Target: VariableExpr { Name: "raw", IsLocal: false }, Arguments: [var inner] })
        {
            return new PrintEmit(Printed(inner), HtmlContext.Plain, Encoding.UTF8.GetBytes(indent));
        }

        var text = Printed(statement.Expression);
        if (text.IsHtml && statement.Context is not (HtmlContext.Plain or HtmlContext.Text))
        {
            throw Not("HTML inside a tag");
        }

        return new PrintEmit(text, statement.Context, Encoding.UTF8.GetBytes(indent));
    }

    /// <summary>The text that printing an expression gives; the two sides of a choice may be of different kinds here.</summary>
    private TextNode Printed(Expr expression)
    {
        switch (expression)
        {
            case NestedExpr nested:
                return Printed(nested.Inner);
            case BinaryExpr { Op: BinaryOp.Coalesce } coalesce:
                var left = Value(coalesce.Left);
                if (left is NullNode)
                {
                    return Printed(coalesce.Right);
                }

                return Choose(new NotNullChoice(left), AsText(left), Printed(coalesce.Right));
            case ConditionalExpr conditional:
                return Choose(new ConditionChoice(Value(conditional.Condition), null!), Printed(conditional.Then), Printed(conditional.Else));
            default:
                return AsText(Value(expression));
        }
    }

    private static TextChoice Choose(Choice choice, TextNode first, TextNode second) =>
        first.IsHtml == second.IsHtml ? new TextChoice(choice, first, second) { IsHtml = first.IsHtml } : throw Not("HTML or text");

    private Emit CompileFor(ForStatement loop, string indent)
    {
        if (loop.Variable is not VariableExpr variable)
        {
            throw Not("a loop over a member");
        }

        NumberNode? offset = null, limit = null;
        var reversed = false;
        foreach (var option in loop.Options)
        {
            switch (option.Name)
            {
                case "offset" when option.Value is not null:
                    offset = Number(option.Value);
                    break;
                case "limit" when option.Value is not null:
                    limit = Number(option.Value);
                    break;
                case "reversed":
                    reversed = true;
                    break;
                default:
                    throw Not(option.Name);
            }
        }

        var depth = _loops.Count + 1;
        _depths = Math.Max(_depths, depth);
        if (Unnested(loop.Iterator) is BinaryExpr { Op: BinaryOp.Range or BinaryOp.RangeExclusive } range && loop.Options.Count == 0)
        {
            var (first, last) = (Number(range.Left), Number(range.Right));
            _loops.Push(new LoopName(variable, new LoopNumber(depth, LoopMember.Element), depth, true, _localPrefix));
            var body = Nested(loop.Body, indent);
            _loops.Pop();
            return new RangeEmit(first, last, range.Op == BinaryOp.RangeExclusive, depth, body, loop.Else is null ? null : Nested(loop.Else, indent));
        }

        if (Unnested(loop.Iterator) is ArrayExpr { Items.Count: > 0 } literal && loop.Options.Count == 0)
        {
            return CompileLiteralFor(loop, variable, literal, depth, indent);
        }

        if (Value(loop.Iterator) is not ListNode list)
        {
            throw Not("a loop over something that is no list of the data");
        }

        if (reversed && offset is not null)
        {
            throw Not("a reversed loop with an offset");
        }

        var elementShape = RowList.ElementShape(list.Element);
        var scalar = list.Element.Shape is null;
        ValueNode element = scalar ? SlotNode(depth, elementShape, 0, []) : new RowNode(depth, elementShape);
        _loops.Push(new LoopName(variable, element, depth, false, _localPrefix));
        var rounds = Nested(loop.Body, indent);
        _loops.Pop();
        return new LoopEmit(list, depth, offset, limit, reversed, scalar, rounds, loop.Else is null ? null : Nested(loop.Else, indent));
    }

    /// <summary>A loop over values written in the template: its variable is a slot of its own, set before each round.</summary>
    private LiteralLoopEmit CompileLiteralFor(ForStatement loop, VariableExpr variable, ArrayExpr list, int depth, string indent)
    {
        var items = list.Items.ConvertAll(Value);
        if (!items.TrueForAll(i => i is TextConstant or NumberConstant or TextSlot or NumberSlot))
        {
            // The language makes the whole list before the first round; anything a round could change may not be read later.
            throw Not("a list of computed values");
        }

        var slot = _variableSlots[$"for {_variableSlots.Count}"] = _variableSlots.Count;
        ValueNode element = items[0] switch
        {
            TextNode when items.TrueForAll(i => i is TextNode { IsHtml: false }) => new TextVariable(slot),
            NumberNode when items.TrueForAll(i => i is NumberNode) => new NumberVariable(slot),
            _ => throw Not("a list of two kinds"),
        };
        _loops.Push(new LoopName(variable, element, depth, true, _localPrefix));
        var body = Nested(loop.Body, indent);
        _loops.Pop();
        return new LiteralLoopEmit([.. items.Select(i => new AssignEmit(slot, i))], depth, body);
    }

    private WithEmit CompileWith(WithStatement statement, string indent)
    {
        var target = Value(statement.Target);
        if (target is not (ObjectNode or RowNode))
        {
            throw Not("with something else than an object of the data");
        }

        var locals = _localPrefix;
        _localPrefix = NewPage();
        _withs.Push(new WithScope(target, _loops.Count));
        var body = Compile(statement.Body, indent);
        _withs.Pop();
        var slots = LocalSlots();
        _localPrefix = locals;
        return new WithEmit(target, body, slots);
    }

    private static Expr Unnested(Expr expression) => expression is NestedExpr nested ? Unnested(nested.Inner) : expression;

    private Emit CompileAssign(AssignExpr assign)
    {
        if (assign.Target is not VariableExpr variable)
        {
            throw Not("sets a member");
        }

        RefuseWith(variable);

        var value = assign.Op is { } op
            ? Operate(op, Value(assign.Target), Value(assign.Value))
            : Value(assign.Value);
        if (value is not (ListNode or ObjectNode or RowNode))
        {
            return new AssignEmit(Declare(variable, value), value);
        }

        // A name for a part of the data, where it is sure that nothing else can happen to it.
        var name = NameOf(variable);
        var isSure = _nesting == 0 && (variable.IsLocal ? variable.Name is not ("" or "$") : _including.Count == 0);
        if (!isSure || !IsFixed(value) || (_variables.TryGetValue(name, out var known) && !IsFixed(known)))
        {
            throw Not("a variable that is no scalar");
        }

        _variables[name] = value;
        return new TouchEmit(value);
    }

    /// <summary>An object, row or list that stays the same while a message is rendered.</summary>
    private static bool IsFixed(ValueNode value) => value is ListNode { Path.HasFixedRow: true } or ObjectNode { Path.HasFixedRow: true } or RowNode { HasFixedRow: true };

    private CaptureEmit CompileCapture(VariableExpr variable, Block body, string indent)
    {
        RefuseWith(variable);
        var emit = Compile(body, indent);
        return new CaptureEmit(Declare(variable, new TextVariable(0) { IsHtml = _html }), emit);
    }

    /// <summary>Inside a <c>with</c> a name is set on its object.</summary>
    private void RefuseWith(VariableExpr variable)
    {
        if (_withs.Count > 0 && !variable.IsLocal)
        {
            throw Not("sets a member inside with");
        }
    }

    private string NameOf(VariableExpr variable) => variable.IsLocal ? _localPrefix + variable.Name : variable.Name;

    /// <summary>The slot of a variable; it keeps one kind through the whole template.</summary>
    private int Declare(VariableExpr variable, ValueNode value)
    {
        if (value is not (TextNode or NumberNode or BooleanNode or DateNode) || (variable.IsLocal && variable.Name is "" or "$"))
        {
            throw Not("a variable that is no scalar");
        }

        return Declare(NameOf(variable), value);
    }

    private int Declare(string name, ValueNode value)
    {
        if (!_variableSlots.TryGetValue(name, out var slot))
        {
            slot = _variableSlots[name] = _variableSlots.Count;
        }

        ValueNode read = value switch
        {
            TextNode text => new TextVariable(slot) { IsHtml = text.IsHtml },
            NumberNode => new NumberVariable(slot),
            BooleanNode => new BooleanVariable(slot),
            _ => new DateVariable(slot),
        };
        if (_variables.TryGetValue(name, out var known) && (known.GetType() != read.GetType() || known is TextNode { IsHtml: var html } && html != ((TextNode)read).IsHtml))
        {
            throw Not("a variable of two kinds");
        }

        _variables[name] = read;
        return slot;
    }
}
