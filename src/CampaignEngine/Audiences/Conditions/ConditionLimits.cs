namespace CampaignEngine.Audiences.Conditions;

/// <summary>Bounds on one condition, so that no text can exhaust the engine or the database.</summary>
public static class ConditionLimits
{
    /// <summary>Characters of one condition.</summary>
    public const int Length = 10_000;

    /// <summary>Nesting of parentheses, functions, aggregates, <c>not</c> and chained arithmetic.</summary>
    public const int Depth = 100;

    /// <summary>Values of one list.</summary>
    public const int ListItems = 10_000;

    /// <summary>Longest duration, in years: keeps date arithmetic inside the calendar.</summary>
    public const int Years = 100;
}
