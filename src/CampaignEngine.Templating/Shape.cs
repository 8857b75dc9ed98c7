namespace CampaignEngine.Templating;

/// <summary>The kinds of values that data handed to templates can have.</summary>
public enum ShapeKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>An integer of 64 bits.</summary>
    Integer,

    /// <summary>A decimal number, exact.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A day of the calendar.</summary>
    Date,

    /// <summary>A point in time, shown in the zone of the reader.</summary>
    Time,

    /// <summary>An object with members of its own.</summary>
    Object,

    /// <summary>A list.</summary>
    List,

    /// <summary>Anything; nothing is checked, and templates that use it run on the slower path.</summary>
    Any,
}

/// <summary>The type of a member: a scalar, an object with its shape, or a list of one type.</summary>
public sealed class ShapeType
{
    public static readonly ShapeType Text = new(ShapeKind.Text);
    public static readonly ShapeType Integer = new(ShapeKind.Integer);
    public static readonly ShapeType Number = new(ShapeKind.Number);
    public static readonly ShapeType Boolean = new(ShapeKind.Boolean);
    public static readonly ShapeType Date = new(ShapeKind.Date);
    public static readonly ShapeType Time = new(ShapeKind.Time);
    public static readonly ShapeType Any = new(ShapeKind.Any);

    private ShapeType(ShapeKind kind, Shape? shape = null, ShapeType? element = null) => (Kind, Shape, Element) = (kind, shape, element);

    public ShapeKind Kind { get; }

    /// <summary>The members of an object; null for every other kind.</summary>
    public Shape? Shape { get; }

    /// <summary>The type of the elements of a list; null for every other kind.</summary>
    public ShapeType? Element { get; }

    public static ShapeType Object(Shape shape) => new(ShapeKind.Object, shape);

    public static ShapeType List(ShapeType element) => new(ShapeKind.List, element: element);

    public static ShapeType List(Shape element) => List(Object(element));

    public override string ToString() => Kind switch
    {
        ShapeKind.Object => $"object {Shape!.Name}",
        ShapeKind.List => $"list of {Element}",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>One member of an object: its name as templates write it, its type, and whether it can be null.</summary>
/// <param name="Label">What the member is, in a few words; messages that propose it add this.</param>
/// <param name="Values">The only texts it can be; a comparison with any other is a dead branch. Null: anything.</param>
public sealed record ShapeMember(string Name, ShapeType Type, bool Nullable = false, string? Label = null, IReadOnlyList<string>? Values = null);

/// <summary>
/// What an object looks like: its members. The checker holds templates to it, the compiler turns member names into slots,
/// and <see cref="Row"/> is filled by those slots.
/// </summary>
/// <example><code>
/// var order = new Shape("order", [new("number", ShapeType.Text), new("amount", ShapeType.Number)]);
/// var customer = new Shape("customer", [new("first_name", ShapeType.Text, Nullable: true)]);
/// var shape = new Shape("message", [new("customer", ShapeType.Object(customer)), new("orders", ShapeType.List(order))]);
/// var firstName = shape.Slot("customer.first_name");
/// </code></example>
public sealed class Shape
{
    private readonly Dictionary<string, ShapeMember> _members;
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<ShapeMember> _slotMembers = [];
    private readonly List<int> _parents = [];

    public Shape(string name, IReadOnlyList<ShapeMember> members)
    {
        Name = name;
        Members = members;
        _members = members.ToDictionary(m => m.Name, StringComparer.Ordinal);
        AddSlots(string.Empty, this, -1);
    }

    /// <summary>Named in messages.</summary>
    public string Name { get; }

    public IReadOnlyList<ShapeMember> Members { get; }

    /// <summary>How many slots a row of this shape has: its members and the members of the objects in it, but not those of lists.</summary>
    public int SlotCount => _slotMembers.Count;

    public ShapeMember? Find(string name) => _members.GetValueOrDefault(name);

    /// <summary>The slot of a member by its path, such as <c>customer.first_name</c>; ask once and keep it.</summary>
    /// <exception cref="ArgumentException">There is no such member, or the path goes through a list.</exception>
    public int Slot(string path) => _slots.TryGetValue(path, out var slot) ? slot
        : throw new ArgumentException($"the shape {Name} has no member {path}; known are {string.Join(", ", _slots.Keys)}", nameof(path));

    public bool TryGetSlot(string path, out int slot) => _slots.TryGetValue(path, out slot);

    /// <summary>The type of the member at a path that leads through objects.</summary>
    /// <exception cref="ArgumentException">There is no such member, or the path goes through a list.</exception>
    public ShapeType MemberType(string path) => _slotMembers[Slot(path)].Type;

    internal ShapeMember MemberAt(int slot) => _slotMembers[slot];

    /// <summary>The slot of the object that holds the member of a slot, or -1.</summary>
    internal int ParentOf(int slot) => _parents[slot];

    private void AddSlots(string prefix, Shape shape, int parent)
    {
        foreach (var member in shape.Members)
        {
            var slot = _slotMembers.Count;
            _slots[prefix + member.Name] = slot;
            _slotMembers.Add(member);
            _parents.Add(parent);
            if (member.Type.Shape is { } inner)
            {
                AddSlots($"{prefix}{member.Name}.", inner, slot);
            }
        }
    }
}
