using System.Numerics;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;

namespace CampaignEngine.Templating.Checking;

internal enum InferredKind
{
    Any,
    Null,
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Span,
    Object,
    List,
    Function,
    Group,
}

/// <summary>What the checker knows about the value of an expression.</summary>
internal readonly record struct Inferred(InferredKind Kind, bool Nullable = false, Shape? Shape = null, ShapeType? Element = null, Function? Function = null, ScriptMap? Group = null, IReadOnlyList<string>? Values = null)
{
    public static readonly Inferred Any = new(InferredKind.Any);
    public static readonly Inferred Null = new(InferredKind.Null, true);
    public static readonly Inferred Text = new(InferredKind.Text);
    public static readonly Inferred Boolean = new(InferredKind.Boolean);
    public static readonly Inferred Integer = new(InferredKind.Integer);
    public static readonly Inferred Number = new(InferredKind.Number);
    public static readonly Inferred Date = new(InferredKind.Date);
    public static readonly Inferred Span = new(InferredKind.Span);

    public bool IsNumeric => Kind is InferredKind.Integer or InferredKind.Number;

    public bool IsUnknown => Kind is InferredKind.Any or InferredKind.Null;

    public static Inferred Of(ShapeType type, bool nullable) => type.Kind switch
    {
        ShapeKind.Text => Text with { Nullable = nullable },
        ShapeKind.Integer => Integer with { Nullable = nullable },
        ShapeKind.Number => Number with { Nullable = nullable },
        ShapeKind.Boolean => Boolean with { Nullable = nullable },
        ShapeKind.Date or ShapeKind.Time => Date with { Nullable = nullable },
        ShapeKind.Object => new Inferred(InferredKind.Object, nullable, type.Shape),
        ShapeKind.List => new Inferred(InferredKind.List, nullable, Element: type.Element),
        _ => Any,
    };

    public static Inferred Of(ShapeMember member) => Of(member.Type, member.Nullable) with { Values = member.Values };

    public static Inferred OfValue(object? value) => value switch
    {
        null => Null,
        string => Text,
        bool => Boolean,
        int or long or BigInteger => Integer,
        double or float or decimal => Number,
        DateTime or DateTimeOffset or DateOnly => Date,
        TimeSpan => Span,
        _ => Any,
    };

    public static Inferred Of(ArgumentKind kind) => kind switch
    {
        ArgumentKind.Text => Text,
        ArgumentKind.Integer or ArgumentKind.Long => Integer,
        ArgumentKind.Double or ArgumentKind.Decimal or ArgumentKind.Number => Number,
        ArgumentKind.Boolean => Boolean,
        ArgumentKind.List => new Inferred(InferredKind.List),
        ArgumentKind.Date => Date,
        ArgumentKind.Span => Span,
        _ => Any,
    };

    /// <summary>What is known of a value that is one or the other.</summary>
    public static Inferred Join(Inferred a, Inferred b)
    {
        if (a.Kind == InferredKind.Null || b.Kind == InferredKind.Null)
        {
            return (a.Kind == InferredKind.Null ? b : a) with { Nullable = true };
        }

        var nullable = a.Nullable || b.Nullable;
        if (a with { Nullable = nullable } == b with { Nullable = nullable })
        {
            return a with { Nullable = nullable };
        }

        if (a.IsNumeric && b.IsNumeric)
        {
            return Number with { Nullable = nullable };
        }

        // Texts of different origin are still a text; lists and objects are only what both sides know.
        return a.Kind == b.Kind && a.Kind is InferredKind.Text or InferredKind.List && a.Kind == b.Kind
            ? new Inferred(a.Kind, nullable, Element: a.Element == b.Element ? a.Element : null)
            : Any with { Nullable = nullable };
    }

    public override string ToString() => Kind switch
    {
        InferredKind.Object => Shape is null ? "an object" : $"an object ({Shape.Name})",
        InferredKind.Any => "a value",
        InferredKind.Null => "null",
        InferredKind.Integer => "an integer",
        InferredKind.Span => "a timespan",
        InferredKind.Group => "a group of functions",
        _ => "a " + Kind.ToString().ToLowerInvariant(),
    };
}
