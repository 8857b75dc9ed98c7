using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>One mailing's people by what became of them.</summary>
public sealed record MailingBalance
{
    public int MailingId { get; init; }

    public string Campaign { get; init; } = "";

    public string Drop { get; init; } = "";

    public string Channel { get; init; } = "";

    /// <summary>As engine.mailing.state has it; waiting: the remainder of a test whose winner is not decided.</summary>
    public string State { get; init; } = "";

    public DateTimeOffset DueAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>People on the frozen list.</summary>
    public long Frozen { get; init; }

    /// <summary>The other side took it, or an operator decided that it did.</summary>
    public long Accepted { get; init; }

    public long Rejected { get; init; }

    public long Expired { get; init; }

    public long Skipped { get; init; }

    public long Cancelled { get; init; }

    public long InDoubt { get; init; }

    /// <summary>Behind the cursors.</summary>
    public long Ungranted { get; init; }

    /// <summary>Waiting for another attempt.</summary>
    public long Waiting { get; init; }

    /// <summary>Granted to a worker, its end not yet recorded.</summary>
    public long InHand { get; init; }

    /// <summary>People who were told "not now" at least once, whatever came of it.</summary>
    public long Deferred { get; init; }

    /// <summary>Messages that were sent again although the one before may have arrived: by the policy never-miss, or because an operator decided so.</summary>
    public long PossibleDuplicates { get; init; }

    /// <summary>The limit that held it back within the last minute; null for none.</summary>
    public string? LimitedBy { get; init; }

    public long AcceptedLately { get; init; }

    /// <summary>Not ended, and not in doubt.</summary>
    public long Pending => Ungranted + Waiting + InHand;

    /// <summary>Accepted messages a second over the last ten.</summary>
    public double Rate => AcceptedLately / 10.0;

    /// <summary>Everybody of the list is in exactly one place.</summary>
    public bool AddsUp => Frozen == Accepted + Rejected + Expired + Skipped + Cancelled + InDoubt + Pending;

    /// <summary>The balances of a campaign's mailings; of all mailings when no campaign is named.</summary>
    public static async Task<IReadOnlyList<MailingBalance>> ReadAsync(NpgsqlDataSource source, string? campaign, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);

        // One snapshot a mailing would do; one for all makes a running worker's mailings comparable. Reading never waits for it.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var balances = new List<MailingBalance>();
        foreach (var mailing in await ListAsync(connection, campaign, openOnly: false, cancellationToken))
        {
            balances.Add(await ReadAsync(connection, mailing, cancellationToken));
        }

        return balances;
    }

    internal static async Task<IReadOnlyList<int>> ListAsync(NpgsqlConnection connection, string? campaign, bool openOnly, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<int>(new CommandDefinition(
            SqlFile.Load<MailingBalance>("ListMailings"), new { campaign, open_only = openOnly }, cancellationToken: cancellationToken))];

    internal static Task<MailingBalance> ReadAsync(NpgsqlConnection connection, int mailing, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<MailingBalance>(new CommandDefinition(
            SqlFile.Load<MailingBalance>("ReadLedger"), new { mailing_id = mailing }, commandTimeout: 600, cancellationToken: cancellationToken));
}
