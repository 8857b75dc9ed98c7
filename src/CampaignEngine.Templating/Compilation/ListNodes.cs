namespace CampaignEngine.Templating.Compilation;

/// <summary>Whether some row of a list of scalars is equal to a value.</summary>
internal sealed class ListContains(ListNode list, int depth, ValueNode equal) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        var rows = list.Get(f, out var missing);
        if (missing)
        {
            throw Frame.Leave();
        }

        for (var i = 0; i < (rows?.Count ?? 0); i++)
        {
            f.Round();
            f.Rows[depth] = rows![i];
            if (equal.Truthy(f))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>One text of each row of a list, joined.</summary>
internal sealed class JoinedText(ListNode list, int depth, TextNode element, TextConstant separator) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var rows = list.Get(f, out isNull);
        if (isNull)
        {
            throw Frame.Leave();
        }

        var count = rows?.Count ?? 0;
        var between = separator.Get(f, out _);
        var total = Math.Max(0, count - 1) * (long)between.Length;
        for (var i = 0; i < count; i++)
        {
            f.Round();
            f.Rows[depth] = rows![i];
            total += element.Get(f, out _).Length;
        }

        if (total > f.Limits.StringLength)
        {
            throw Frame.Leave();
        }

        // As in a concatenation the elements are made twice: nearly all are slots.
        f.Scratch((int)total, out var chunk, out var start);
        f.Keep((int)total);
        var at = start;
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                between.CopyTo(chunk.AsSpan(at));
                at += between.Length;
            }

            f.Rows[depth] = rows![i];
            var text = element.Get(f, out _);
            text.CopyTo(chunk.AsSpan(at));
            at += text.Length;
        }

        return chunk.AsSpan(start, (int)total);
    }
}
