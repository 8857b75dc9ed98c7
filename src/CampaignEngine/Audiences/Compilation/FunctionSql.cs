using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using NpgsqlTypes;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>Functions of one row.</summary>
internal static class FunctionSql
{
    public static string Compile(BoundCall call, RowSource row)
    {
        var arguments = call.Arguments.Select(argument => ConditionSql.Compile(argument, row)).ToList();
        var first = arguments[0];
        switch (call.Function)
        {
            case ConditionFunction.Lower or ConditionFunction.Upper:
                return $"{call.Function.ToString().ToLowerInvariant()}({first})";
            case ConditionFunction.Trim:
                return $"btrim({first})";
            case ConditionFunction.Length:
                return call.Arguments[0].Kind == ValueKind.TextList ? $"cardinality({first})::bigint" : $"length({first})::bigint";
            case ConditionFunction.Coalesce:
                return $"coalesce({string.Join(", ", arguments)})";
            case ConditionFunction.Round when arguments.Count == 2:
                var decimals = Convert.ToInt32(((BoundLiteral)call.Arguments[1]).Value, CultureInfo.InvariantCulture);
                return $"round({first}::numeric, {row.Context.Parameters.Add(NpgsqlDbType.Integer, decimals)})";
            case ConditionFunction.Abs or ConditionFunction.Round or ConditionFunction.Floor or ConditionFunction.Ceil:
                return $"{call.Function.ToString().ToLowerInvariant()}({first}::numeric)";
        }

        var day = call.Arguments[0].Kind == ValueKind.Date ? first : $"({first} AT TIME ZONE {ConditionSql.Zone(row.Context)})::date";
        var today = row.Context.Parameters.Add(NpgsqlDbType.Date, row.Context.Moments.Today);
        return call.Function switch
        {
            ConditionFunction.Year => $"extract(year FROM {day})::bigint",
            ConditionFunction.Month => $"extract(month FROM {day})::bigint",
            ConditionFunction.Day => $"extract(day FROM {day})::bigint",
            ConditionFunction.Weekday => $"extract(isodow FROM {day})::bigint",
            ConditionFunction.Age => $"extract(year FROM age({today}::timestamp, {day}::timestamp))::bigint",
            ConditionFunction.DaysSince => $"({today} - {day})::bigint",
            _ => throw new ArgumentOutOfRangeException(nameof(call), call.Function, "a function without SQL"),
        };
    }
}
