using CampaignEngine.Audiences;

namespace CampaignEngine.Planning;

/// <summary>Why a person did or did not get a campaign. Serialised in snake_case.</summary>
public sealed record Explanation
{
    /// <summary>How people name the customer (customer_no), as stored.</summary>
    public required string Customer { get; init; }

    public required string Campaign { get; init; }

    /// <summary>The plan that is spoken of; null when none was ever made.</summary>
    public string? Plan { get; init; }

    /// <summary>contacted, in_doubt, failed, waiting, planned, control, excluded, not_in_universe or unplanned.</summary>
    public required string Outcome { get; init; }

    /// <summary>The one reason: a name of the waterfall, of the ledger (suppressed, expired, rejected ...) or "contact".</summary>
    public required string Reason { get; init; }

    /// <summary>One sentence with the condition and the values that decided.</summary>
    public required string Detail { get; init; }

    public string? Cell { get; init; }

    /// <summary>Every condition of the campaign for this person with today's values.</summary>
    public IReadOnlyList<ExplainedCondition> Conditions { get; init; } = [];

    /// <summary>What happened drop by drop.</summary>
    public IReadOnlyList<ExplainedMailing> Mailings { get; init; } = [];
}

public sealed record ExplainedCondition(int Number, string Condition, bool Exclude, bool? Holds, string Values)
{
    public static ExplainedCondition Of(ConditionOutcome outcome) => new(outcome.Number, outcome.Text, outcome.Exclude, outcome.Holds, outcome.Detail);
}

/// <param name="State">accepted, deferred, rejected, not_attempted, skipped, expired, cancelled, in_doubt, waiting or excluded.</param>
public sealed record ExplainedMailing(string Drop, string Channel, string State, string? Reason, DateTimeOffset? At, string? Cell);
