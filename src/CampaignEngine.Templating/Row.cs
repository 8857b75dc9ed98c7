using System.Globalization;

namespace CampaignEngine.Templating;

/// <summary>
/// The data of one message, in typed slots: filled by the caller for each person, cleared and filled again without
/// allocating. Used by one thread at a time.
/// </summary>
/// <example><code>
/// var row = new Row(shape);
/// foreach (var person in people)
/// {
///     row.Clear();
///     row.SetText(firstName, person.FirstName);
///     foreach (var order in person.Orders)
///     {
///         row.List(orders).Add().SetNumber(amount, order.Amount);
///     }
///
///     compiled.Render(output, row);
/// }
/// </code></example>
public sealed class Row
{
    private readonly Slot[] _slots;

    public Row(Shape shape)
    {
        Shape = shape;
        _slots = new Slot[shape.SlotCount];
    }

    public Shape Shape { get; }

    /// <summary>Formats numbers and dates that the template prints; null for that of the environment.</summary>
    public CultureInfo? Culture { get; set; }

    /// <summary>The language of this reader, for functions of the host that ask for it; null for <see cref="Culture"/>.</summary>
    public CultureInfo? Language { get; set; }

    /// <summary>The time zone of this reader; null for that of the environment.</summary>
    public TimeZoneInfo? Zone { get; set; }

    internal ref readonly Slot this[int slot] => ref _slots[slot];

    /// <summary>Makes every member null and every list empty. An object is null until one of its members is set, unless its shape says it never is.</summary>
    public void Clear()
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            ref var slot = ref _slots[i];
            slot.Kind = SlotKind.Null;
            if (slot.List is { } list)
            {
                list.Clear();
            }

            slot.Text = null;
            slot.Utf8 = default;
            slot.Value = null;
        }
    }

    public void SetNull(int slot) => _slots[slot].Kind = SlotKind.Null;

    public void SetText(int slot, string? text)
    {
        ref var target = ref Fill(slot, text is null ? SlotKind.Null : SlotKind.Text);
        target.Text = text;
    }

    /// <summary>Sets a text that is UTF-8 already (bytes that are not become U+FFFD); the memory must stay as it is until the row is cleared.</summary>
    public void SetText(int slot, ReadOnlyMemory<byte> utf8)
    {
        if (System.Text.Unicode.Utf8.IsValid(utf8.Span))
        {
            Fill(slot, SlotKind.Utf8).Utf8 = utf8;
        }
        else
        {
            SetText(slot, System.Text.Encoding.UTF8.GetString(utf8.Span));
        }
    }

    public void SetInteger(int slot, long value) => Fill(slot, SlotKind.Integer).Bits = value;

    public void SetNumber(int slot, decimal value) => Fill(slot, SlotKind.Number).Number = value;

    public void SetBoolean(int slot, bool value) => Fill(slot, SlotKind.Boolean).Bits = value ? 1 : 0;

    public void SetDate(int slot, DateOnly value) => Fill(slot, SlotKind.Date).Bits = value.DayNumber;

    public void SetTime(int slot, DateTimeOffset value) => Fill(slot, SlotKind.Time).Bits = value.UtcTicks;

    /// <summary>Sets a member of the kind <see cref="ShapeKind.Any"/>: a scalar, list or dictionary as <see cref="Template.Render(IReadOnlyDictionary{string, object?}?, Func{string, string?}?)"/> takes them.</summary>
    public void SetAny(int slot, object? value) => Fill(slot, value is null ? SlotKind.Null : SlotKind.Any).Value = value;

    /// <summary>Says that an object without any set member is there all the same.</summary>
    public void SetPresent(int slot) => Fill(slot, SlotKind.Present);

    /// <summary>The list in a slot; <see cref="RowList.Add"/> gives its next row.</summary>
    public RowList List(int slot)
    {
        ref var target = ref Fill(slot, SlotKind.List);
        return target.List ??= new RowList(Shape.MemberAt(slot).Type.Element
            ?? throw new ArgumentException($"{Shape.MemberAt(slot).Name} is a {Shape.MemberAt(slot).Type}, not a list", nameof(slot)));
    }

    /// <summary>
    /// The members as names and values, as <see cref="Template.Render(IReadOnlyDictionary{string, object?}?, Func{string, string?}?)"/> takes them:
    /// dictionaries for objects, lists, and points in time as the clock of <paramref name="zone"/> showed them.
    /// </summary>
    public IReadOnlyDictionary<string, object?> ToDictionary(TimeZoneInfo? zone = null) => Members(string.Empty, Shape, zone ?? Zone ?? TimeZoneInfo.Utc);

    private Dictionary<string, object?> Members(string prefix, Shape shape, TimeZoneInfo zone) =>
        shape.Members.ToDictionary(m => m.Name, m => ValueOf(prefix + m.Name, m, zone), StringComparer.Ordinal);

    private object? ValueOf(string path, ShapeMember member, TimeZoneInfo zone)
    {
        ref readonly var slot = ref _slots[Shape.Slot(path)];
        return slot.Kind switch
        {
            SlotKind.Text => slot.Text,
            SlotKind.Utf8 => System.Text.Encoding.UTF8.GetString(slot.Utf8.Span),
            SlotKind.Integer => slot.Bits is >= int.MinValue and <= int.MaxValue ? (int)slot.Bits : slot.Bits,
            SlotKind.Number => slot.Number,
            SlotKind.Boolean => slot.Bits != 0,
            SlotKind.Date => new DateTime(slot.Bits * TimeSpan.TicksPerDay),
            SlotKind.Time => TimeZoneInfo.ConvertTime(new DateTimeOffset(slot.Bits, TimeSpan.Zero), zone).DateTime,
            SlotKind.Any => slot.Value,
            SlotKind.Present => Members(path + ".", member.Type.Shape!, zone),
            SlotKind.List => Rows(slot.List!, member.Type.Element!, zone),
            _ when member.Nullable => null,
            _ => member.Type.Kind switch
            {
                ShapeKind.List => new List<object?>(),
                ShapeKind.Object => Members(path + ".", member.Type.Shape!, zone),
                _ => null,
            },
        };
    }

    private static List<object?> Rows(RowList rows, ShapeType element, TimeZoneInfo zone) =>
        [.. Enumerable.Range(0, rows.Count).Select(i => element.Shape is null ? rows[i].ValueOf("value", rows[i].Shape.Members[0], zone) : rows[i].ToDictionary(zone))];

    /// <summary>Gives a second slot of the same type the list of the first: what stands in two places is filled once.</summary>
    public void ShareList(int from, int to) => Fill(to, SlotKind.List).List = List(from);

    private ref Slot Fill(int index, SlotKind kind)
    {
        ref var slot = ref _slots[index];
        slot.Kind = kind;
        if (kind != SlotKind.Null)
        {
            for (var parent = Shape.ParentOf(index); parent >= 0; parent = Shape.ParentOf(parent))
            {
                _slots[parent].Kind = SlotKind.Present;
            }
        }

        return ref slot;
    }

    internal enum SlotKind : byte
    {
        Null,
        Text,
        Utf8,
        Integer,
        Number,
        Boolean,
        Date,
        Time,
        Any,
        List,
        Present,
    }

    internal struct Slot
    {
        public SlotKind Kind;
        public long Bits;
        public decimal Number;
        public string? Text;
        public ReadOnlyMemory<byte> Utf8;
        public object? Value;
        public RowList? List;
    }
}

/// <summary>The rows of a list, kept and used again from message to message. A list of scalars has rows of one slot, 0.</summary>
public sealed class RowList
{
    private readonly List<Row> _rows = [];
    private readonly Shape _element;

    internal RowList(ShapeType element) => _element = ElementShape(element);

    public int Count { get; private set; }

    public Row this[int index] => index >= 0 && index < Count ? _rows[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The next row, empty.</summary>
    public Row Add()
    {
        if (Count == _rows.Count)
        {
            _rows.Add(new Row(_element));
        }

        var row = _rows[Count++];
        row.Clear();
        return row;
    }

    public void Clear() => Count = 0;

    internal static Shape ElementShape(ShapeType element) => element.Shape ?? new Shape("element", [new ShapeMember("value", element, Nullable: true)]);
}
