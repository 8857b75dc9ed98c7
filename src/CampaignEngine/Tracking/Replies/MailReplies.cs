using System.Globalization;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Tracking.Bounces;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking.Replies;

/// <summary>
/// Takes mail that people wrote: ties it to the item that it proves or to the newest e-mail of its address, carries out STOP at once, and hands the rest to the
/// desk. One transaction with the reports that came along; a mail that comes again changes nothing.
/// </summary>
public sealed class MailReplies
{
    private readonly ContactPoints _contacts;
    private readonly Unsubscribing _unsubscribing;
    private readonly ReplyDesk _desk;
    private readonly HashSet<string> _own;
    private readonly HashSet<string> _also;

    /// <param name="settings">Whose addresses are ours.</param>
    public MailReplies(EngineSettings settings, ContactPoints contacts, Unsubscribing unsubscribing, ReplyDesk desk)
    {
        (_contacts, _unsubscribing, _desk) = (contacts, unsubscribing, desk);
        _also = new(settings.Replies.Also, StringComparer.OrdinalIgnoreCase);
        _own = new(settings.Senders.SelectMany(s => (string?[])[s.From.Address.Text, s.ReplyTo?.Address.Text, s.Unsubscribe?.Text, s.ReturnPath?.Text]).OfType<string>().Concat(_also), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>True for an address at which replies are taken without a token.</summary>
    public bool Takes(string address) => _own.Contains(address);

    /// <returns>Null: it is none of ours.</returns>
    internal async Task<BounceOutcome?> TakeAsync(NpgsqlConnection connection, BounceReport report, CancellationToken cancellationToken)
    {
        if (report is { Proof: (var mailing, var ordinal, "unsubscribe") })
        {
            // The token itself asks; who or what carries it does not matter.
            await _unsubscribing.ConfirmAsync(connection, mailing, ordinal, report.ReceivedAt, "mail", "unsubscribe mail", cancellationToken);
            return BounceOutcome.Suppressed;
        }

        if (report.Personal is not { } mail || _own.Contains(mail.From) || _contacts.Normalise("email", mail.From, country: null) is not { Address: { } address, Key: { } key })
        {
            return null;
        }

        var (inbound, item, campaign, sender, known) = await StoreAsync(connection, report, mail, address, key, cancellationToken);
        if (inbound is null)
        {
            return known ? BounceOutcome.Known : null;
        }

        if (mail.Stops)
        {
            await StopAsync(connection, item, key, report, cancellationToken);
            if (!mail.SaysMore)
            {
                return BounceOutcome.Suppressed;
            }
        }
        else if (item is { } answered)
        {
            await EventStore.WriteAsync(connection, [EventOf(answered, report)], cancellationToken);
        }

        // Whoever says STOP and something else gets a person's answer, no canned one.
        var may = mail.MayBeAnswered && !mail.Stops && item is not null;
        await _desk.TakeAsync(connection, new IncomingReply("email", inbound.Value, key, address, mail.Subject, mail.Text, campaign, null, sender, report.ReceivedAt, may), cancellationToken);
        return mail.Stops ? BounceOutcome.Suppressed : BounceOutcome.Reply;
    }

    private async Task StopAsync(NpgsqlConnection connection, (int MailingId, int Ordinal)? item, byte[] key, BounceReport report, CancellationToken cancellationToken)
    {
        if (item is { } of)
        {
            await _unsubscribing.ConfirmAsync(connection, of.MailingId, of.Ordinal, report.ReceivedAt, "mail", "answer by mail", cancellationToken);
        }

        await using var stop = new NpgsqlCommand(SqlFile.Load<MailReplies>("StopMail"), connection);
        stop.Parameters.AddWithValue("key", key);
        stop.Parameters.AddWithValue("at", report.ReceivedAt.ToUniversalTime());
        await stop.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<(long? Inbound, (int MailingId, int Ordinal)? Item, string? Campaign, string? Sender, bool Known)> StoreAsync(
        NpgsqlConnection connection, BounceReport report, PersonalMail mail, string address, byte[] key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<MailReplies>("StoreMailReply"), connection);
        command.Parameters.AddWithValue("mail", report.MailKey);
        command.Parameters.AddWithValue("at", report.ReceivedAt.ToUniversalTime());
        command.Parameters.AddWithValue("key", key);
        command.Parameters.AddWithValue("address", address);
        command.Parameters.AddWithValue("subject", BounceText.Storable(mail.Subject));
        command.Parameters.AddWithValue("body", BounceText.Storable(mail.Text));
        command.Parameters.AddWithValue("action", mail.Stops ? "stop" : "none");
        command.Parameters.AddWithValue("addressed", report.SentTo.Any(_own.Contains));
        command.Parameters.AddWithValue("kept", report.SentTo.Any(_also.Contains));
        AddText(command, "message_id", mail.MessageId);
        AddText(command, "proof", report.Proof?.How);
        command.Parameters.Add(new NpgsqlParameter("mailing", NpgsqlDbType.Integer) { Value = (object?)report.Proof?.MailingId ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("ordinal", NpgsqlDbType.Integer) { Value = (object?)report.Proof?.Ordinal ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (
            reader["inbound_id"] as long?,
            reader["mailing_id"] is int mailing ? (mailing, (int)reader["ordinal"]) : null,
            reader["campaign"] as string,
            reader["sender"] as string,
            (bool)reader["known"]);
    }

    private static void AddText(NpgsqlCommand command, string name, string? value) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value });

    private static TrackedEvent EventOf((int MailingId, int Ordinal) item, BounceReport report) => new()
    {
        MailingId = item.MailingId,
        Ordinal = item.Ordinal,
        Kind = EventKind.Reply,
        At = report.ReceivedAt,
        Key = string.Create(CultureInfo.InvariantCulture, $"mail:{Convert.ToHexStringLower(report.MailKey)}"),
    };
}
