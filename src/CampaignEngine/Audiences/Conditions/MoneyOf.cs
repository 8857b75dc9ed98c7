using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>
/// Currencies of amounts. A literal carries its own; an amount of a row is in the currency that the row's text field
/// <c>currency</c> names. Restricting makes amounts in other currencies unknown, and leaves them out of aggregates.
/// </summary>
internal static class MoneyOf
{
    private const string CurrencyField = "currency";

    /// <summary>The currency an expression is fixed to by a literal in it; null when none.</summary>
    public static string? Currency(BoundNode node) => node switch
    {
        BoundLiteral literal => literal.Currency,
        BoundNegate negate => Currency(negate.Operand),
        BoundArithmetic arithmetic when arithmetic.Kind == ValueKind.Money => Currency(arithmetic.Left) ?? Currency(arithmetic.Right),
        BoundCall call when call.Kind == ValueKind.Money => call.Arguments.Select(Currency).FirstOrDefault(code => code is not null),
        _ => null,
    };

    /// <summary>The same expression over rows of one currency; null when an amount's row has no currency field.</summary>
    public static BoundNode? Restrict(BoundNode node, Entity entity, string code)
    {
        switch (node)
        {
            case BoundField field when field.Kind == ValueKind.Money:
                return Is(field.Entity, code) is { } same ? new BoundWhen(same, field) : null;
            case BoundAt at:
                return Restrict(at.Inner, entity, code) is { } inner ? at with { Inner = inner } : null;
            case BoundAggregate aggregate when aggregate.Kind == ValueKind.Money:
                return Is(aggregate.Target, code) is not { } rows ? null
                    : aggregate with { Where = aggregate.Where is null ? rows : new BoundLogical(true, [aggregate.Where, rows]) };
            case BoundNegate negate:
                return Restrict(negate.Operand, entity, code) is { } operand ? negate with { Operand = operand } : null;
            case BoundArithmetic arithmetic when arithmetic.Kind == ValueKind.Money:
                return Restrict(arithmetic.Left, entity, code) is { } left && Restrict(arithmetic.Right, entity, code) is { } right
                    ? arithmetic with { Left = left, Right = right } : null;
            case BoundCall call when call.Kind == ValueKind.Money:
                var arguments = call.Arguments.Select(argument => Restrict(argument, entity, code)).ToList();
                return arguments.Contains(null) ? null : call with { Arguments = arguments! };
            default:
                return node;
        }
    }

    private static BoundCompare? Is(Entity entity, string code) =>
        entity.Fields.TryGetValue(CurrencyField, out var field) && field.Type == FieldType.Text && field.Is is null
            ? new BoundCompare("=", new BoundField(entity, field), new BoundLiteral(ValueKind.Text, code)) : null;
}
