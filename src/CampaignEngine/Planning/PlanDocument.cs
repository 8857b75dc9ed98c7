using System.Text.Json;
using System.Text.Json.Serialization;

namespace CampaignEngine.Planning;

/// <summary>A plan as it is printed, stored and approved. Serialised in snake_case; the keys are a promise to scripts.</summary>
public sealed record PlanDocument
{
    public required string Campaign { get; init; }
    public string? Title { get; init; }

    /// <summary>16 hex digits over definition, messages and list: what <c>launch --plan</c> names. Set last.</summary>
    public string Hash { get; init; } = "";

    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>Everybody of the audience's entity: the sum over the waterfall plus <see cref="Contact"/>.</summary>
    public required long Universe { get; init; }

    /// <summary>People for whom every condition holds.</summary>
    public required long Selected { get; init; }

    /// <summary>Everybody who is not contacted, by the one reason that decided, in the order the reasons are looked at.</summary>
    public required IReadOnlyList<PlanStep> Waterfall { get; init; }

    /// <summary>People left after every exclusion: control cell and those to contact.</summary>
    public required long Net { get; init; }

    public required long Control { get; init; }

    public required long Contact { get; init; }

    public required IReadOnlyList<PlanCell> Cells { get; init; }

    public required IReadOnlyList<PlanDrop> Drops { get; init; }

    /// <summary>Sum over the drops, in <see cref="Currency"/>.</summary>
    public required decimal Cost { get; init; }

    public string? Currency { get; init; }

    public decimal? Budget { get; init; }

    public bool OverBudget => Budget is { } budget && Cost > budget;

    /// <summary>What the control cell can show; null without one or without a goal to take the rate from, and in plans of earlier versions.</summary>
    public PlanPower? Power { get; init; }

    /// <summary>Messages of the first drop as three people would get them.</summary>
    public IReadOnlyList<PlanSample> Samples { get; init; } = [];

    /// <summary>Every message rendered; null when there is nobody to contact, and in plans of earlier versions.</summary>
    public PlanProof? Proof { get; init; }

    /// <summary>Null for the first plan of a campaign.</summary>
    public PlanDifference? Difference { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static PlanDocument FromJson(string json) => JsonSerializer.Deserialize<PlanDocument>(json, Json)
        ?? throw new InvalidDataException("a stored plan is empty");
}

/// <param name="Condition">For reason "condition": its number, counted from 1 over where and then exclude.</param>
/// <param name="Detail">The condition as written, or the meaning of the reason.</param>
public sealed record PlanStep(string Reason, long Count, int? Condition, string Detail);

public sealed record PlanCell(string Cell, long People);

/// <param name="Of">conversion or response: the goal that names the rate.</param>
/// <param name="Rate">The rate that is expected without the campaign.</param>
/// <param name="DetectableRise">Smallest rise of the rate that is found four times in five (two-sided 5 %); null: none would be.</param>
/// <param name="ControlForAFifth">People of a control cell with which a rise by a fifth of the rate is found; null: with no control cell, too few are contacted.</param>
public sealed record PlanPower(string Of, double Rate, double? DetectableRise, long? ControlForAFifth);

/// <param name="DueAt">Null when the drop falls due relative to another or recurs.</param>
/// <param name="People">Forecast: people to contact with a usable address on the channel. A later drop freezes its own list.</param>
public sealed record PlanDrop(string Drop, string Channel, string Schedule, DateTimeOffset? DueAt, long People, decimal UnitCost, decimal Cost);

/// <param name="Text">First lines of the text part.</param>
/// <param name="Fault">Why the message cannot be made; null when it can.</param>
public sealed record PlanSample(string Customer, string? Cell, string? To, string? Subject, string? Text, string? Fault);

/// <summary>Against the plan made before this one: how many came to the net list, how many left it, and why.</summary>
public sealed record PlanDifference(string Previous, long Joined, long Left, IReadOnlyList<PlanChange> Changes, bool DefinitionChanged, bool MessagesChanged);

/// <param name="From">Reason before; "not_in_universe" for people who were not there.</param>
/// <param name="To">Reason now; "not_in_universe" for people who are gone.</param>
public sealed record PlanChange(string From, string To, long Count);
