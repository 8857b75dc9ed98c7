using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

internal sealed partial class Interpreter
{
    private object? Call(CallExpr call, WrappedBlock? wrapped)
    {
        var target = Eval(call.Target, alias: true);
        if (target is Function function)
        {
            return Call(function, call, call.Arguments, wrapped);
        }

        if (target is null)
        {
            throw Fault(call.Target, $"there is no function {Show(call.Target)}");
        }

        throw Fault(call, call.Piped
            ? $"the right side of the pipe, {Show(call.Target)}, is not a function"
            : $"{Show(call.Target)} is a {TypeName(target)}, not a function");
    }

    private object? Call(Function function, Expr caller, List<Expr> expressions, WrappedBlock? wrapped)
    {
        var arguments = new ScriptList(Math.Max(expressions.Count, function.Parameters.Count));
        var given = 0UL;
        foreach (var expression in expressions)
        {
            AddArgument(function, caller, expression, arguments, ref given);
        }

        if (function.Rest != RestKind.Direct)
        {
            FillDefaults(function, arguments, function.Parameters.Count - 1, ref given);
        }

        CheckArguments(function, caller, expressions, arguments, given);
        return Invoke(function, caller, expressions, arguments, wrapped);
    }

    /// <summary>Calls a function with values that are ready, as the functions that take functions do.</summary>
    public object? Call(Function function, Expr caller, params ReadOnlySpan<object?> values)
    {
        var arguments = new ScriptList(values.Length);
        var given = 0UL;
        foreach (var value in values)
        {
            Put(function, arguments.Count, Convert(function, arguments.Count, value, caller, caller), arguments, ref given);
        }

        if (function.Rest != RestKind.Direct)
        {
            FillDefaults(function, arguments, function.Parameters.Count - 1, ref given);
        }

        CheckArguments(function, caller, [], arguments, given);
        return Invoke(function, caller, [], arguments, null);
    }

    private void AddArgument(Function function, Expr caller, Expr expression, ScriptList arguments, ref ulong given)
    {
        var index = arguments.Count;
        if (expression is NamedArgument named)
        {
            var position = function.IndexOf(named.Name);
            if (position < 0 && function.Rest != RestKind.None)
            {
                arguments.SetMember(named.Name, Eval(named));
                return;
            }

            index = position < 0 ? index : position;
        }

        var value = Eval(expression);
        if (expression is UnaryExpr { Op: UnaryOp.Expand } && value is not null && Items(value, expression) is { } items && value is not string)
        {
            foreach (var item in items)
            {
                Step(expression);
                Put(function, index, Convert(function, index, Normal(item), expression, caller), arguments, ref given);
                index++;
            }

            return;
        }

        Put(function, index, Convert(function, index, value, expression, caller), arguments, ref given);
    }

    private static void Put(Function function, int index, object? value, ScriptList arguments, ref ulong given)
    {
        if (index > arguments.Count)
        {
            FillDefaults(function, arguments, index, ref given);
        }

        if (index < function.Parameters.Count && index < 64)
        {
            given |= 1UL << index;
        }

        var last = function.Parameters.Count - 1;
        if (function.Rest == RestKind.Last && index >= last)
        {
            if (arguments[last] is not ScriptList rest)
            {
                arguments.SetItem(last, rest = new ScriptList());
            }

            rest.Add(value);
            return;
        }

        arguments.SetItem(index, value);
    }

    private static void FillDefaults(Function function, ScriptList arguments, int end, ref ulong given)
    {
        var last = function.Parameters.Count - 1;
        for (var i = arguments.Count; i <= Math.Min(end, last); i++)
        {
            var parameter = function.Parameters[i];
            if (parameter.HasDefault)
            {
                arguments.SetItem(i, parameter.Default);
                given |= 1UL << i;
            }
            else
            {
                arguments.SetItem(i, function.Rest == RestKind.Last && i == last ? new ScriptList() : null);
            }
        }
    }

    private void CheckArguments(Function function, Expr caller, List<Expr> expressions, ScriptList arguments, ulong given)
    {
        var required = (1UL << function.Required) - 1;
        if ((given & required) != required)
        {
            var count = System.Numerics.BitOperations.PopCount(given & required);
            throw Fault(caller.End, $"{function.Name} needs {function.Required} argument{(function.Required == 1 ? string.Empty : "s")} and got {count}: {Signature(function)}");
        }

        if (function.Rest == RestKind.None && arguments.Count > function.Parameters.Count)
        {
            var extra = arguments.Count <= expressions.Count ? expressions[arguments.Count - 1].Start : caller.End;
            throw Fault(extra, $"{function.Name} takes {function.Parameters.Count} argument{(function.Parameters.Count == 1 ? string.Empty : "s")} and got {arguments.Count}: {Signature(function)}");
        }
    }

    public static string Signature(Function function) =>
        string.Join(' ', new[] { function.Name }.Concat(function.Parameters.Select((p, i) =>
            function.Rest == RestKind.Last && i == function.Parameters.Count - 1 ? $"<{p.Name}>..." : p.HasDefault ? $"<{p.Name}>?" : $"<{p.Name}>")));

    private object? Invoke(Function function, Expr caller, List<Expr> expressions, ScriptList arguments, WrappedBlock? wrapped)
    {
        EnterCall(caller);
        try
        {
            _pendingBlock = wrapped;
            var value = function.Invoke(this, caller, arguments, wrapped?.Block);
            CheckSize(value, caller);
            return Normal(value);
        }
        catch (RenderFault fault)
        {
            var place = fault.Argument >= 0 && fault.Argument < expressions.Count ? expressions[fault.Argument].Start : caller.Start;
            throw Fault(place, fault.Message, fault.Code);
        }
        finally
        {
            LeaveCall();
            _flow = Flow.None;
        }
    }

    private WrappedBlock? _pendingBlock;

    /// <summary>Runs the body of a function of the template.</summary>
    public object? Invoke(TemplateFunction function, ScriptList arguments, Block? wrapped)
    {
        var node = function.Node;
        var block = wrapped is null ? null : _pendingBlock;
        _pendingBlock = null;
        var variables = node.Parameters is null ? null : new ScriptMap();
        var source = Source;
        var locals = new ScriptMap();
        _functions.Push(new Scope(variables) { HidesCaller = node.Name is not null });
        _locals.Push(new Scope(locals));
        Source = node.Source;
        try
        {
            locals.Force(string.Empty, arguments);
            locals.SetReadOnly(string.Empty);
            for (var i = 0; i < (node.Parameters?.Count ?? 0); i++)
            {
                variables!.Force(node.Parameters![i].Name, arguments[i]);
            }

            if (block is not null)
            {
                locals.Force("$", block);
            }

            return Exec(node.Body);
        }
        finally
        {
            Source = source;
            _locals.Pop();
            _functions.Pop();
        }
    }

    /// <summary>Renders an included template and gives its text.</summary>
    public object? Include(string name, ScriptList arguments, Expr caller)
    {
        if (!_included.TryGetValue(name, out var template))
        {
            template = LoadInclude(name);
            _included[name] = template;
        }

        if (template is null)
        {
            throw new RenderFault($"there is no template `{name}` to include", argument: 0);
        }

        if (template.HasErrors)
        {
            throw new RenderFault($"the included template `{name}` has errors: {template.Messages.First(m => m.Severity == Severity.Error)}");
        }

        var (indent, afterNewLine) = (_indent, _afterNewLine);
        var locals = new ScriptMap();
        locals.Force(string.Empty, arguments);
        locals.SetReadOnly(string.Empty);
        foreach (var member in arguments.Members?.Names ?? [])
        {
            locals.Force(member, arguments.Members!.Get(member));
        }

        _locals.Push(new Scope(locals));
        _outputs.Push(new TextOutput());
        _indent = string.Empty;
        _afterNewLine = false;
        string text;
        try
        {
            RunPage(template);
        }
        finally
        {
            text = _outputs.Pop().ToString();
            _locals.Pop();
            (_indent, _afterNewLine) = (indent, afterNewLine);
        }

        return template.Options.Html ? new HtmlText(text) : text;
    }

    private Template? LoadInclude(string name)
    {
        if (_environment.Include is not { } include)
        {
            throw new RenderFault($"`{name}` cannot be included: no templates are given to include from");
        }

        return include(name) is { } text
            ? Template.Parse(text, name, _options.Html && name.EndsWith(".sbn-txt", StringComparison.OrdinalIgnoreCase) ? _options with { Html = false } : _options)
            : null;
    }
}
