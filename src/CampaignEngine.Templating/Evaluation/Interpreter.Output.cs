using CampaignEngine.Templating.Html;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>Writing: the indentation of code blocks that stand alone on their line applies to every line of a value.</summary>
internal sealed partial class Interpreter
{
    private readonly Stack<TextOutput> _outputs = new();
    private string _indent = string.Empty;
    private bool _afterNewLine;

    private void Print(object? value, HtmlContext context, Node node)
    {
        if (value is null)
        {
            return;
        }

        try
        {
            var text = ToText(value, node) ?? string.Empty;
            Write(context == HtmlContext.Plain ? text : HtmlEscaper.Escape(text, context, value is HtmlText), node);
        }
        catch (RenderFault fault)
        {
            throw Fault(node, fault.Message, fault.Code);
        }
    }

    private void Write(ReadOnlySpan<char> text, Node node)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (_indent.Length == 0)
        {
            _afterNewLine = text[^1] == '\n';
            Append(text, node);
            return;
        }

        while (text.Length > 0)
        {
            if (_afterNewLine)
            {
                Append(_indent, node);
                _afterNewLine = false;
            }

            var end = text.IndexOf('\n');
            if (end < 0)
            {
                Append(text, node);
                return;
            }

            Append(text[..(end + 1)], node);
            _afterNewLine = true;
            text = text[(end + 1)..];
        }
    }

    private int _guard = -1;

    private void Append(ReadOnlySpan<char> text, Node node)
    {
        if (_guard == _outputs.Count)
        {
            throw Fault(node, "a function that prints cannot be called inside a tag; let it return its text with ret", Faults.UnsafeValue);
        }

        var output = _outputs.Peek();
        output.Write(text);
        if (output.Bytes > _limits.OutputBytes)
        {
            throw Fault(node, $"the template prints more than {_limits.OutputBytes:N0} bytes", Faults.Output);
        }
    }
}
