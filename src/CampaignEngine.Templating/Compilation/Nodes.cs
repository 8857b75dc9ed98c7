using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

/// <summary>An expression whose kind is known before any data is seen.</summary>
internal abstract class ValueNode
{
    public abstract bool IsNull(Frame f);

    public virtual bool Truthy(Frame f) => !IsNull(f);

    /// <summary>The value with a box, for functions without a typed form.</summary>
    public abstract object? Box(Frame f);
}

internal abstract class TextNode : ValueNode
{
    /// <summary>The text is HTML already.</summary>
    public bool IsHtml { get; init; }

    /// <summary>The text as UTF-8; it lives until the message is done.</summary>
    public abstract ReadOnlySpan<byte> Get(Frame f, out bool isNull);

    public override bool IsNull(Frame f)
    {
        Get(f, out var isNull);
        return isNull;
    }

    public override object? Box(Frame f)
    {
        var text = Get(f, out var isNull);
        return isNull ? null : System.Text.Encoding.UTF8.GetString(text);
    }
}

internal abstract class NumberNode : ValueNode
{
    public abstract Num Get(Frame f);

    public override bool IsNull(Frame f) => Get(f).IsNull;

    public override object? Box(Frame f) => Get(f).ToObject();
}

internal abstract class BooleanNode : ValueNode
{
    public abstract bool Get(Frame f, out bool isNull);

    public override bool IsNull(Frame f)
    {
        Get(f, out var isNull);
        return isNull;
    }

    public override bool Truthy(Frame f) => Get(f, out var isNull) && !isNull;

    public override object? Box(Frame f)
    {
        var value = Get(f, out var isNull);
        return isNull ? null : value;
    }
}

internal abstract class DateNode : ValueNode
{
    /// <summary>The date in the zone of the reader.</summary>
    public abstract DateTime Get(Frame f, out bool isNull);

    public override bool IsNull(Frame f)
    {
        Get(f, out var isNull);
        return isNull;
    }

    public override object? Box(Frame f)
    {
        var date = Get(f, out var isNull);
        return isNull ? null : date;
    }
}

/// <summary>An object: only its presence is asked for, its members are slots of their own.</summary>
internal sealed class ObjectNode(SlotPath path, Shape shape) : ValueNode
{
    public SlotPath Path => path;

    public Shape Shape => shape;

    public override bool IsNull(Frame f) => !path.Reaches(f) || path.IsNullObject(f);

    public override object? Box(Frame f) => throw Frame.Leave();
}

/// <summary>The row of a running loop, or one taken from a list by its index.</summary>
internal sealed class RowNode(int depth, Shape shape, IndexedRow? source = null) : ValueNode
{
    public int Depth => depth;

    public Shape Shape => shape;

    public IndexedRow? Source => source;

    public bool HasFixedRow => source is null or { HasFixedIndex: true };

    public override bool IsNull(Frame f) => source is not null && source.Get(f) is null;

    public override object? Box(Frame f) => throw Frame.Leave();
}

internal sealed class ListNode(SlotPath path, ShapeType element) : ValueNode
{
    public SlotPath Path => path;

    public ShapeType Element => element;

    public RowList? Get(Frame f, out bool isNull)
    {
        isNull = true;
        if (!path.Reaches(f))
        {
            return null;
        }

        ref readonly var slot = ref path.Slot(f);
        isNull = slot.Kind != Row.SlotKind.List && path.Member.Nullable;
        return slot.Kind == Row.SlotKind.List ? slot.List : slot.Kind == Row.SlotKind.Null ? null : throw Frame.Leave();
    }

    public override bool IsNull(Frame f)
    {
        Get(f, out var isNull);
        return isNull;
    }

    public override object? Box(Frame f) => throw Frame.Leave();
}

internal sealed class NullNode : ValueNode
{
    public override bool IsNull(Frame f) => true;

    public override object? Box(Frame f) => null;
}

/// <summary>One row of a list; negative indexes count from its end.</summary>
internal sealed class IndexedRow(ListNode list, NumberNode index)
{
    /// <summary>The same row at any time of a message.</summary>
    public bool HasFixedIndex => index is NumberConstant && list.Path.HasFixedRow;

    /// <summary>The row, or null beyond the list's ends.</summary>
    public Row? Get(Frame f)
    {
        var rows = list.Get(f, out var isNull);
        var number = index.Get(f);
        if (isNull || number.IsNull)
        {
            throw Frame.Leave();
        }

        var count = rows?.Count ?? 0;
        var at = number.ToInt();
        at = at < 0 ? count + at : at;
        return at >= 0 && at < count ? rows![at] : null;
    }
}

/// <summary>The way to a slot: the loop or indexed row it belongs to, and the objects on the way that may be missing.</summary>
/// <param name="rowOptional">Whether an index beyond the list gives null instead of a fault.</param>
internal sealed class SlotPath(int depth, int index, Shape shape, (int Slot, bool Optional)[] owners, IndexedRow? source = null, bool rowOptional = false)
{
    public IndexedRow? Source => source;

    public bool HasFixedRow => source is null or { HasFixedIndex: true };

    public bool RowOptional => rowOptional;

    /// <summary>Something on the way may be missing.</summary>
    public bool CanMiss => source is not null || owners.Length > 0;

    public ShapeMember Member { get; } = shape.MemberAt(index);

    public int Depth => depth;

    public int Index => index;

    public (int Slot, bool Optional)[] Owners => owners;

    /// <summary>False when an object on the way is missing and <c>?.</c> allows it; without it the rendering has a fault.</summary>
    public bool Reaches(Frame f)
    {
        if (!CanMiss)
        {
            return true;
        }

        if (RowOf(f) is not { } row)
        {
            return rowOptional ? false : throw Frame.Leave();
        }

        foreach (var (slot, optional) in owners)
        {
            if (row[slot].Kind != Row.SlotKind.Present)
            {
                return optional ? false : throw Frame.Leave();
            }
        }

        return true;
    }

    public ref readonly Row.Slot Slot(Frame f) => ref RowOf(f)![index];

    private Row? RowOf(Frame f) => source is null ? f.Rows[depth] : source.Get(f);

    public bool IsNullObject(Frame f) => Member.Nullable && Slot(f).Kind != Row.SlotKind.Present;
}

internal sealed class TextSlot(SlotPath path) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        isNull = false;
        if (!path.CanMiss || path.Reaches(f))
        {
            ref readonly var slot = ref path.Slot(f);
            switch (slot.Kind)
            {
                case Row.SlotKind.Utf8:
                    return slot.Utf8.Span;
                case Row.SlotKind.Text:
                    return f.Encode(slot.Text);
                case Row.SlotKind.Null:
                    break;
                default:
                    throw Frame.Leave();
            }
        }

        isNull = true;
        return default;
    }

    public override bool IsNull(Frame f) => !path.Reaches(f) || path.Slot(f).Kind == Row.SlotKind.Null;
}

internal sealed class NumberSlot(SlotPath path) : NumberNode
{
    public bool IsInteger => path.Member.Type.Kind == ShapeKind.Integer;

    public override Num Get(Frame f)
    {
        if (path.CanMiss && !path.Reaches(f))
        {
            return default;
        }

        ref readonly var slot = ref path.Slot(f);
        return slot.Kind switch
        {
            Row.SlotKind.Integer => Num.Of(slot.Bits),
            Row.SlotKind.Number => Num.Of(slot.Number),
            Row.SlotKind.Null => default,
            _ => throw Frame.Leave(),
        };
    }
}

internal sealed class BooleanSlot(SlotPath path) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = !path.Reaches(f) || path.Slot(f).Kind == Row.SlotKind.Null;
        return !isNull && (path.Slot(f).Kind == Row.SlotKind.Boolean ? path.Slot(f).Bits != 0 : throw Frame.Leave());
    }
}

internal sealed class DateSlot(SlotPath path) : DateNode
{
    public override DateTime Get(Frame f, out bool isNull)
    {
        isNull = false;
        if (path.Reaches(f))
        {
            ref readonly var slot = ref path.Slot(f);
            switch (slot.Kind)
            {
                case Row.SlotKind.Date:
                    return new DateTime(slot.Bits * TimeSpan.TicksPerDay);
                case Row.SlotKind.Time:
                    return new DateTime(slot.Bits + f.Zone.GetUtcOffset(new DateTimeOffset(slot.Bits, TimeSpan.Zero)).Ticks);
                case Row.SlotKind.Null:
                    break;
                default:
                    throw Frame.Leave();
            }
        }

        isNull = true;
        return default;
    }
}

internal sealed class TextConstant(string text) : TextNode
{
    private readonly byte[] _bytes = System.Text.Encoding.UTF8.GetBytes(text);

    public string Text => text;

    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        isNull = false;
        return _bytes;
    }

    public override object Box(Frame f) => text;
}

internal sealed class NumberConstant(Num value) : NumberNode
{
    private readonly object? _boxed = value.ToObject();

    public Num Value => value;

    public override Num Get(Frame f) => value;

    public override object? Box(Frame f) => _boxed;
}

internal sealed class BooleanConstant(bool value) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        return value;
    }
}

internal sealed class TextVariable(int slot) : TextNode
{
    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        ref var variable = ref f.Variables[slot];
        isNull = !variable.IsSet;
        return isNull ? default : variable.Bytes.AsSpan(variable.Start, variable.Count);
    }
}

internal sealed class NumberVariable(int slot) : NumberNode
{
    public override Num Get(Frame f) => f.Variables[slot].IsSet ? f.Variables[slot].Number : default;
}

internal sealed class BooleanVariable(int slot) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = !f.Variables[slot].IsSet;
        return f.Variables[slot].Flag;
    }
}

internal sealed class DateVariable(int slot) : DateNode
{
    public override DateTime Get(Frame f, out bool isNull)
    {
        isNull = !f.Variables[slot].IsSet;
        return f.Variables[slot].Date;
    }
}

internal enum LoopMember
{
    Index,
    RIndex,
    Length,
    Element,
}

internal sealed class LoopNumber(int depth, LoopMember member) : NumberNode
{
    public override Num Get(Frame f)
    {
        ref var loop = ref f.Loops[depth];
        return member switch
        {
            LoopMember.Index => Num.Of(loop.Index),
            LoopMember.RIndex => Num.Of(loop.Count - 1 - loop.Index),
            LoopMember.Length => Num.Of(loop.Count),
            _ => loop.Element,
        };
    }
}

internal sealed class LoopFlag(int depth, string member) : BooleanNode
{
    public override bool Get(Frame f, out bool isNull)
    {
        isNull = false;
        ref var loop = ref f.Loops[depth];
        return member switch
        {
            "first" => loop.Index == 0,
            "last" => loop.Index == loop.Count - 1,
            "even" => (loop.Index & 1) == 0,
            _ => (loop.Index & 1) == 1,
        };
    }
}
