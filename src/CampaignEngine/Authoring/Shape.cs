namespace CampaignEngine.Authoring;

/// <summary>
/// What an authored file may hold, declared once: it checks files, it generates the JSON Schemas that editors use, and it generates the key reference in docs/.
/// </summary>
public abstract record Shape
{
    /// <summary>One sentence for authors.</summary>
    public required string Description { get; init; }
}

/// <summary>A single typed value.</summary>
public sealed record ScalarShape(ScalarKind Kind) : Shape;

/// <summary>One word out of a known set.</summary>
public sealed record ChoiceShape(params string[] Allowed) : Shape;

/// <summary>A list. With <see cref="OrSingle"/> one value may be written without the list signs.</summary>
public sealed record ListShape(Shape Item) : Shape
{
    public bool OrSingle { get; init; }

    public int AtLeast { get; init; }
}

/// <summary>A fixed set of keys.</summary>
public sealed record MapShape(params KeyShape[] Keys) : Shape;

/// <summary>Any number of names with one shape of value: fields, senders, variables.</summary>
public sealed record NamedShape(ScalarKind Name, Shape Value) : Shape;

/// <summary>A short form (a single value) or a long form (keys or a list).</summary>
public sealed record EitherShape(Shape Short, Shape Long) : Shape;

/// <summary>One key of a <see cref="MapShape"/>.</summary>
public sealed record KeyShape(string Name, Shape Shape)
{
    public bool Required { get; init; }

    /// <summary>What holds when the key is not written, in words; null when nothing does.</summary>
    public string? Default { get; init; }
}
