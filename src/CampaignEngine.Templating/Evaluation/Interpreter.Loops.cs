using System.Globalization;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

internal sealed partial class Interpreter
{
    /// <summary>The variable <c>for</c>, <c>while</c> or <c>tablerow</c> of a running loop.</summary>
    private sealed class LoopState(IReadOnlyList<object?>? items) : ScriptMap
    {
        public int Index { get; set; }

        public bool Changed { get; set; } = true;

        public int Columns { get; init; }

        public override bool TryGet(string name, out object? value)
        {
            var last = (items?.Count ?? 0) - 1;
            value = name switch
            {
                "index" => Integers.Fit(Index),
                "first" => Index == 0,
                "even" => (Index & 1) == 0,
                "odd" => (Index & 1) == 1,
                "changed" => Changed,
                "last" when items is not null => Index == last,
                "length" when items is not null => Integers.Fit(items.Count),
                "rindex" when items is not null => Integers.Fit(last - Index),
                "col" when Columns > 0 => Integers.Fit(Index % Columns),
                _ => null,
            };
            return value is not null;
        }

        public override bool Set(string name, object? value, bool readOnly = false) => false;
    }

    private object? ExecFor(ForStatement loop)
    {
        var value = Eval(loop.Iterator);
        if (value is null)
        {
            return null;
        }

        EnterLoop(out var global, out var local);
        try
        {
            var items = LoopItems(loop, value, out var columns);
            var state = new LoopState(items) { Columns = loop.TableRow ? columns : 0 };
            global.Loops.Peek().Force(loop.TableRow ? "tablerow" : "for", state);
            var writer = loop.TableRow ? "<tr class=\"row1\">" : string.Empty;
            Write(writer, loop);
            var result = RunRounds(loop, items, state, global, local);
            if (loop.TableRow)
            {
                Write("</tr>\n", loop);
            }

            if (items.Count == 0 && loop.Else is not null)
            {
                result = Exec(loop.Else);
            }

            return result;
        }
        finally
        {
            LeaveLoop(global, local);
            if (_flow != Flow.Return)
            {
                _flow = Flow.None;
            }
        }
    }

    private object? RunRounds(ForStatement loop, IReadOnlyList<object?> items, LoopState state, Scope global, Scope local)
    {
        object? result = null;
        for (var i = 0; i < items.Count; i++)
        {
            Round(loop);
            state.Index = i;
            state.Changed = i == 0 || !Equals(items[i - 1], items[i]);
            if (loop.Variable is VariableExpr variable)
            {
                (variable.IsLocal ? local : global).Loops.Peek().Force(variable.Name, items[i]);
            }
            else
            {
                AssignTo(loop.Variable, items[i]);
            }

            result = loop.TableRow ? ExecCell(loop, state) : Exec(loop.Body);
            if (_flow is Flow.Return or Flow.Break)
            {
                break;
            }

            _flow = Flow.None;
        }

        return result;
    }

    private object? ExecCell(ForStatement loop, LoopState state)
    {
        var column = state.Index % state.Columns;
        if (column == 0 && state.Index > 0)
        {
            var row = (state.Index / state.Columns) + 1;
            Write("</tr>\n", loop);
            Write($"<tr class=\"row{row.ToString(CultureInfo.InvariantCulture)}\">", loop);
        }

        Write($"<td class=\"col{(column + 1).ToString(CultureInfo.InvariantCulture)}\">", loop);
        var result = Exec(loop.Body);
        Write("</td>", loop);
        return result;
    }

    private IReadOnlyList<object?> LoopItems(ForStatement loop, object value, out int columns)
    {
        columns = 1;
        var offset = 0;
        var limit = -1;
        var reversed = false;
        foreach (var option in loop.Options)
        {
            switch (option.Name)
            {
                case "offset":
                    offset = ToInt(OptionValue(option), option.Value!);
                    break;
                case "limit":
                    limit = ToInt(OptionValue(option), option.Value!);
                    break;
                case "reversed":
                    reversed = true;
                    break;
                case "cols" when loop.TableRow:
                    columns = Math.Max(1, ToInt(OptionValue(option), option.Value!));
                    break;
                default:
                    throw Fault(option, $"a {(loop.TableRow ? "tablerow" : "for")} loop has no option {option.Name}; known are offset, limit, reversed{(loop.TableRow ? ", cols" : string.Empty)}");
            }
        }

        if (value is RangeValue range && offset == 0 && !reversed && (limit > 0 || range.Count > _limits.RangeSize))
        {
            CheckRange(range, loop.Iterator);
        }

        IEnumerable<object?> items = Items(value, loop.Iterator)
            ?? throw Fault(loop.Iterator, $"a {TypeName(value)} cannot be looped over; a list, a range, an object or a text can");
        if (loop.Options.Count > 0)
        {
            items = offset > 0 ? items.Skip(offset) : items;
            items = reversed ? items.Reverse() : items;
            items = limit > 0 ? items.Take(limit) : items;
        }

        return items as IReadOnlyList<object?> ?? [.. items];
    }

    private object? OptionValue(NamedArgument option) =>
        option.Value is null ? throw Fault(option, $"the option {option.Name} needs a value") : Eval(option.Value);

    private object? ExecWhile(WhileStatement loop)
    {
        EnterLoop(out var global, out var local);
        try
        {
            var state = new LoopState(null);
            global.Loops.Peek().Force("while", state);
            object? result = null;
            for (var i = 0; ; i++)
            {
                Round(loop);
                if (!Truthy(Eval(loop.Condition)))
                {
                    return result;
                }

                state.Index = i;
                result = Exec(loop.Body);
                if (_flow is Flow.Return or Flow.Break)
                {
                    return result;
                }

                _flow = Flow.None;
            }
        }
        finally
        {
            LeaveLoop(global, local);
            if (_flow != Flow.Return)
            {
                _flow = Flow.None;
            }
        }
    }
}
