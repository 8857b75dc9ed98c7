using System.Globalization;
using CampaignEngine.Database;
using CampaignEngine.Dispatching.Braking;
using Dapper;
using Npgsql;

namespace CampaignEngine.Operating;

/// <summary>In whose hands the rest of a mailing is, by the database's clock.</summary>
public sealed record ChunkStates
{
    public int MailingId { get; init; }

    /// <summary>As <c>engine.mailing.state</c> has it.</summary>
    public string State { get; init; } = "running";

    public DateTimeOffset DueAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Chunks that a worker holds.</summary>
    public long Held { get; init; }

    /// <summary>Chunks whose worker has not renewed its lease in time.</summary>
    public long Silent { get; init; }

    /// <summary>Chunks with something due that nobody holds.</summary>
    public long Free { get; init; }

    /// <summary>When the next first attempts may leave; null: none waits for its hour.</summary>
    public DateTimeOffset? OpensAt { get; init; }

    /// <summary>When the next deferred messages are tried again.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public DateTimeOffset ReadAt { get; init; }

    public static async Task<IReadOnlyDictionary<int, ChunkStates>> ReadAsync(NpgsqlConnection connection, int[] mailings, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<ChunkStates>(new CommandDefinition(
            SqlFile.Load<ChunkStates>("ReadChunkStates"), new { mailings }, cancellationToken: cancellationToken))).ToDictionary(s => s.MailingId);

    /// <summary>What holds the mailing up, in one sentence; null: it moves, or has ended.</summary>
    /// <param name="installation">Why everything is held; null: nothing is.</param>
    /// <param name="braked">What brakes hold it; null: none does.</param>
    /// <param name="limit">The sending limit that binds; null: none does.</param>
    /// <param name="moving">Whether anybody's message came to an end lately.</param>
    /// <param name="zone">Of the times in the sentence.</param>
    public string? Hold(string? installation, BrakedMailing? braked, string? limit, bool moving, TimeZoneInfo zone) => this switch
    {
        { State: "completed" or "cancelled" } => null,
        { State: "waiting" } => "waits for the winner of its test; 'campaign winner' shows how it stands",
        { State: "paused" } => "paused; 'campaign resume' goes on",
        _ when installation is not null => installation,
        _ when ExpiresAt <= ReadAt => "expired; a worker closes it",
        _ when DueAt > ReadAt => $"due {Time(DueAt, zone)}",
        _ when braked?.Describe(zone) is { } held => held,
        _ when limit is not null && Held + Free > 0 => $"keeps to a sending limit: {limit}",
        { Silent: > 0, Held: 0 } => "its worker is silent; another takes over what it had",
        { Held: > 0 } => moving ? null : "a worker holds it and nothing has ended lately; see what the worker says",
        { Free: > 0 } => "no worker has taken it; is one running ('campaign worker' or 'campaign serve')?",
        { OpensAt: { } opens, RetryAt: { } retry } => opens <= retry ? Opens(opens, zone) : Retries(retry, zone),
        { OpensAt: { } opens } => Opens(opens, zone),
        { RetryAt: { } retry } => Retries(retry, zone),
        _ => null,
    };

    private static string Opens(DateTimeOffset at, TimeZoneInfo zone) => $"waits for the hours it may leave in: {Time(at, zone)}";

    private static string Retries(DateTimeOffset at, TimeZoneInfo zone) => $"deferred messages are tried again from {Time(at, zone)} on";

    private static string Time(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
