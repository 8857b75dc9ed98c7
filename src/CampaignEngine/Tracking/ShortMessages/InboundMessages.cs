using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using Dapper;
using Npgsql;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tracking.ShortMessages;

/// <summary>An SMS that somebody wrote to us.</summary>
/// <param name="Id">The gateway's number of it.</param>
/// <param name="From">The person's number.</param>
/// <param name="To">Our number it was written to; null where the gateway does not say.</param>
public sealed record InboundMessage(string Route, string Id, string From, string? To, string Text);

/// <param name="InboundId">Null: the number is none, or the message was known already.</param>
/// <param name="Number">E.164.</param>
/// <param name="AnswerId">What was asked for as an answer to a word of command, for <see cref="AnswerSweep"/>; null: nothing.</param>
public sealed record InboundResult(long? InboundId, string? Number, KeywordAction Action, long? AnswerId);

/// <summary>An answer as an operator sees it.</summary>
public sealed record StoredAnswer(DateTimeOffset ReceivedAt, string Route, string Address, string Action, string Body, string? Answered);

/// <summary>Takes answers: STOP suppresses at once, START lifts only what STOP set, everything is kept for a person to read and counts as a reply to the last SMS.</summary>
/// <param name="desk">Answers by rule what is no word of command, or makes a case of it.</param>
public sealed class InboundMessages(NpgsqlDataSource database, CustomerModel model, ContactPoints contacts, ReplyDesk desk, TimeProvider clock)
{
    private const int LongestText = 2000;
    private readonly Unsubscribing _unsubscribing = new(database, model);
    private readonly EventStore _events = new(database);

    /// <param name="answerTo">What a word of command is answered with; null: with nothing.</param>
    public async Task<InboundResult> TakeAsync(InboundMessage message, Func<KeywordAction, string?> answerTo, CancellationToken cancellationToken)
    {
        var action = Keywords.Of(message.Text);
        var from = message.From.Length > 0 && char.IsAsciiDigit(message.From[0]) ? "+" + message.From : message.From;
        var contact = contacts.Normalise("sms", from, null);
        if (contact is not { Address: { } number, Key: { } key })
        {
            return new InboundResult(null, null, action, null);
        }

        var at = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (inbound, item) = await StoreAsync(connection, message, number, key, action, at, cancellationToken);
        if (inbound is null)
        {
            return new InboundResult(null, number, action, null);
        }

        if (action is KeywordAction.Stop or KeywordAction.Start)
        {
            var lifted = await RunAsync(connection, action == KeywordAction.Stop ? "StopSms" : "StartSms", new { key, at, route = message.Route }, cancellationToken);
            if (item is { } sent && _unsubscribing.WritesConsents && (action == KeywordAction.Stop || lifted > 0))
            {
                await RunAsync(connection, "StateSmsConsent", new { mailing = sent.MailingId, ordinal = sent.Ordinal, at, status = action == KeywordAction.Stop ? "withdrawn" : "granted" }, cancellationToken);
            }
        }

        var reply = new IncomingReply("sms", inbound.Value, key, number, null, Clean(message.Text), null, message.Route, message.To, at, MayBeAnswered: true);
        long? answer = null;
        if (action == KeywordAction.None)
        {
            var campaign = item is null ? null : await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                SqlFile.Load<ReplyDesk>("FindCampaign"), new { mailing = item.Value.MailingId }, cancellationToken: cancellationToken));
            await desk.TakeAsync(connection, reply with { Campaign = campaign }, cancellationToken);
        }
        else if (answerTo(action) is { } text)
        {
            answer = await desk.AnswerWordAsync(connection, reply, Word(action), text, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (item is { } answered)
        {
            await _events.WriteAsync([EventOf(answered.MailingId, answered.Ordinal, action == KeywordAction.Stop ? EventKind.Unsubscribe : EventKind.Reply, at, $"sms:{message.Route}:{message.Id}")], cancellationToken);
        }

        return new InboundResult(inbound, number, action, answer);
    }

    /// <summary>A receipt for one of our messages: delivered or not, as the network says; null for a stage in between.</summary>
    /// <param name="status">The gateway's word.</param>
    public async Task TakeReceiptAsync(ItemToken item, bool? delivered, string status, string? reason, CancellationToken cancellationToken)
    {
        var at = clock.GetUtcNow();
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await RunAsync(connection, "ResolveDoubtByReceipt", new { mailing = item.MailingId, ordinal = item.Ordinal, status = Short(status), at }, cancellationToken);
        }

        if (delivered is { } known)
        {
            var kind = known ? EventKind.Delivered : EventKind.Bounce;
            await _events.WriteAsync(
                [EventOf(item.MailingId, item.Ordinal, kind, at, $"receipt:{item.MailingId}:{item.Ordinal}:{kind.SqlName()}") with { UserAgent = TrackedEvent.Printable(known ? null : Short($"{status} {reason}".Trim())) }],
                cancellationToken);
        }
    }

    /// <summary>The newest answers first.</summary>
    /// <param name="action">none, stop, start or help; null: all.</param>
    public async Task<IReadOnlyList<StoredAnswer>> ListAsync(string? action, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<StoredAnswer>(new CommandDefinition(
            SqlFile.Load<InboundMessages>("ListInbound"), new { only = new DbString { Value = action }, count }, cancellationToken: cancellationToken))];
    }

    private static async Task<(long? Inbound, (int MailingId, int Ordinal)? Item)> StoreAsync(
        NpgsqlConnection connection, InboundMessage message, string number, byte[] key, KeywordAction action, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<InboundMessages>("StoreInbound"), connection);
        command.Parameters.AddWithValue("route", message.Route);
        command.Parameters.AddWithValue("id", Short(message.Id));
        command.Parameters.AddWithValue("at", at.ToUniversalTime());
        command.Parameters.AddWithValue("key", key);
        command.Parameters.AddWithValue("address", number);
        command.Parameters.AddWithValue("body", Clean(message.Text));
        command.Parameters.AddWithValue("action", Word(action));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), reader.IsDBNull(1) ? null : (reader.GetInt32(1), reader.GetInt32(2)))
            : (null, null);
    }

    private static Task<int> RunAsync(NpgsqlConnection connection, string name, object parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<InboundMessages>(name), parameters, cancellationToken: cancellationToken));

    private static TrackedEvent EventOf(int mailing, int ordinal, EventKind kind, DateTimeOffset at, string key) =>
        new() { MailingId = mailing, Ordinal = ordinal, Kind = kind, At = at, Key = Short(key) };

    private static string Word(KeywordAction action) => action switch { KeywordAction.Stop => "stop", KeywordAction.Start => "start", KeywordAction.Help => "help", _ => "none" };

    private static string Short(string text) => Clean(text.Length <= 200 ? text : text[..200]);

    // Foreign text on its way into a text column: NUL and lone surrogates would be refused there.
    private static string Clean(string text) =>
        new([.. (text.Length <= LongestText ? text : text[..LongestText]).EnumerateRunes().Where(r => r.Value != 0).SelectMany(r => r.ToString())]);
}
