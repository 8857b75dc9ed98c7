using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking.Replies;

/// <summary>A reply that a person has to answer.</summary>
/// <param name="State">open, overdue, answered or closed.</param>
/// <param name="InCharge">E-mail address; null: nobody is named.</param>
/// <param name="Alarm">What became of the mail that told who is in charge; null: none was due.</param>
/// <param name="Customer">Key of the person in the customer database; null: what was answered is not known.</param>
/// <param name="Rule">The rule that answered before the case was made; null: none.</param>
public sealed record ReplyCase(
    long CaseId, string Channel, string? Campaign, DateTimeOffset OpenedAt, DateTimeOffset AlarmAt, string State, string? InCharge, string? Alarm, string FromAddress, string? Subject, string Text,
    string? Customer, string? Cell, string? Rule, DateTimeOffset? AnsweredAt, DateTimeOffset? ClosedAt, string? ClosedBy, string? ClosedBecause);

/// <summary>An answer that was asked for in a case, and what became of it.</summary>
public sealed record CaseAnswer(long AnswerId, string Kind, string? Rule, DateTimeOffset AskedAt, string? AskedBy, string? Subject, string Body, string Outcome, string? Reply);

/// <summary>Cases: what waits for a person, and what persons do about it.</summary>
public sealed class Cases(NpgsqlDataSource database, TimeZoneInfo zone, TimeProvider clock)
{
    /// <summary>The one that waits longest first.</summary>
    public async Task<IReadOnlyList<ReplyCase>> ListAsync(bool onlyOpen, int count, CancellationToken cancellationToken) => await ReadAsync(null, onlyOpen, count, cancellationToken);

    /// <summary>Null: there is no such case.</summary>
    public async Task<ReplyCase?> FindAsync(long number, CancellationToken cancellationToken) => await ReadAsync(number, false, 1, cancellationToken) is [var found] ? found : null;

    public async Task<IReadOnlyList<CaseAnswer>> AnswersAsync(long number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<CaseAnswer>(Command("ListCaseAnswers", new { @case = number }, cancellationToken))];
    }

    /// <summary>How many wait, and how many of them too long.</summary>
    public async Task<(long Open, long Overdue)> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<(long, long)>(Command("CountCases", new { now = clock.GetUtcNow() }, cancellationToken));
    }

    /// <summary>Asks for the answer to leave by the way the reply came, and stops the clock.</summary>
    /// <returns>The answer, for <see cref="AnswerSweep"/>; null: there is no such case, or it is closed.</returns>
    public async Task<long?> AnswerAsync(long number, string text, string by, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QuerySingleOrDefaultAsync<Found>(Command("FindCaseReply", new { @case = number }, cancellationToken)) is not { Closed: false } found)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var reply = new IncomingReply(found.Channel, found.InboundId, found.RecipientKey, found.Address, found.Subject, "", null, found.Route, found.Sender, now, MayBeAnswered: true);
        var answer = await ReplyDesk.AskAsync(connection, reply, null, ReplyDesk.ReSubject(found.Subject), text, by, now, zone, cancellationToken);
        await connection.ExecuteAsync(Command("MarkAnswered", new { @case = number, at = now }, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    /// <summary>False: there is no such case, or it is closed.</summary>
    public Task<bool> CloseAsync(long number, string by, string because, CancellationToken cancellationToken) =>
        ChangeAsync("CloseCase", new { @case = number, at = clock.GetUtcNow(), by, because }, cancellationToken);

    /// <summary>False: there is no such case, or it is closed.</summary>
    /// <param name="inCharge">E-mail address.</param>
    public Task<bool> AssignAsync(long number, string inCharge, CancellationToken cancellationToken) => ChangeAsync("AssignCase", new { @case = number, in_charge = inCharge }, cancellationToken);

    private async Task<bool> ChangeAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Command(statement, parameters, cancellationToken)) > 0;
    }

    private async Task<IReadOnlyList<ReplyCase>> ReadAsync(long? number, bool onlyOpen, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<ReplyCase>(Command("ListCases", new { now = clock.GetUtcNow(), @case = number, only_open = onlyOpen, count }, cancellationToken))];
    }

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) => new(SqlFile.Load<Cases>(name), parameters, cancellationToken: cancellationToken);

    private sealed record Found(string Channel, long InboundId, byte[] RecipientKey, string Address, string? Subject, string? Route, string? Sender, bool Closed);
}
