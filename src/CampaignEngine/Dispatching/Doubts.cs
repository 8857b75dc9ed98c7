using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>What an operator can decide about a doubt.</summary>
public enum DoubtDecision
{
    /// <summary>It arrived (the relay's log says so): counts as accepted.</summary>
    Sent,

    /// <summary>It provably did not arrive: another attempt at once.</summary>
    NotSent,

    /// <summary>Nobody knows; send again and accept that the person may have it twice. Waits 15 minutes from the doubt.</summary>
    Resend,
}

/// <summary>Messages whose acceptance can be neither proved nor refuted: listed until an outcome, evidence or a person decides.</summary>
public static class Doubts
{
    /// <summary>Open doubts of a campaign, or all of them.</summary>
    public static async Task<IReadOnlyList<Doubt>> ListAsync(NpgsqlDataSource source, string campaign, bool withDecided, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Doubt>(new CommandDefinition(
            SqlFile.Load(typeof(Doubts), "ListDoubts"), new { campaign, with_decided = withDecided }, cancellationToken: cancellationToken))];
    }

    /// <summary>Decides open doubts: one item, or every one of the campaign. Returns those that were decided; a decision is final.</summary>
    /// <param name="mailing">Null: of every mailing of the campaign.</param>
    /// <param name="item">Ordinal in the mailing; null: all.</param>
    /// <param name="by">The person who answers for it.</param>
    public static async Task<IReadOnlyList<DecidedDoubt>> DecideAsync(
        NpgsqlDataSource source, string campaign, int? mailing, int? item, DoubtDecision decision, string by, string because, CancellationToken cancellationToken)
    {
        var word = decision switch { DoubtDecision.Sent => "sent", DoubtDecision.NotSent => "not_sent", _ => "resend" };
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<DecidedDoubt>(new CommandDefinition(
            SqlFile.Load(typeof(Doubts), "DecideDoubt"),
            new { campaign, mailing_id = mailing, ordinal = item, decision = word, decided_by = by, because, last_attempt = 0 },
            cancellationToken: cancellationToken))];
    }

    /// <summary>The policy <c>delivery: never-miss</c>: every open doubt of its mailings is sent again after the cooling-off. Returns how many were decided now.</summary>
    internal static async Task<int> DecideByPolicyAsync(NpgsqlConnection connection, RetrySchedule retry, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<DecidedDoubt>(new CommandDefinition(
            SqlFile.Load(typeof(Doubts), "DecideDoubt"),
            new
            {
                campaign = (string?)null, mailing_id = (int?)null, ordinal = (int?)null, decision = "resend", decided_by = "policy never-miss",
                because = "the campaign's delivery is never-miss", last_attempt = retry.LastAttempt,
            },
            cancellationToken: cancellationToken))).Count();
}

/// <summary>One doubt.</summary>
public sealed record Doubt
{
    public int MailingId { get; init; }

    public string DropName { get; init; } = "";

    /// <summary>The item's place in the mailing.</summary>
    public int Ordinal { get; init; }

    public short Attempt { get; init; }

    public DateTimeOffset Since { get; init; }

    public string Evidence { get; init; } = "";

    public string CustomerKey { get; init; } = "";

    public string Address { get; init; } = "";

    public string? Decision { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public string? DecidedBy { get; init; }

    public string? DecidedBecause { get; init; }
}

/// <summary>A doubt that was just decided; with a resend, when it can leave at the earliest.</summary>
public sealed record DecidedDoubt
{
    public int MailingId { get; init; }

    public int Ordinal { get; init; }

    public short Attempt { get; init; }

    public DateTimeOffset? NotBefore { get; init; }
}
