using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

internal sealed partial class Checker
{
    private void Check(Block block)
    {
        foreach (var statement in block.Statements)
        {
            Check(statement);
        }
    }

    private void Check(Statement statement)
    {
        switch (statement)
        {
            case ExpressionStatement s:
                CheckPrinted(s);
                break;
            case IfStatement s:
                CheckIf(s);
                break;
            case CaseStatement s:
                CheckCase(s);
                break;
            case ForStatement s:
                CheckFor(s);
                break;
            case WhileStatement s:
                CheckLoop(() =>
                {
                    Infer(s.Condition);
                    _scope.AddPresent(Facts(s.Condition, true));
                    Check(s.Body);
                });
                break;
            case CaptureStatement s:
                Check(s.Body);
                Assign(s.Target, Inferred.Text);
                break;
            case WithStatement s:
                CheckWith(s);
                break;
            case WrapStatement s:
                Infer(s.Target);
                CheckApart(s.Body);
                break;
            case ImportStatement s:
                CheckImport(s);
                break;
            case ReturnStatement s:
                if (s.Value is not null)
                {
                    Infer(s.Value);
                }

                _scope.Ended = true;
                break;
            case BreakStatement or ContinueStatement:
                _scope.Ended = true;
                break;
            case FunctionStatement s:
                Declare(s.Name, s.Function);
                break;
        }
    }

    private void CheckPrinted(ExpressionStatement statement)
    {
        var value = Infer(statement.Expression);
        if (statement.Expression is AssignExpr or FunctionExpr or StepExpr)
        {
            return;
        }

        if (value.Kind is InferredKind.Object or InferredKind.List or InferredKind.Group)
        {
            Error(statement.Start, "CE3409", $"{Show(statement)} is {value} and cannot be printed; print a member of it, or loop over it");
        }

        CheckHole(statement.Expression, value);
    }

    /// <summary>Warns when a value that may be null is about to become part of the text.</summary>
    private void CheckHole(Expr expression, Inferred value)
    {
        if (value is { Nullable: true, Kind: not InferredKind.Any } && _options.WarnOfNulls)
        {
            var path = FirstNullable(expression);
            var shown = path is null ? Show(expression) : Show(path);
            Add((path ?? expression).Start, Severity.Warning, "CE3410", $"{shown} may be null and would leave a hole in the text; give a default ({(path is null ? "... " : shown.Trim('`') + " ")}?? \"...\") or guard it with if");
        }
    }

    private Expr? FirstNullable(Expr expression)
    {
        var silent = _silent;
        _silent = true;
        var found = Tree.Walk(expression).Where(e => e is VariableExpr or MemberExpr && PathOf(e) is not null && Infer(e, alias: true).Nullable)
            .OrderByDescending(e => e.End - e.Start).FirstOrDefault();
        _silent = silent;
        return found;
    }

    private void CheckIf(IfStatement statement)
    {
        Infer(statement.Condition);
        var (then, otherwise) = (_scope.Branch(), _scope.Branch());
        then.AddPresent(Facts(statement.Condition, true));
        otherwise.AddPresent(Facts(statement.Condition, false));
        InBranch(then, () => Check(statement.Then));
        if (statement.Else is not null)
        {
            InBranch(otherwise, () => Check(statement.Else));
        }

        _scope.Merge(then, otherwise);
    }

    private void InBranch(CheckScope branch, Action check)
    {
        var outer = _scope;
        _scope = branch;
        check();
        _scope = outer;
    }

    private void CheckCase(CaseStatement statement)
    {
        var value = Infer(statement.Value);
        var merged = _scope.Branch();
        if (statement.Else is not null)
        {
            InBranch(merged, () => Check(statement.Else));
        }

        foreach (var when in statement.Whens)
        {
            foreach (var candidate in when.Values)
            {
                CheckComparable(BinaryOp.Equal, value, Infer(candidate), candidate.Start);
            }

            var branch = _scope.Branch();
            if (PathOf(statement.Value) is { } path && when.Values.TrueForAll(v => v is LiteralExpr { Value: not null }))
            {
                branch.AddPresent([path]);
            }

            InBranch(branch, () => Check(when.Body));
            var both = _scope.Branch();
            both.Merge(merged, branch);
            merged = both;
        }

        _scope.Merge(merged, merged);
    }

    private void CheckFor(ForStatement loop)
    {
        var list = Infer(loop.Iterator);
        Inferred element;
        switch (list.Kind)
        {
            case InferredKind.List:
                element = list.Element is null ? Inferred.Any : Inferred.Of(list.Element, false);
                break;
            case InferredKind.Text:
                element = Inferred.Text;
                break;
            case InferredKind.Integer or InferredKind.Number or InferredKind.Boolean or InferredKind.Date or InferredKind.Span:
                Error(loop.Iterator.Start, "CE3406", $"{Show(loop.Iterator)} is {list} and cannot be looped over; a list or a range can");
                element = Inferred.Any;
                break;
            default:
                element = Inferred.Any;
                break;
        }

        foreach (var option in loop.Options)
        {
            if (option.Name is not ("offset" or "limit" or "reversed" or "cols"))
            {
                Error(option.Start, "CE3404", $"a loop has no option `{option.Name}`{Suggestion.For(option.Name, ["offset", "limit", "reversed", .. loop.TableRow ? ["cols"] : Array.Empty<string>()])}");
            }
            else if (option.Value is not null)
            {
                Infer(option.Value);
            }
        }

        CheckLoop(() =>
        {
            Assign(loop.Variable, element, loopVariable: true);
            _scope.Set(loop.TableRow ? "tablerow" : "for", Inferred.Any);
            Check(loop.Body);
        });
        if (loop.Else is not null)
        {
            var branch = _scope.Branch();
            InBranch(branch, () => Check(loop.Else));
        }
    }

    /// <summary>A body that runs any number of times: walked once unheard, so that what it assigns is known when it is walked for good.</summary>
    private void CheckLoop(Action body)
    {
        if (_silent)
        {
            // Inside the unheard walk of an outer loop one walk is enough; two at every level would double with each.
            var once = _scope.Branch();
            InBranch(once, body);
            once.Ended = false;
            _scope.Merge(once, _scope.Branch());
            return;
        }

        _silent = true;
        var first = _scope.Branch();
        InBranch(first, body);
        _silent = false;
        first.Ended = false;
        var before = _scope.Branch();
        before.Merge(first, _scope.Branch());
        InBranch(before, body);
        before.Ended = false;
        _scope.Merge(before, _scope.Branch());
    }

    private void CheckWith(WithStatement statement)
    {
        var target = Infer(statement.Target);
        var opaque = _opaqueWith;
        var inner = new CheckScope { Outer = _scope };
        if (target is { Kind: InferredKind.Object, Shape: { } shape })
        {
            foreach (var member in shape.Members)
            {
                inner.Set(member.Name, Inferred.Of(member.Type, member.Nullable));
            }
        }
        else
        {
            _opaqueWith = true;
        }

        InBranch(inner, () => Check(statement.Body));
        _opaqueWith = opaque;
    }

    private void CheckImport(ImportStatement statement)
    {
        var value = Infer(statement.Value);
        if (value is { Kind: InferredKind.Object, Shape: { } shape })
        {
            foreach (var member in shape.Members)
            {
                _scope.Set(member.Name, Inferred.Of(member.Type, member.Nullable));
            }
        }
        else if (value.IsUnknown)
        {
            _opaqueWith = true;
        }
        else
        {
            Error(statement.Value.Start, "CE3406", $"import needs an object; {Show(statement.Value)} is {value}");
        }
    }

    private void Declare(VariableExpr name, FunctionNode node)
    {
        var function = new Inferred(InferredKind.Function, Function: new TemplateFunction(node));
        (name.IsLocal ? _locals : _scope).Set(name.Name, function);
        CheckFunction(node);
    }

    private void CheckFunction(FunctionNode node)
    {
        var locals = _locals;
        _locals = new CheckScope();
        var inner = _scope.Branch();
        foreach (var parameter in node.Parameters ?? [])
        {
            inner.Set(parameter.Name, Inferred.Any);
        }

        InBranch(inner, () => Check(node.Body));
        _locals = locals;
    }

    private void CheckApart(Block block)
    {
        var branch = _scope.Branch();
        InBranch(branch, () => Check(block));
    }

    private void Assign(Expr target, Inferred value, bool loopVariable = false)
    {
        switch (target)
        {
            case VariableExpr variable:
                (variable.IsLocal ? _locals : _scope).Set(variable.IsLocal ? variable.Name : variable.Name, value.Kind == InferredKind.Null ? Inferred.Any with { Nullable = true } : value);
                break;
            case NestedExpr nested:
                Assign(nested.Inner, value, loopVariable);
                break;
            case MemberExpr member:
                Infer(member.Target);
                break;
            case IndexExpr index:
                Infer(index.Target);
                Infer(index.Index);
                break;
        }
    }
}
