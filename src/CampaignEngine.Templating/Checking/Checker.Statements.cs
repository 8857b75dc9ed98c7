using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

internal sealed partial class Checker
{
    private void Check(Block block)
    {
        var reported = false;
        foreach (var statement in block.Statements)
        {
            if (_scope.Ended && !reported && IsPrinted(statement))
            {
                Warn(statement.Start, "CE3415", "this is never reached: what stands before it always ends here; move it up, or put the end under a condition");
                reported = true;
            }

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
                    CheckCondition(s.Condition);
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
                    var returned = Infer(s.Value);
                    _returns?.Add(returned);
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

        if (statement.Expression is BinaryExpr { Op: BinaryOp.And or BinaryOp.Or } logic && Tree.Walk(logic).Any(e => e is LiteralExpr { Value: string }) && !Tree.Walk(logic).Any(e => e is BinaryExpr { Op: BinaryOp.Equal or BinaryOp.NotEqual }))
        {
            Warn(statement.Start, "CE3418", $"{Show(statement)} prints true or false; for a default write ?? instead of {Operators.Symbol(logic.Op)}");
        }

        if (statement.Expression is VariableExpr { IsLocal: false } early && IsAssignedLater(early))
        {
            Warn(early.Start, "CE3410", $"{Show(early)} has no value here and would leave a hole in the text: it gets one only further down");
        }

        CheckHole(statement.Expression, value);
    }

    private bool IsAssignedLater(VariableExpr variable) =>
        _calling.Count == 0 && _including.Count == 0 && !_opaqueWith && _assigned.Contains(variable.Name) && !_scope.TryGet(variable.Name, out _);

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
        var found = Tree.Walk(expression).Where(e => e is VariableExpr or MemberExpr or IndexExpr && PathOf(e) is not null && Infer(e, alias: true).Nullable)
            .OrderByDescending(e => e.End - e.Start).FirstOrDefault();
        _silent = silent;
        return found;
    }

    private void CheckIf(IfStatement statement)
    {
        CheckCondition(statement.Condition);
        CheckChain(statement);
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

        var seen = new HashSet<object>();
        foreach (var when in statement.Whens)
        {
            foreach (var candidate in when.Values)
            {
                CheckComparable(BinaryOp.Equal, value, Infer(candidate), candidate.Start);
                CheckKnownValue(value, statement.Value, candidate, equal: true);
                if (candidate is LiteralExpr { Value: { } literal } && !seen.Add(literal))
                {
                    Warn(candidate.Start, "CE3413", $"this branch is never taken: an earlier `when` has {Show(candidate)} already");
                }
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
                Warn(loop.Iterator.Start, "CE3419", $"{Show(loop.Iterator)} is a text: the loop goes over its single characters; string.split makes a list of its parts");
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
                inner.Set(member.Name, Inferred.Of(member));
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
                _scope.Set(member.Name, Inferred.Of(member));
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
