using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Html;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

internal sealed partial class Interpreter
{
    private Flow _flow;

    private enum Flow
    {
        None,
        Break,
        Continue,
        Return,
    }

    /// <summary>Runs a block; the result is the value of a <c>ret</c> that ended it.</summary>
    private object? Exec(Block block)
    {
        var outer = _indent;
        object? result = null;
        Node current = block;
        try
        {
            foreach (var statement in block.Statements)
            {
                current = statement;
                switch (statement)
                {
                    case RawStatement raw:
                        Write(Source.Text.AsSpan(raw.Start, raw.End - raw.Start), raw);
                        continue;
                    case EnterStatement enter:
                        _indent = enter.Indent;
                        continue;
                    case ExitStatement:
                        _indent = outer;
                        continue;
                }

                var indent = _indent;
                Step(statement);
                result = Exec(statement);
                _indent = indent;
                if (_flow != Flow.None)
                {
                    return result;
                }
            }
        }
        catch (RenderFault fault)
        {
            throw Fault(current, fault.Message, fault.Code);
        }
        finally
        {
            _indent = outer;
        }

        return null;
    }

    private object? Exec(Statement statement)
    {
        switch (statement)
        {
            case ExpressionStatement s:
                return ExecExpression(s);
            case IfStatement s:
                return Truthy(Eval(s.Condition)) ? Exec(s.Then) : s.Else is null ? null : Exec(s.Else);
            case CaseStatement s:
                return ExecCase(s);
            case ForStatement s:
                return ExecFor(s);
            case WhileStatement s:
                return ExecWhile(s);
            case CaptureStatement s:
                return ExecCapture(s);
            case WithStatement s:
                return ExecWith(s);
            case WrapStatement s:
                return ExecWrap(s);
            case ImportStatement s:
                ExecImport(s);
                return null;
            case ReadOnlyStatement s:
                // A variable that is not there yet is not held.
                if (StoreForWrite(s.Variable) is var store && store.Contains(s.Variable.Name))
                {
                    store.SetReadOnly(s.Variable.Name);
                }

                return null;
            case ReturnStatement s:
                var value = s.Value is null ? null : Eval(s.Value);
                _flow = Flow.Return;
                return value is RangeValue range ? ToList(range, s) : value;
            case BreakStatement or ContinueStatement when _loopDepth == 0:
                throw Fault(statement, $"`{(statement is BreakStatement ? "break" : "continue")}` can stand only inside a loop");
            case BreakStatement:
                _flow = Flow.Break;
                return null;
            case ContinueStatement:
                _flow = Flow.Continue;
                return null;
            case FunctionStatement s:
                Assign(s.Name, new TemplateFunction(s.Function));
                return null;
            default:
                throw new InvalidOperationException(statement.GetType().Name);
        }
    }

    private object? ExecExpression(ExpressionStatement statement)
    {
        // A function may print while the value is made; its text is escaped for the place between tags and may stand only there.
        var guard = _guard;
        _guard = statement.Context is HtmlContext.Plain or HtmlContext.Text ? guard : _outputs.Count;
        var value = Eval(statement.Expression);
        _guard = guard;
        if (value is WrappedBlock wrapped)
        {
            return ExecWrapped(wrapped);
        }

        // `@f` of a function with a name names it and prints nothing.
        var named = statement.Expression is UnaryExpr { Op: UnaryOp.Alias } && value is TemplateFunction { Node.Name: not null };
        if (_flow == Flow.None && statement.Expression is not AssignExpr && !named)
        {
            Print(value, statement.Context, statement);
        }

        return null;
    }

    /// <summary>The block that <c>wrap</c> passes; run where the function says <c>$$</c>.</summary>
    private sealed record WrappedBlock(Block Block, SourceText Source);

    private object? ExecWrapped(WrappedBlock wrapped)
    {
        var source = Source;
        Source = wrapped.Source;
        try
        {
            return Exec(wrapped.Block);
        }
        finally
        {
            Source = source;
        }
    }

    private object? ExecCase(CaseStatement statement)
    {
        var value = Eval(statement.Value);
        _indent = statement.LeavesIndent ? string.Empty : _indent;
        foreach (var when in statement.Whens)
        {
            foreach (var candidate in when.Values)
            {
                if (Operators.Binary(this, BinaryOp.Equal, value, Eval(candidate), when.Start, when, when) is true)
                {
                    return Exec(when.Body);
                }
            }
        }

        return statement.Else is null ? null : Exec(statement.Else);
    }

    private object? ExecCapture(CaptureStatement statement)
    {
        _outputs.Push(new TextOutput());
        string text;
        try
        {
            Exec(statement.Body);
        }
        finally
        {
            text = _outputs.Pop().ToString();
        }

        AssignTo(statement.Target, Html ? new HtmlText(text) : text);
        return null;
    }

    private object? ExecWith(WithStatement statement)
    {
        var members = Eval(statement.Target) switch
        {
            EmptyValue => new ScriptMap(),
            ScriptMap map => map,
            ScriptList list => list.AsMembers(),
            _ => throw Fault(statement.Target, "`with` needs an object"),
        };
        PushGlobal(members);
        try
        {
            return Exec(statement.Body);
        }
        finally
        {
            PopGlobal();
        }
    }

    private object? ExecWrap(WrapStatement statement)
    {
        var wrapped = new WrappedBlock(statement.Body, Source);
        if (statement.Target is CallExpr call)
        {
            return PrintResult(Call(call, wrapped), statement);
        }

        if (statement.Target is NestedExpr || Eval(statement.Target, alias: true) is not Function function)
        {
            throw Fault(statement.Target, "`wrap` needs a function");
        }

        return PrintResult(Call(function, statement.Target, [], wrapped), statement);
    }

    private object? PrintResult(object? value, Node node)
    {
        Print(value, Html ? HtmlContext.Text : HtmlContext.Plain, node);
        return null;
    }

    private void ExecImport(ImportStatement statement)
    {
        var value = Eval(statement.Value);
        if (value is null)
        {
            return;
        }

        if (value is not ScriptMap map)
        {
            throw Fault(statement.Value, $"`import` needs an object, not a {TypeName(value)}");
        }

        var target = _globals.Peek().Store!;
        foreach (var name in map.Names.ToArray())
        {
            target.Set(name, map.Get(name));
        }
    }
}
