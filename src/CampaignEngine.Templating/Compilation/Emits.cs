using System.Text;
using CampaignEngine.Templating.Html;

namespace CampaignEngine.Templating.Compilation;

/// <summary>A statement of a compiled template.</summary>
internal abstract class Emit
{
    public abstract void Run(Frame f);
}

internal sealed class StaticEmit(byte[] text) : Emit
{
    public byte[] Text => text;

    public override void Run(Frame f) => f.Write(text);
}

internal sealed class IndentedEmit(byte[] text, byte[] indent) : Emit
{
    public override void Run(Frame f) => f.WriteIndented(text, indent);
}

internal sealed class SequenceEmit(Emit[] parts) : Emit
{
    public override void Run(Frame f)
    {
        foreach (var part in parts)
        {
            part.Run(f);
            if (f.Signal != Signal.None)
            {
                return;
            }
        }
    }
}

internal sealed class PrintEmit(TextNode text, HtmlContext context, byte[] indent) : Emit
{
    public override void Run(Frame f)
    {
        var value = text.Get(f, out var isNull);
        if (isNull || value.Length == 0)
        {
            return;
        }

        if (indent.Length > 0)
        {
            // What is escaped is written first and then taken back to be written with its indentation.
            var (start, afterNewLine) = (f.Length, f.AfterNewLine);
            Write(f, value);
            f.Reindent(start, afterNewLine, indent);
            return;
        }

        Write(f, value);
    }

    private void Write(Frame f, ReadOnlySpan<byte> value)
    {
        switch (context)
        {
            case HtmlContext.Plain:
                f.Write(value);
                return;
            case HtmlContext.Text or HtmlContext.Attribute when !(text.IsHtml && context == HtmlContext.Text):
                f.WriteEscaped(value);
                return;
            case HtmlContext.Text:
                f.Write(value);
                return;
            case HtmlContext.UrlStart:
                WriteUrl(f, value);
                return;
            case HtmlContext.UrlPath:
                f.WriteUrl(value, keepReserved: true, keepColon: false);
                return;
            case HtmlContext.UrlQuery:
                f.WriteUrl(value, keepReserved: false, keepColon: false);
                return;
            default:
                f.Write(Encoding.UTF8.GetBytes(Rare(value)));
                return;
        }
    }

    private string Rare(ReadOnlySpan<byte> value)
    {
        try
        {
            return HtmlEscaper.Escape(Encoding.UTF8.GetString(value), context, false);
        }
        catch (Evaluation.RenderFault)
        {
            throw Frame.Leave();
        }
    }

    private void WriteUrl(Frame f, ReadOnlySpan<byte> value)
    {
        // The usual link needs no look at its scheme; any other goes the careful way.
        if ((value.StartsWith("https://"u8) || value.StartsWith("http://"u8) || value.StartsWith("mailto:"u8)) && value[^1] is > (byte)' ' and < 0x80)
        {
            f.WriteUrl(value, keepReserved: true, keepColon: true);
            return;
        }

        f.Write(Encoding.UTF8.GetBytes(Rare(value)));
    }
}

internal sealed class IfEmit(ValueNode condition, Emit then, Emit? otherwise) : Emit
{
    public override void Run(Frame f)
    {
        if (condition.Truthy(f))
        {
            then.Run(f);
        }
        else
        {
            otherwise?.Run(f);
        }
    }
}

internal sealed class SignalEmit(Signal signal) : Emit
{
    public override void Run(Frame f) => f.Signal = signal;
}

internal sealed class LoopEmit(ListNode list, int depth, NumberNode? offset, NumberNode? limit, bool reversed, bool scalar, Emit body, Emit? otherwise) : Emit
{
    public override void Run(Frame f)
    {
        var rows = list.Get(f, out var isNull);
        if (isNull)
        {
            return;
        }

        var skip = Math.Max(0, offset?.Get(f).ToInt() ?? 0);
        var most = limit?.Get(f).ToInt() ?? -1;
        var rest = Math.Max(0, (rows?.Count ?? 0) - skip);
        var count = most > 0 ? Math.Min(most, rest) : rest;
        if (count == 0)
        {
            otherwise?.Run(f);
            return;
        }

        _ = scalar;
        ref var loop = ref f.Loops[depth];
        loop.Count = count;
        for (var i = 0; i < count; i++)
        {
            f.Round();
            loop.Index = i;
            f.Rows[depth] = rows![reversed ? rows.Count - 1 - i : skip + i];
            body.Run(f);
            if (f.Signal != Signal.None)
            {
                if (f.Signal == Signal.Return)
                {
                    return;
                }

                var ended = f.Signal == Signal.Break;
                f.Signal = Signal.None;
                if (ended)
                {
                    return;
                }
            }
        }
    }
}

/// <summary>A loop over values written in the template.</summary>
internal sealed class LiteralLoopEmit(AssignEmit[] items, int depth, Emit body) : Emit
{
    public override void Run(Frame f)
    {
        ref var loop = ref f.Loops[depth];
        loop.Count = items.Length;
        for (var i = 0; i < items.Length; i++)
        {
            f.Round();
            loop.Index = i;
            items[i].Run(f);
            body.Run(f);
            if (f.Signal != Signal.None)
            {
                var ended = f.Signal != Signal.Continue;
                f.Signal = f.Signal == Signal.Return ? Signal.Return : Signal.None;
                if (ended)
                {
                    return;
                }
            }
        }
    }
}

/// <param name="locals">Variables that belong to one run of the body.</param>
internal sealed class WithEmit(ValueNode target, Emit body, int[] locals) : Emit
{
    public override void Run(Frame f)
    {
        if (target.IsNull(f))
        {
            throw Frame.Leave();
        }

        f.Unset(locals);
        body.Run(f);
    }
}

/// <summary>A loop over a range of integers.</summary>
internal sealed class RangeEmit(NumberNode first, NumberNode last, bool exclusive, int depth, Emit body, Emit? otherwise) : Emit
{
    public override void Run(Frame f)
    {
        var (from, to) = (first.Get(f), last.Get(f));
        if (from.Kind != NumKind.Integer || to.Kind != NumKind.Integer)
        {
            throw Frame.Leave();
        }

        var step = from.Integer <= to.Integer ? 1 : -1;
        var count = Math.Abs(to.Integer - from.Integer) + (exclusive ? 0 : 1);
        if (count > f.Limits.RangeSize || count < 0)
        {
            throw Frame.Leave();
        }

        if (count == 0)
        {
            otherwise?.Run(f);
            return;
        }

        ref var loop = ref f.Loops[depth];
        loop.Count = (int)count;
        for (var i = 0; i < (int)count; i++)
        {
            f.Round();
            loop.Index = i;
            loop.Element = Num.Of(from.Integer + ((long)step * i));
            body.Run(f);
            if (f.Signal != Signal.None)
            {
                if (f.Signal == Signal.Return)
                {
                    return;
                }

                var ended = f.Signal == Signal.Break;
                f.Signal = Signal.None;
                if (ended)
                {
                    return;
                }
            }
        }
    }
}

internal sealed class AssignEmit(int slot, ValueNode value) : Emit
{
    public override void Run(Frame f)
    {
        switch (value)
        {
            case TextNode text:
                var bytes = text.Get(f, out var isNull);
                var length = bytes.Length;
                var room = f.Scratch(length, out var chunk, out var start);
                bytes.CopyTo(room);
                f.Keep(length);
                ref var variable = ref f.Variables[slot];
                (variable.IsSet, variable.Bytes, variable.Start, variable.Count) = (!isNull, chunk, start, length);
                break;
            case NumberNode number:
                var result = number.Get(f);
                (f.Variables[slot].IsSet, f.Variables[slot].Number) = (!result.IsNull, result);
                break;
            case BooleanNode boolean:
                var flag = boolean.Get(f, out var flagNull);
                (f.Variables[slot].IsSet, f.Variables[slot].Flag) = (!flagNull, flag);
                break;
            case DateNode date:
                var day = date.Get(f, out var dateNull);
                (f.Variables[slot].IsSet, f.Variables[slot].Date) = (!dateNull, day);
                break;
        }
    }
}

internal sealed class CaptureEmit(int slot, Emit body) : Emit
{
    public override void Run(Frame f)
    {
        var start = f.Length;
        body.Run(f);
        var length = f.Length - start;
        var room = f.Scratch(length, out var chunk, out var at);
        f.Output.AsSpan(start, length).CopyTo(room);
        f.Keep(length);
        f.Length = start;
        ref var variable = ref f.Variables[slot];
        (variable.IsSet, variable.Bytes, variable.Start, variable.Count) = (true, chunk, at, length);
    }
}

/// <summary>Finds the fault in a way through the data, where the language evaluates it.</summary>
internal sealed class TouchEmit(ValueNode value) : Emit
{
    public override void Run(Frame f) => value.IsNull(f);
}

/// <summary>An include that stands alone; its text is indented as a whole where the include is.</summary>
/// <param name="locals">Variables that belong to one run of the included template.</param>
/// <param name="depth">How many includes run with this one.</param>
internal sealed class IncludeEmit(Emit body, Emit[] arguments, int[] locals, int depth, byte[] indent) : Emit
{
    public override void Run(Frame f)
    {
        // Near the limit, calls in the included template count too: the interpreter knows.
        if (depth >= f.Limits.Recursion)
        {
            throw Frame.Leave();
        }

        f.Unset(locals);
        foreach (var argument in arguments)
        {
            argument.Run(f);
        }

        var (start, afterNewLine) = (f.Length, f.AfterNewLine);
        f.AfterNewLine = false;
        body.Run(f);
        f.Signal = Signal.None;
        if (f.Length - start > f.Limits.StringLength)
        {
            throw Frame.Leave();
        }

        f.Reindent(start, afterNewLine, indent);
    }
}
