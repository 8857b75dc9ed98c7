using System.Text.Json.Serialization;

namespace CampaignEngine.Reporting.Winners;

/// <summary>How the tested cells of a campaign stand by its rule. The remainder is not among them: it was contacted later, with the winner.</summary>
public sealed record TestStanding
{
    /// <summary>click_rate, response_rate, conversion_rate or revenue_per_contact.</summary>
    public required string Measure { get; init; }

    /// <summary>People of all tested cells who did what is measured; for revenue those who bought.</summary>
    public required long Answers { get; init; }

    public required IReadOnlyList<TestCell> Cells { get; init; }

    /// <summary>Null: no cell is better than another.</summary>
    public string? Best { get; init; }

    /// <summary>Whether the best cell wins by the rule, on these figures.</summary>
    public bool Wins { get; init; }

    /// <summary>The figures that say so.</summary>
    public required string Because { get; init; }

    /// <summary>The best cell against each other one.</summary>
    public IReadOnlyList<TestPair> BestAgainst { get; init; } = [];
}

/// <param name="Answers">People who did what is measured.</param>
/// <param name="Value">Rate, or revenue a contacted person, with its 95 % interval.</param>
public sealed record TestCell(string Cell, long Contacted, long Answers, double? Value, double? Low, double? High);

/// <summary>How far the best cell lies above another one.</summary>
/// <param name="P">Corrected for the number of pairs of cells (Holm).</param>
public sealed record TestPair(string Cell, double? Lift, double? LiftLow, double? LiftHigh, double? P);

/// <summary>What was decided about the remainder of a test.</summary>
public sealed record TestDecision
{
    /// <summary>won: by the rule; first, control: none won, and the rule says so; chosen: by a person; asked: a person is to decide.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>What the remainder gets; null: nothing, or not decided.</summary>
    public string? Cell { get; init; }

    public string Because { get; init; } = "";

    public DateTimeOffset DecidedAt { get; init; }

    /// <summary>Null: the campaign's own rule.</summary>
    public string? DecidedBy { get; init; }
}

/// <summary>A campaign's test: how the cells stand now, and what was decided.</summary>
public sealed record TestResult
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>When the rule decides at the latest; null: it has, or a person is asked.</summary>
    public DateTimeOffset? DecidesAt { get; init; }

    /// <summary>People of the remainder.</summary>
    public long Remainder { get; init; }

    public TestDecision? Decision { get; init; }

    /// <summary>The decision in a few words.</summary>
    [JsonIgnore]
    public string Outcome => Decision switch
    {
        null => "not decided yet",
        { Cell: { } cell } => $"the remainder got {cell}",
        { Outcome: "asked" } => "the remainder waits for a person",
        _ => "the remainder got nothing",
    };

    public required TestStanding Standing { get; init; }
}
