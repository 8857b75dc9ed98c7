using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>
/// Variables. Global names are looked for in the running function, then in the stack of objects (with, model, built-ins);
/// local names (<c>$x</c>) only in the running function or page.
/// </summary>
internal sealed partial class Interpreter
{
    private readonly Stack<Scope> _globals = new();
    private readonly Stack<Scope> _functions = new();
    private readonly Stack<Scope> _locals = new();
    private int _loopDepth;

    private sealed class Scope(ScriptMap? store)
    {
        private Stack<ScriptMap>? _loops;

        public ScriptMap? Store { get; } = store;

        /// <summary>Loop variables of the loops that run in this scope, innermost first.</summary>
        public Stack<ScriptMap> Loops => _loops ??= new Stack<ScriptMap>();

        /// <summary>A named function does not see the variables of the function that calls it.</summary>
        public bool HidesCaller { get; init; }

        public bool TryGet(string name, out object? value)
        {
            value = null;
            if (_loops is { Count: > 0 })
            {
                foreach (var loop in _loops)
                {
                    if (loop.TryGet(name, out value))
                    {
                        return true;
                    }
                }
            }

            return Store is not null && Store.TryGet(name, out value);
        }
    }

    private void PushGlobal(ScriptMap store)
    {
        _globals.Push(new Scope(store));
        _locals.Push(new Scope(new ScriptMap()));
    }

    private void PopGlobal()
    {
        _globals.Pop();
        _locals.Pop();
    }

    private IEnumerable<Scope> VisibleFunctions()
    {
        foreach (var function in _functions)
        {
            yield return function;
            if (function.HidesCaller)
            {
                yield break;
            }
        }
    }

    private Scope LoopScope()
    {
        foreach (var function in VisibleFunctions())
        {
            if (function.Store is not null)
            {
                return function;
            }
        }

        return _globals.Peek();
    }

    private object? Lookup(VariableExpr variable)
    {
        object? value;
        if (variable.IsLocal)
        {
            return _locals.Count > 0 && _locals.Peek().TryGet(variable.Name, out value) ? Normal(value) : null;
        }

        if (_functions.Count > 0)
        {
            foreach (var function in VisibleFunctions())
            {
                if (function.TryGet(variable.Name, out value))
                {
                    return Normal(value);
                }
            }
        }

        foreach (var scope in _globals)
        {
            if (scope.TryGet(variable.Name, out value))
            {
                if (value is Functions.DateGroup)
                {
                    return DateSettings;
                }

                var normal = Normal(value);
                if (!ReferenceEquals(normal, value) && normal is ScriptMap or ScriptList)
                {
                    scope.Store?.Force(variable.Name, normal);
                }

                return normal;
            }
        }

        if (_environment.Functions.TryGetValue(variable.Name, out var host))
        {
            return host;
        }

        return _environment.Variables.TryGetValue(variable.Name, out value) ? Normal(value) : null;
    }

    private void Assign(VariableExpr variable, object? value)
    {
        var store = StoreForWrite(variable);
        if (!store.CanWrite(variable.Name))
        {
            throw Fault(variable, $"the variable {variable.Name} is read-only");
        }

        store.Set(variable.Name, value);
    }

    private ScriptMap StoreForWrite(VariableExpr variable)
    {
        if (variable.IsLocal)
        {
            return _locals.Peek().Store!;
        }

        var current = _globals.Peek().Store!;
        ScriptMap? function = null;
        foreach (var scope in VisibleFunctions())
        {
            if (scope.Store is null)
            {
                continue;
            }

            function ??= scope.Store;
            if (scope.Store.Contains(variable.Name))
            {
                return scope.Store;
            }
        }

        if (function is null || _globals.Any(g => g.Store!.Contains(variable.Name)))
        {
            return current;
        }

        return function;
    }

    private void EnterLoop(out Scope global, out Scope local)
    {
        _loopDepth++;
        global = LoopScope();
        local = _locals.Peek();
        global.Loops.Push(new ScriptMap());
        local.Loops.Push(new ScriptMap());
    }

    private void LeaveLoop(Scope global, Scope local)
    {
        _loopDepth--;
        global.Loops.Pop();
        local.Loops.Pop();
    }
}
