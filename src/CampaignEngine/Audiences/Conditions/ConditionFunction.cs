namespace CampaignEngine.Audiences.Conditions;

/// <summary>Functions of one row. Aggregates and engine facts are not among them.</summary>
internal enum ConditionFunction
{
    Lower,
    Upper,
    Trim,
    Length,
    Coalesce,
    Abs,
    Round,
    Floor,
    Ceil,
    Year,
    Month,
    Day,
    Weekday,
    Age,
    DaysSince,
}

internal static class ConditionFunctions
{
    public static readonly IReadOnlyDictionary<string, ConditionFunction> ByName = new Dictionary<string, ConditionFunction>(StringComparer.Ordinal)
    {
        ["lower"] = ConditionFunction.Lower,
        ["upper"] = ConditionFunction.Upper,
        ["trim"] = ConditionFunction.Trim,
        ["length"] = ConditionFunction.Length,
        ["coalesce"] = ConditionFunction.Coalesce,
        ["abs"] = ConditionFunction.Abs,
        ["round"] = ConditionFunction.Round,
        ["floor"] = ConditionFunction.Floor,
        ["ceil"] = ConditionFunction.Ceil,
        ["year"] = ConditionFunction.Year,
        ["month"] = ConditionFunction.Month,
        ["day"] = ConditionFunction.Day,
        ["weekday"] = ConditionFunction.Weekday,
        ["age"] = ConditionFunction.Age,
        ["days_since"] = ConditionFunction.DaysSince,
    };

    /// <summary>All names that may stand before a parenthesis, for suggestions.</summary>
    public static readonly IReadOnlyList<string> Known =
        [.. ByName.Keys, "today", "now", "count", "sum", "min", "max", "avg", "has", "first", "last"];

    /// <summary>Fewest and most arguments, and an example for messages.</summary>
    public static (int Fewest, int Most, string Example) Arity(ConditionFunction function) => function switch
    {
        ConditionFunction.Coalesce => (2, 20, "coalesce(mobile, phone)"),
        ConditionFunction.Round => (1, 2, "round(amount, 2)"),
        ConditionFunction.Age => (1, 1, "age(birth_date)"),
        ConditionFunction.Year or ConditionFunction.Month or ConditionFunction.Day or ConditionFunction.Weekday or ConditionFunction.DaysSince =>
            (1, 1, $"{Name(function)}(birth_date)"),
        ConditionFunction.Abs or ConditionFunction.Floor or ConditionFunction.Ceil => (1, 1, $"{Name(function)}(amount)"),
        _ => (1, 1, $"{Name(function)}(email)"),
    };

    public static string Name(ConditionFunction function) => ByName.First(pair => pair.Value == function).Key;
}
