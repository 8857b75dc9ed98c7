using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

/// <summary>A call of any other function with values: it allocates, and gives what the interpreter gives.</summary>
internal sealed class BoxedCall(Function function, Expr caller, ValueNode[] arguments)
{
    public object? Invoke(Frame f)
    {
        var values = new object?[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Box(f);
        }

        try
        {
            return f.Functions.Call(function, caller, values);
        }
        catch (Exception fault) when (fault is TemplateException or RenderFault)
        {
            throw Frame.Leave();
        }
    }
}

internal sealed class BoxedText(BoxedCall call) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var value = call.Invoke(f);
        isNull = value is null;
        return value switch
        {
            null => default,
            string text when !IsHtml => f.Encode(text),
            HtmlText html when IsHtml => f.Encode(html.Html),
            _ => throw Frame.Leave(),
        };
    }
}

internal sealed class BoxedNumber(BoxedCall call) : NumberNode
{
    public override Num Get(Frame f) => Num.TryOf(call.Invoke(f), out var number) ? number : throw Frame.Leave();
}

internal sealed class BoxedBoolean(BoxedCall call) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        var value = call.Invoke(f);
        isNull = value is null;
        return value switch
        {
            null => false,
            bool flag => flag,
            _ => throw Frame.Leave(),
        };
    }
}

internal sealed class BoxedDate(BoxedCall call) : DateNode
{
    public override DateTime Get(Frame f, out bool isNull)
    {
        var value = call.Invoke(f);
        isNull = value is null;
        return value switch
        {
            null => default,
            DateTime date => date,
            _ => throw Frame.Leave(),
        };
    }
}
