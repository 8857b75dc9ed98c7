using System.Reflection;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

internal sealed partial class Checker
{
    private Inferred InferCall(CallExpr call)
    {
        var target = call.Target is VariableExpr { IsLocal: false } name && !_scope.TryGet(name.Name, out _) && !_assigned.Contains(name.Name) && !_opaqueWith
            ? UnknownFunction(name)
            : Infer(call.Target, alias: true);
        if (target is { Kind: InferredKind.Function, Function: { } function })
        {
            return CheckCall(function, call, call.Arguments);
        }

        if (!target.IsUnknown)
        {
            Error(call.Target.Start, "CE3403", $"{Show(call.Target)} is {target}, not a function");
        }

        call.Arguments.ForEach(a => Infer(a));
        return Inferred.Any;
    }

    private Inferred UnknownFunction(VariableExpr name)
    {
        // `upcase` for `string.upcase`.
        var grouped = Builtins.Table.Names.Where(n => Builtins.Table.Get(n) is ScriptMap group && group.Get(name.Name) is Function).ToList();
        if (grouped.Count > 0)
        {
            Error(name.Start, "CE3403", $"unknown function `{name.Name}`; did you mean {string.Join(" or ", grouped.Select(g => $"`{g}.{name.Name}`"))}?");
            return Inferred.Any;
        }

        Error(name.Start, "CE3403", $"unknown function `{name.Name}`{Suggestion.For(name.Name, _scope.Names.Where(n => _scope.TryGet(n, out var v) && v.Kind == InferredKind.Function))}");
        return Inferred.Any;
    }

    private Inferred CheckCall(Function function, Expr caller, List<Expr> arguments)
    {
        var values = new Inferred[Math.Max(arguments.Count, function.Parameters.Count)];
        Array.Fill(values, Inferred.Any);
        var given = new HashSet<int>();
        var expands = false;
        var next = 0;
        foreach (var argument in arguments)
        {
            var value = Infer(argument is NamedArgument { Value: { } inner } ? inner : argument);
            expands |= argument is UnaryExpr { Op: UnaryOp.Expand };
            var index = next;
            if (argument is NamedArgument named)
            {
                index = function.IndexOf(named.Name);
                if (index < 0)
                {
                    if (function.Rest == RestKind.None)
                    {
                        Error(argument.Start, "CE3404", $"{function.Name} has no argument `{named.Name}`{Suggestion.For(named.Name, function.Parameters.Select(p => p.Name))}");
                    }

                    continue;
                }
            }
            else
            {
                next++;
            }

            given.Add(index);
            if (index < values.Length)
            {
                values[index] = value;
            }

            if (!expands && function.Parameter(index) is { } parameter)
            {
                CheckArgument(function, parameter, value, argument);
                CheckLiteral(function, parameter, argument);
            }
        }

        var missing = Enumerable.Range(0, function.Required).Count(i => !given.Contains(i));
        if (missing > 0 && !expands)
        {
            Error(caller.End, "CE3404", $"{function.Name} needs {function.Required} argument{(function.Required == 1 ? string.Empty : "s")} and gets {function.Required - missing}: {Interpreter.Signature(function)}");
        }

        if (function.Rest == RestKind.None && next > function.Parameters.Count)
        {
            Error(arguments[function.Parameters.Count].Start, "CE3404", $"{function.Name} takes {function.Parameters.Count} argument{(function.Parameters.Count == 1 ? string.Empty : "s")} and gets {next}: {Interpreter.Signature(function)}");
        }

        return Result(function, caller, arguments, values);
    }

    private void CheckArgument(Function function, FunctionParameter parameter, Inferred value, Expr node)
    {
        if (value.IsUnknown)
        {
            return;
        }

        var fits = parameter.Kind switch
        {
            ArgumentKind.Text => value.Kind is not (InferredKind.Object or InferredKind.List or InferredKind.Group or InferredKind.Function),
            ArgumentKind.Integer or ArgumentKind.Long or ArgumentKind.Double or ArgumentKind.Decimal or ArgumentKind.Number => value.IsNumeric || value.Kind == InferredKind.Boolean,
            ArgumentKind.List => value.Kind is InferredKind.List,
            ArgumentKind.Date => value.Kind is InferredKind.Date,
            ArgumentKind.Span => value.Kind is InferredKind.Span,
            ArgumentKind.Object => value.Kind is InferredKind.Object or InferredKind.Group or InferredKind.Null,
            ArgumentKind.Function => value.Kind is InferredKind.Function,
            _ => true,
        };
        if (!fits)
        {
            var fix = (parameter.Kind, value.Kind) switch
            {
                (ArgumentKind.Date, InferredKind.Text) => "; turn it into a date with date.parse",
                (ArgumentKind.Function, _) => "; write @ before the name of a function",
                (_, InferredKind.Text) when parameter.Kind != ArgumentKind.List => "; turn it into a number with string.to_int or string.to_double",
                _ => string.Empty,
            };
            var wanted = Inferred.Of(parameter.Kind);
            Error(node.Start, "CE3405", $"`{parameter.Name}` of {function.Name} is {(parameter.Kind == ArgumentKind.Function ? "a function" : wanted.ToString())}; {Show(node)} is {value}{fix}");
        }
    }

    private static Inferred Given(TemplateFunction function, int index, List<Expr> arguments, Inferred value)
    {
        var parameter = function.Node.Parameters is { } parameters && index < parameters.Count ? parameters[index] : null;
        var written = index < arguments.Count(a => a is not NamedArgument) || parameter is not null && arguments.OfType<NamedArgument>().Any(a => a.Name == parameter.Name);
        return written || parameter is not { HasDefault: true } ? value : Inferred.OfValue(parameter.Default);
    }

    private Inferred InferOutside(Expr expression, CheckScope locals)
    {
        var inner = _locals;
        _locals = locals;
        var value = Infer(expression);
        _locals = inner;
        return value;
    }

    /// <summary>Values written out that are known to be wrong before anything runs.</summary>
    private void CheckLiteral(Function function, FunctionParameter parameter, Expr argument)
    {
        if (argument is NamedArgument { Value: { } inner })
        {
            argument = inner;
        }

        if (argument is not LiteralExpr literal)
        {
            return;
        }

        if (function is HostFunction && _options.LiteralFault?.Invoke(function.Name, parameter.Name, literal.Value) is { } fault)
        {
            Error(literal.Start, "CE3420", fault);
        }

        if (function.Name == "date.to_string" && parameter.Name == "pattern" && literal.Value is string pattern)
        {
            CheckDatePattern(pattern, literal);
        }
    }

    private void CheckDatePattern(string pattern, LiteralExpr node)
    {
        if (pattern.Length > 0 && !pattern.Contains('%', StringComparison.Ordinal))
        {
            Warn(node.Start, "CE3417", $"the pattern {Show(node)} has no % code and prints itself; a day is written %Y-%m-%d or %d %B %Y");
        }

        for (var i = 0; i < pattern.Length - 1; i++)
        {
            if (pattern[i] == '%' && !"aAbBcCdDeFgHhIjklLmMnNpPrRsStTuUvVWwxXyYZ%".Contains(pattern[++i], StringComparison.Ordinal))
            {
                Warn(node.Start, "CE3417", $"the pattern {Show(node)} has the code %{pattern[i]}, which no date has and which prints itself");
            }
        }
    }

    private Inferred Result(Function function, Expr caller, List<Expr> arguments, Inferred[] values)
    {
        switch (function)
        {
            case HostFunction host:
                return HostResult(host, values.Length > 0 ? values[0] : Inferred.Any);
            case TemplateFunction own:
                return CheckTemplateCall(own, [.. values.Take(own.Node.Parameters is null ? arguments.Count : values.Length).Select((v, i) => Given(own, i, arguments, v))]);
            case not Builtin:
                return Inferred.Any;
        }

        var first = values.Length > 0 ? values[0] : Inferred.Any;
        switch (function.Name)
        {
            case "include":
                CheckInclude(arguments);
                return Inferred.Text;
            case "include_join":
                return Inferred.Text;
            case "raw":
                return first;
            case "object.default":
                return values[1].Kind == InferredKind.Null ? first : Inferred.Join(first with { Nullable = false }, values[1]) with { Nullable = values[1].Nullable };
            case "array.first" or "array.last":
                return first.Element is { } element ? Present(Inferred.Of(element, true), caller) : Inferred.Any;
            case "array.each" when arguments.Count > 1:
                return new Inferred(InferredKind.List, Element: ElementOf(CheckApplied(first, values[1], arguments[1])));
            case "array.any" when arguments.Count > 1:
                CheckApplied(first, values[1], arguments[1]);
                return Inferred.Boolean;
            case "array.filter" when arguments.Count > 1:
                CheckApplied(first, values[1], arguments[1]);
                return first with { Nullable = false };
            case "array.contains" when arguments.Count > 1 && arguments[0] is ArrayExpr known:
                known.Items.ForEach(item => CheckKnownValue(values[1], arguments[1], item, equal: true));
                return Inferred.Boolean;
            case "array.sort" or "array.reverse" or "array.limit" or "array.offset" or "array.uniq" or "array.compact" or "array.filter" or "array.remove_at":
                CheckMemberName(function, first, arguments);
                return first.Kind == InferredKind.List ? first with { Nullable = false } : new Inferred(InferredKind.List);
            case "array.map":
                return Mapped(function, first, arguments);
            case "array.add_range" or "array.concat" or "array.add" or "array.insert_at":
                return first with { Kind = InferredKind.List, Nullable = false };
            case "date.parse":
                return Inferred.Date with { Nullable = first.Nullable };
            case "string.to_int" or "string.to_long" or "string.to_float" or "string.to_double":
                return (function.Name.EndsWith("int", StringComparison.Ordinal) || function.Name.EndsWith("long", StringComparison.Ordinal) ? Inferred.Integer : Inferred.Number) with { Nullable = true };
            case "math.round" or "math.ceil" or "math.floor" or "math.abs" or "math.plus" or "math.minus" or "math.times" or "math.divided_by" or "math.modulo":
                return Inferred.Number with { Nullable = first.Nullable };
        }

        var returns = Inferred.Of(((Builtin)function).Returns);
        var hole = returns.Kind is InferredKind.Text or InferredKind.Date or InferredKind.Span && function.Parameters.Count > 0 && !function.Parameters[0].HasDefault && first.Nullable;
        return returns with { Nullable = hole };
    }

    private Inferred Mapped(Function function, Inferred list, List<Expr> arguments)
    {
        CheckMemberName(function, list, arguments);
        var member = list.Element?.Shape is { } shape && arguments.Count > 1 && arguments[1] is LiteralExpr { Value: string name } ? shape.Find(name) : null;
        return new Inferred(InferredKind.List, Element: member?.Type);
    }

    private void CheckMemberName(Function function, Inferred list, List<Expr> arguments)
    {
        if (function.Name is "array.map" or "array.sort" && list.Element?.Shape is { } shape && arguments.Count > 1
            && arguments[1] is LiteralExpr { Value: string name } && shape.Find(name.Split('.')[0]) is null)
        {
            Error(arguments[1].Start, "CE3401", $"unknown member `{name}` of {shape.Name}{Suggestion.For(name, shape)}");
        }
    }

    private static Inferred HostResult(HostFunction function, Inferred first)
    {
        var type = function.Returns;
        var nullable = Nullable.GetUnderlyingType(type) is not null
            || (!type.IsValueType && new NullabilityInfoContext().Create(function.Delegate.Method.ReturnParameter).ReadState == NullabilityState.Nullable);
        // A function that takes null gives null for null only.
        if (function.Parameters.Count > 0 && function.Parameters[0] is { HasDefault: false, HostType: { } takes } && Nullable.GetUnderlyingType(takes) is not null)
        {
            nullable &= first.Nullable;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        var result = type == typeof(string) ? Inferred.Text
            : type == typeof(int) || type == typeof(long) ? Inferred.Integer
            : type == typeof(decimal) || type == typeof(double) || type == typeof(float) ? Inferred.Number
            : type == typeof(bool) ? Inferred.Boolean
            : type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) ? Inferred.Date
            : type == typeof(TimeSpan) ? Inferred.Span
            : Inferred.Any;
        return result with { Nullable = nullable && result.Kind != InferredKind.Any };
    }

    private void CheckInclude(List<Expr> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is not LiteralExpr { Value: string name })
        {
            return;
        }

        if (!_templates.TryGetValue(name, out var template))
        {
            var text = _include?.Invoke(name);
            template = text is null ? null : Template.Parse(text, name, TemplateOptions.ForPath(name));
            _templates[name] = template;
            if (template is not null)
            {
                Messages.AddRange(template.Messages);
                CollectAssigned(template.Body);
            }
        }

        if (template is null)
        {
            Error(arguments[0].Start, "CE3407", $"there is no template `{name}` to include{Suggestion.For(name, _options.IncludeNames)}");
            return;
        }

        if (template.HasErrors || _including.Count > 20)
        {
            return;
        }

        if (_including.Contains(name))
        {
            // A recursion may be bounded by a condition: rendering has a limit of its own, so this is no error yet.
            return;
        }

        _including.Push(name);
        var (locals, outer, ended) = (_locals, _arguments, _scope.Ended);
        // $0 is the name itself, as in the language; what is handed on starts at $1.
        List<Inferred> given = [Inferred.Text, .. arguments.Skip(1).Where(a => a is not NamedArgument).Select(a => Infer(a))];
        _locals = new CheckScope();
        _scope.ForgetLocals();
        foreach (var argument in arguments.OfType<NamedArgument>())
        {
            _locals.Set(argument.Name, argument.Value is null ? Inferred.Any : InferOutside(argument.Value, locals));
        }

        // `^list` spreads any number of arguments.
        _arguments = arguments.Exists(a => a is UnaryExpr { Op: UnaryOp.Expand }) ? null : given;
        WithSource(template.Source, () => Check(template.Body));
        (_locals, _arguments) = (locals, outer);
        _scope.ForgetLocals();

        // `ret` ends the included page only.
        _scope.Ended = ended;
        _including.Pop();
    }
}
