using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

/// <summary>
/// Functions that the template declares: their bodies are walked where they are called, with the types of the arguments of that call. One that is
/// never called is walked at the end, with arguments of any type.
/// </summary>
internal sealed partial class Checker
{
    private const int MostNestedCalls = 20;

    private readonly Dictionary<string, Inferred> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<FunctionNode, (CheckScope Scope, SourceText Source)> _uncalled = [];
    private readonly Stack<FunctionNode> _calling = new();
    private readonly HashSet<FunctionNode> _called = [];
    private List<Inferred>? _returns;

    private void Declare(VariableExpr name, FunctionNode node)
    {
        (name.IsLocal ? _locals : _scope).Set(name.Name, new Inferred(InferredKind.Function, Function: new TemplateFunction(node)));
        Remember(node);
    }

    private void Remember(FunctionNode node)
    {
        if (!_silent && !_called.Contains(node))
        {
            _uncalled[node] = (_scope.Branch(), _source);
        }
    }

    private void CheckUncalled()
    {
        while (_uncalled.Count > 0)
        {
            var (node, (scope, source)) = _uncalled.First();
            WithSource(source, () => InBranch(scope, () => Walk(node, null)));
        }
    }

    private Inferred CheckTemplateCall(TemplateFunction function, IReadOnlyList<Inferred> arguments)
    {
        var node = function.Node;
        if (_calling.Contains(node) || _calling.Count >= MostNestedCalls)
        {
            return Inferred.Any;
        }

        var call = $"{node.Source.Path}:{node.Start}:{_silent}:{string.Join(';', arguments)}:{string.Join(';', arguments.Select(a => a.Nullable))}:{_scope.Facts}";
        if (!_calls.TryGetValue(call, out var result))
        {
            result = Walk(node, arguments);
            _calls[call] = result;
        }

        return result;
    }

    /// <param name="arguments">Null: nothing is known of them.</param>
    private Inferred Walk(FunctionNode node, IReadOnlyList<Inferred>? arguments)
    {
        _uncalled.Remove(node);
        _called.Add(node);
        var (locals, returns, included) = (_locals, _returns, _arguments);
        (_locals, _returns, _arguments) = (new CheckScope(), [], arguments);
        var inner = _scope.Branch();
        inner.ForgetLocals();
        inner.Ended = false;
        for (var i = 0; i < (node.Parameters?.Count ?? 0); i++)
        {
            var parameter = node.Parameters![i];
            inner.Set(parameter.Name, parameter.IsRest ? new Inferred(InferredKind.List)
                : arguments is not null && i < arguments.Count ? arguments[i]
                : parameter.HasDefault && arguments is not null ? Inferred.OfValue(parameter.Default)
                : Inferred.Any);
        }

        _calling.Push(node);
        WithSource(node.Source, () => InBranch(inner, () => Check(node.Body)));
        _calling.Pop();
        var result = _returns.Count == 0 ? Inferred.Any : _returns.Aggregate(Inferred.Join);
        if (_returns.Count > 0 && !inner.Ended)
        {
            result = Inferred.Join(result, Inferred.Null);
        }

        (_locals, _returns, _arguments) = (locals, returns, included);
        return result;
    }

    /// <summary>A function handed to <c>array.each</c> and its like is called with the elements of the list.</summary>
    private Inferred CheckApplied(Inferred list, Inferred function, Expr node)
    {
        var element = list.Element is { } type ? Inferred.Of(type, false) : Inferred.Any;
        switch (function.Function)
        {
            case TemplateFunction own:
                return CheckTemplateCall(own, [element]);
            case Builtin builtin when builtin.Parameters.Count > 0:
                CheckArgument(builtin, builtin.Parameters[0], element, node);
                return Inferred.Of(builtin.Returns);
            default:
                return Inferred.Any;
        }
    }
}
