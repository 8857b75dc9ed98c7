using CampaignEngine.Audiences.Conditions;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>A value as text for people: times in the workspace's zone, lists in braces.</summary>
internal static class ShownValue
{
    public static string Compile(BoundNode node, RowSource row) => node switch
    {
        BoundFact fact => $"to_char({ConditionSql.FactTime(fact, row)} AT TIME ZONE {ConditionSql.Zone(row.Context)}, 'YYYY-MM-DD HH24:MI')",
        { Kind: ValueKind.Time } => $"to_char({ConditionSql.Compile(node, row)} AT TIME ZONE {ConditionSql.Zone(row.Context)}, 'YYYY-MM-DD HH24:MI:SS')",
        _ => $"({ConditionSql.Compile(node, row)})::text",
    };
}
