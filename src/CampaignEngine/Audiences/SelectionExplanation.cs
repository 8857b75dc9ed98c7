using CampaignEngine.Audiences.Conditions;
using Npgsql;

namespace CampaignEngine.Audiences;

/// <summary>What each condition says about one row, with the values that decided.</summary>
public sealed record SelectionExplanation(string Key, IReadOnlyList<ConditionOutcome> Conditions)
{
    /// <summary>The number of the first where that does not hold or exclude that does, as in the waterfall; 0 when selected.</summary>
    public int Failed { get; private init; }

    /// <summary>Runs a statement made by <see cref="SelectionCompiler.Explain"/> for the same conditions; null when there is no such row.</summary>
    public static async Task<SelectionExplanation?> ReadAsync(
        NpgsqlConnection connection,
        SelectionStatement statement,
        IReadOnlyList<BoundCondition> where,
        IReadOnlyList<BoundCondition> exclude,
        CancellationToken cancellationToken)
    {
        await using var command = statement.ToCommand(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var outcomes = new List<ConditionOutcome>();
        var (column, failed) = (1, 0);
        foreach (var condition in where.Concat(exclude))
        {
            bool? holds = reader.IsDBNull(column) ? null : reader.GetBoolean(column);
            column++;
            var values = new List<OperandValue>();
            foreach (var part in condition.Parts)
            {
                values.Add(new OperandValue(part.Text, reader.IsDBNull(column) ? null : reader.GetString(column)));
                column++;
            }

            outcomes.Add(new ConditionOutcome(outcomes.Count + 1, condition.Written.Text, outcomes.Count >= where.Count, holds, values));
            if (failed == 0 && (outcomes.Count > where.Count ? holds == true : holds != true))
            {
                failed = outcomes.Count;
            }
        }

        return new SelectionExplanation(reader.GetString(0), outcomes) { Failed = failed };
    }
}

/// <summary>One condition for one row. Number counts over where, then exclude, from 1. Holds is null when it is unknown, which does not hold.</summary>
public sealed record ConditionOutcome(int Number, string Text, bool Exclude, bool? Holds, IReadOnlyList<OperandValue> Values)
{
    /// <summary>"last_order_at = 2025-11-02 10:15:00, country is unknown".</summary>
    public string Detail => string.Join(", ", Values.Select(value => value.Value is null ? $"{value.Text} has no value" : $"{value.Text} = {value.Value}"));
}

/// <summary>An operand as written and its value as text; null when it has none. For an engine fact: the latest time it happened.</summary>
public sealed record OperandValue(string Text, string? Value);
