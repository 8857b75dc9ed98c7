using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Html;

/// <summary>Finds for every printed value of an escaping template the place of the HTML where it stands, and refuses places that cannot be safe.</summary>
internal sealed class HtmlScan(SourceText source, List<TemplateMessage> messages)
{
    private static readonly HtmlState s_text = new(HtmlPlace.Text);

    public static void Run(Block page, SourceText source, List<TemplateMessage> messages)
    {
        var scan = new HtmlScan(source, messages);
        var end = scan.Scan(page, s_text);
        if (end.Place is not (HtmlPlace.Text or HtmlPlace.Comment))
        {
            scan.Fault(source.Text.Length, "CE3303", $"the template ends {end.Describe()}; close it");
        }
    }

    private void Fault(int offset, string code, string text) => messages.Add(source.Message(offset, Severity.Error, code, text));

    private HtmlState Scan(Block block, HtmlState state)
    {
        foreach (var statement in block.Statements)
        {
            state = Scan(statement, state);
        }

        return state;
    }

    private HtmlState Scan(Statement statement, HtmlState state)
    {
        switch (statement)
        {
            case RawStatement raw:
                return HtmlReader.Read(state, source.Text.AsSpan(raw.Start, raw.End - raw.Start));
            case ExpressionStatement s:
                return Print(s, state);
            case IfStatement s:
                return Join(statement, Scan(s.Then, state), s.Else is null ? state : Scan(s.Else, state));
            case CaseStatement s:
                var joined = s.Else is null ? state : Scan(s.Else, state);
                foreach (var when in s.Whens)
                {
                    joined = Join(statement, Scan(when.Body, state), joined);
                }

                return joined;
            case ForStatement s:
                return Loop(statement, s.TableRow ? ScanApart(s.Body, state) : Scan(s.Body, state), s.Else, state);
            case WhileStatement s:
                return Loop(statement, Scan(s.Body, state), null, state);
            case CaptureStatement s:
                return ScanApart(s.Body, state);
            case WrapStatement s:
                return ScanApart(s.Body, state);
            case WithStatement s:
                return Scan(s.Body, state);
            case FunctionStatement s:
                return ScanApart(s.Function.Body, state);
            default:
                return state;
        }
    }

    private HtmlState Print(ExpressionStatement statement, HtmlState state)
    {
        if (statement.Expression is AssignExpr { Value: var value })
        {
            ScanFunctions(value);
            return state;
        }

        ScanFunctions(statement.Expression);
        if (EndsRaw(statement.Expression))
        {
            statement.Context = HtmlContext.Plain;
            return state.AfterValue;
        }

        statement.Context = state.Context;
        if (statement.Context == HtmlContext.Refused)
        {
            var fix = state.Place is HtmlPlace.UnquotedValue or HtmlPlace.BeforeValue
                ? "put quotes around the attribute"
                : "move it out, or add `| raw` when the value is yours and safe there";
            Fault(statement.Start, "CE3301", $"a value cannot be made safe {state.Describe()}; {fix}");
        }

        return state.AfterValue;
    }

    /// <summary>Functions written inside an expression (<c>do ... end</c>) print between tags.</summary>
    private void ScanFunctions(Expr expression)
    {
        foreach (var node in Tree.Walk(expression))
        {
            if (node is FunctionExpr function)
            {
                ScanApart(function.Function.Body, s_text);
            }
        }
    }

    private static bool EndsRaw(Expr expression) => expression is CallExpr { Target: VariableExpr { Name: "raw", IsLocal: false } };

    /// <summary>Text that is kept and printed elsewhere: it must be whole HTML of its own.</summary>
    private HtmlState ScanApart(Block block, HtmlState state)
    {
        var end = Scan(block, s_text);
        if (end.Place != HtmlPlace.Text)
        {
            Fault(block.End, "CE3303", $"this block ends {end.Describe()}; close it inside the block");
        }

        return state;
    }

    private HtmlState Loop(Statement loop, HtmlState body, Block? otherwise, HtmlState state)
    {
        var after = Join(loop, state, body);
        return otherwise is null ? after : Join(loop, after, Scan(otherwise, state));
    }

    private HtmlState Join(Statement statement, HtmlState a, HtmlState b)
    {
        if (HtmlState.Join(a, b) is { } joined)
        {
            return joined;
        }

        Fault(statement.Start, "CE3302", $"the ways through this block end in different places of the HTML ({a.Describe()} and {b.Describe()}); keep tags and quotes whole in each way");
        return a.Place == HtmlPlace.Text ? a : b;
    }
}
