using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>Pause, resume and cancel drops in flight. Every worker sees it at its next tick and asks again before each terminator.</summary>
public static class MailingControl
{
    /// <summary>Stops sending until resumed. Returns the mailings whose state changed.</summary>
    public static Task<IReadOnlyList<MailingChange>> PauseAsync(NpgsqlDataSource source, string campaign, string? drop, CancellationToken cancellationToken) =>
        ChangeAsync(source, "PauseMailings", campaign, drop, cancellationToken);

    /// <summary>Goes on. Returns the mailings whose state changed.</summary>
    public static Task<IReadOnlyList<MailingChange>> ResumeAsync(NpgsqlDataSource source, string campaign, string? drop, CancellationToken cancellationToken) =>
        ChangeAsync(source, "ResumeMailings", campaign, drop, cancellationToken);

    /// <summary>Ends mailings and due times for good: what was not sent never is. Returns the mailings whose state changed and how many due times were dropped.</summary>
    public static async Task<(IReadOnlyList<MailingChange> Mailings, int DueTimes)> CancelAsync(
        NpgsqlDataSource source, string campaign, string? drop, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = await QueryAsync<MailingChange>(connection, "CancelMailings", new { campaign, drop }, cancellationToken);
        var due = await QueryAsync<long>(connection, "CancelOccurrences", new { campaign, drop }, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load(typeof(MailingControl), "StopDueTimes"), new { campaign, drop }, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load(typeof(MailingControl), "SettleEnded"), commandTimeout: 600, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return (changed, due.Count);
    }

    /// <summary>The mailings of a campaign or drop, to tell "nothing to do" from "no such campaign".</summary>
    public static async Task<IReadOnlyList<MailingChange>> FindAsync(NpgsqlDataSource source, string campaign, string? drop, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await QueryAsync<MailingChange>(connection, "FindMailings", new { campaign, drop }, cancellationToken);
    }

    private static async Task<IReadOnlyList<MailingChange>> ChangeAsync(
        NpgsqlDataSource source, string statement, string campaign, string? drop, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await QueryAsync<MailingChange>(connection, statement, new { campaign, drop }, cancellationToken);
    }

    private static async Task<IReadOnlyList<T>> QueryAsync<T>(NpgsqlConnection connection, string statement, object parameters, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<T>(new CommandDefinition(SqlFile.Load(typeof(MailingControl), statement), parameters, cancellationToken: cancellationToken))];
}

/// <summary>A mailing and the state it is in now.</summary>
public sealed record MailingChange(int MailingId, string DropName, string State);
