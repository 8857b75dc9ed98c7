namespace CampaignEngine.Audiences.Conditions;

/// <summary>A condition as parsed, names not yet looked up. Start and End are offsets of its text.</summary>
public abstract record ConditionSyntax(int Start, int End);

internal enum LiteralKind
{
    Null,
    Boolean,
    Text,
    Number,
    Percent,
    Money,
    Date,
    Time,
    Duration,
}

/// <summary>Value: bool, string, decimal, Money, DateOnly, DateTime (local) or DateTimeOffset, CalendarDuration; null for null.</summary>
internal sealed record LiteralSyntax(LiteralKind Kind, object? Value, int Start, int End) : ConditionSyntax(Start, End);

internal readonly record struct NameSyntax(string Name, int Start);

/// <summary><c>household.name</c>: relations, then a field.</summary>
internal sealed record PathSyntax(IReadOnlyList<NameSyntax> Names, int Start, int End) : ConditionSyntax(Start, End);

/// <summary><c>lower(email)</c>.</summary>
internal sealed record CallSyntax(NameSyntax Function, IReadOnlyList<ConditionSyntax> Arguments, int Start, int End) : ConditionSyntax(Start, End);

/// <summary><c>sum(orders.amount where channel = "web")</c>.</summary>
internal sealed record AggregateSyntax(NameSyntax Function, bool Distinct, PathSyntax Path, ConditionSyntax? Where, int Start, int End)
    : ConditionSyntax(Start, End);

/// <summary><c>contacted by "spring-tea" on email within 14 days</c>. AnyCampaign: "by any".</summary>
internal sealed record FactSyntax(NameSyntax Fact, int Start, int End) : ConditionSyntax(Start, End)
{
    public IReadOnlyList<string>? Campaigns { get; init; }

    public bool AnyCampaign { get; init; }

    public IReadOnlyList<string>? Drops { get; init; }

    public IReadOnlyList<(string Name, int Start)>? Channels { get; init; }

    public LiteralSyntax? Within { get; init; }

    public bool Plain => Campaigns is null && !AnyCampaign && Drops is null && Channels is null && Within is null;
}

/// <summary>"and" or "or" over two or more conditions.</summary>
internal sealed record LogicalSyntax(bool All, IReadOnlyList<ConditionSyntax> Items, int Start, int End) : ConditionSyntax(Start, End);

internal sealed record NotSyntax(ConditionSyntax Operand, int Start, int End) : ConditionSyntax(Start, End);

internal sealed record NegateSyntax(ConditionSyntax Operand, int Start, int End) : ConditionSyntax(Start, End);

/// <summary>+ - * /</summary>
internal sealed record ArithmeticSyntax(char Operator, ConditionSyntax Left, ConditionSyntax Right, int Start, int End) : ConditionSyntax(Start, End);

/// <summary>= != &lt; &lt;= &gt; &gt;=</summary>
internal sealed record CompareSyntax(string Operator, ConditionSyntax Left, ConditionSyntax Right, int Start, int End) : ConditionSyntax(Start, End);

internal sealed record BetweenSyntax(ConditionSyntax Operand, ConditionSyntax Low, ConditionSyntax High, int Start, int End) : ConditionSyntax(Start, End);

internal sealed record InSyntax(ConditionSyntax Operand, IReadOnlyList<LiteralSyntax> Items, int Start, int End) : ConditionSyntax(Start, End);

internal sealed record LikeSyntax(ConditionSyntax Operand, LiteralSyntax Pattern, int Start, int End) : ConditionSyntax(Start, End);

internal sealed record IsNullSyntax(ConditionSyntax Operand, bool Negated, int Start, int End) : ConditionSyntax(Start, End);

internal enum ContainsMode
{
    One,
    Any,
    All,
}

internal sealed record ContainsSyntax(ConditionSyntax Operand, ContainsMode Mode, IReadOnlyList<LiteralSyntax> Items, int Start, int End)
    : ConditionSyntax(Start, End);

internal enum SpanMode
{
    /// <summary>now - duration &lt;= x &lt;= now</summary>
    Within,

    /// <summary>now &lt;= x &lt;= now + duration</summary>
    WithinNext,

    /// <summary>x &lt; now - duration</summary>
    OlderThan,
}

internal sealed record SpanSyntax(ConditionSyntax Operand, SpanMode Mode, LiteralSyntax Duration, int Start, int End) : ConditionSyntax(Start, End);
