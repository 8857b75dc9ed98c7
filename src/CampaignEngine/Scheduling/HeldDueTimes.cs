using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Scheduling;

/// <summary>A due time that waits for an operator.</summary>
public sealed record HeldDueTime
{
    public long OccurrenceId { get; init; }

    public string Campaign { get; init; } = "";

    public string Drop { get; init; } = "";

    public DateTimeOffset DueAt { get; init; }

    public string HeldBecause { get; init; } = "";
}

/// <summary>A due time that an operator decided about.</summary>
public sealed record DecidedDueTime
{
    public long OccurrenceId { get; init; }

    public string Campaign { get; init; } = "";

    public string Drop { get; init; } = "";

    public DateTimeOffset DueAt { get; init; }

    /// <summary>due: it is frozen and sent next; skipped: it never is.</summary>
    public string State { get; init; } = "";
}

/// <summary>Due times that were found too late, or whose list had drifted from the plan's forecast: listed, and decided by a person.</summary>
public static class HeldDueTimes
{
    public static async Task<IReadOnlyList<HeldDueTime>> ListAsync(NpgsqlDataSource source, string? campaign, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<HeldDueTime>(Command("ListHeld", new { campaign }, cancellationToken))];
    }

    /// <param name="occurrence">Null: every held due time of the campaign.</param>
    /// <param name="send">Sent after all, or skipped.</param>
    public static async Task<IReadOnlyList<DecidedDueTime>> DecideAsync(
        NpgsqlDataSource source, string campaign, long? occurrence, bool send, string by, string because, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<DecidedDueTime>(Command("DecideHeld", new { campaign, occurrence, send, by, because }, cancellationToken))];
    }

    private static CommandDefinition Command(string statement, object parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load(typeof(HeldDueTimes), statement), parameters, cancellationToken: cancellationToken);
}
