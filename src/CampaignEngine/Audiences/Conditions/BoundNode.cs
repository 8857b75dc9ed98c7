using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>A checked part of a condition: every name is a model object, every type is known. Evaluated for one row of its scope's entity.</summary>
internal abstract record BoundNode(ValueKind Kind);

/// <summary>Value: bool, string, long, decimal, DateOnly, DateTime (local), DateTimeOffset, Guid or CalendarDuration.</summary>
internal sealed record BoundLiteral(ValueKind Kind, object Value, string? Currency = null) : BoundNode(Kind);

/// <summary>The injected instant, or its day in the workspace's zone.</summary>
internal sealed record BoundNow(ValueKind Kind) : BoundNode(Kind);

internal sealed record BoundField(Entity Entity, Field Field) : BoundNode(ValueKinds.Of(Field.Type));

/// <summary>A part evaluated for the row that to-one relations lead to.</summary>
internal sealed record BoundAt(IReadOnlyList<Relation> Path, BoundNode Inner) : BoundNode(Inner.Kind);

internal enum RfmPart
{
    Recency,
    Frequency,
    Monetary,
    Score,
    Segment,
}

internal sealed record BoundRfm(RfmPart Part) : BoundNode(Part is RfmPart.Score or RfmPart.Segment ? ValueKind.Text : ValueKind.Integer);

internal enum FactKind
{
    Contacted,
    Responded,
    Opened,
    Clicked,
}

/// <summary>Null lists mean any; CampaignScoped: without "by", so that a drop's <c>only:</c> means its own campaign.</summary>
internal sealed record BoundFact(
    FactKind Fact,
    IReadOnlyList<string>? Campaigns,
    bool CampaignScoped,
    IReadOnlyList<string>? Drops,
    IReadOnlyList<string>? Channels,
    CalendarDuration? Within) : BoundNode(ValueKind.Boolean);

internal enum AggregateKind
{
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
    Avg,
    Has,
    First,
    Last,
}

/// <summary>
/// An aggregate over the rows that <see cref="Path"/> leads to. The first relation of the path is to-many; Operand and Where are
/// evaluated for a row of <see cref="Target"/>, the last relation's entity.
/// </summary>
internal sealed record BoundAggregate(
    AggregateKind Aggregate,
    IReadOnlyList<Relation> Path,
    Entity Target,
    BoundNode? Operand,
    BoundNode? Where,
    Field? Order,
    ValueKind Kind) : BoundNode(Kind);

/// <summary>Value where Condition holds, else unknown.</summary>
internal sealed record BoundWhen(BoundNode Condition, BoundNode Value) : BoundNode(Value.Kind);

internal sealed record BoundArithmetic(char Operator, BoundNode Left, BoundNode Right, ValueKind Kind) : BoundNode(Kind);

internal sealed record BoundNegate(BoundNode Operand) : BoundNode(Operand.Kind);

/// <summary>A date or time plus a duration, minus it when Back.</summary>
internal sealed record BoundShift(BoundNode Operand, CalendarDuration Duration, bool Back, ValueKind Kind) : BoundNode(Kind);

/// <summary>Whole days from Right to Left.</summary>
internal sealed record BoundDays(BoundNode Left, BoundNode Right) : BoundNode(ValueKind.Integer);

internal sealed record BoundCall(ConditionFunction Function, IReadOnlyList<BoundNode> Arguments, ValueKind Kind) : BoundNode(Kind);

internal sealed record BoundCompare(string Operator, BoundNode Left, BoundNode Right) : BoundNode(ValueKind.Boolean);

/// <summary>A time compared with a day: the time's own day counts, so that "&lt;= 2026-01-31" includes the evening of that day.</summary>
internal sealed record BoundDayCompare(string Operator, BoundNode Time, BoundNode Day) : BoundNode(ValueKind.Boolean);

/// <summary>Values: string[], decimal[], long[], DateOnly[], DateTimeOffset or local DateTime as object[], Guid[].</summary>
internal sealed record BoundIn(BoundNode Operand, IReadOnlyList<BoundLiteral> Items) : BoundNode(ValueKind.Boolean);

internal sealed record BoundLike(BoundNode Operand, string Pattern) : BoundNode(ValueKind.Boolean);

internal sealed record BoundContains(BoundNode Operand, ContainsMode Mode, IReadOnlyList<string> Items) : BoundNode(ValueKind.Boolean);

internal sealed record BoundIsNull(BoundNode Operand, bool Negated) : BoundNode(ValueKind.Boolean);

internal sealed record BoundSpan(BoundNode Operand, SpanMode Mode, CalendarDuration Duration) : BoundNode(ValueKind.Boolean);

internal sealed record BoundNot(BoundNode Operand) : BoundNode(ValueKind.Boolean);

internal sealed record BoundLogical(bool All, IReadOnlyList<BoundNode> Items) : BoundNode(ValueKind.Boolean);
