using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>A condition checked against the model: true, false or unknown for each row of its entity. Unknown does not hold.</summary>
public sealed record BoundCondition
{
    internal BoundCondition(Written written, Entity entity, BoundNode root, IReadOnlyList<BoundPart> parts) =>
        (Written, Entity, Root, Parts) = (written, entity, root, parts);

    public Written Written { get; }

    public Entity Entity { get; }

    internal BoundNode Root { get; }

    internal IReadOnlyList<BoundPart> Parts { get; }
}

/// <summary>A value per row: what orderings, survivors and carried columns use.</summary>
public sealed record BoundExpression
{
    internal BoundExpression(string text, Entity entity, BoundNode root) => (Text, Entity, Root) = (text, entity, root);

    /// <summary>As written: <c>sum(orders.amount)</c>.</summary>
    public string Text { get; }

    public Entity Entity { get; }

    public ValueKind Kind => Root.Kind;

    internal BoundNode Root { get; }

    /// <summary>One plain field of the entity.</summary>
    /// <exception cref="ArgumentException">The field is computed; bind its name instead.</exception>
    public static BoundExpression Of(Entity entity, Field field) =>
        field.Is is null ? new BoundExpression(field.Name, entity, new BoundField(entity, field))
            : throw new ArgumentException($"field '{field.Name}' of {entity.Name} is computed and must be bound", nameof(field));
}

/// <summary>Rows of a relation that satisfy a condition, as <c>response.conversion</c> names them.</summary>
public sealed record BoundRelation
{
    internal BoundRelation(Written written, Entity entity, BoundAggregate rows) => (Written, Entity, Rows) = (written, entity, rows);

    public Written Written { get; }

    /// <summary>Where the relation starts.</summary>
    public Entity Entity { get; }

    /// <summary>Entity of the rows.</summary>
    public Entity Target => Rows.Target;

    /// <summary>When a row happened; see docs/conditions.md for the rule.</summary>
    public Field Time => Rows.Order!;

    internal BoundAggregate Rows { get; }
}

/// <summary>An operand of a condition with its text, for explanations: <c>sum(orders.amount)</c>.</summary>
internal sealed record BoundPart(string Text, BoundNode Node);
