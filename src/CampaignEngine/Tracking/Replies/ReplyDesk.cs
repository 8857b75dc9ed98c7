using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking.Replies;

/// <summary>What a person wrote back, by whatever way it came.</summary>
/// <param name="InboundId">Its row: of engine.mail_inbound or engine.sms_inbound.</param>
/// <param name="Key">Of the address that wrote.</param>
/// <param name="Subject">Null: an SMS.</param>
/// <param name="Campaign">What it answers; null: not known.</param>
/// <param name="Route">SMS: the route it came by.</param>
/// <param name="Sender">E-mail: the sender that was answered; SMS: our number that was written to.</param>
/// <param name="MayBeAnswered">A canned answer may follow.</param>
internal sealed record IncomingReply(
    string Channel, long InboundId, byte[] Key, string Address, string? Subject, string Text, string? Campaign, string? Route, string? Sender, DateTimeOffset At, bool MayBeAnswered);

/// <summary>Decides what follows from a reply, in the transaction that keeps it: a canned answer by the first rule that fits, else a case for a person.</summary>
public sealed class ReplyDesk(ReplySettings settings, TimeZoneInfo zone, TimeProvider clock)
{
    // An answer to what was written last week helps nobody: stored mail may be old.
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(2);

    /// <summary>The name of the rule that answers; null: a person has to.</summary>
    internal async Task<string?> TakeAsync(NpgsqlConnection connection, IncomingReply reply, CancellationToken cancellationToken)
    {
        if (reply.MayBeAnswered && clock.GetUtcNow() - reply.At < Fresh && await AnswerAsync(connection, reply, cancellationToken) is { } rule)
        {
            await RunAsync(connection, reply.Channel == "sms" ? "NoteSmsRule" : "NoteMailRule", new { rule, inbound = reply.InboundId }, cancellationToken);
            return rule;
        }

        await RunAsync(
            connection,
            "OpenCase",
            new { channel = reply.Channel, inbound = reply.InboundId, at = reply.At, alarm_at = reply.At + settings.AlarmAfter, in_charge = settings.InChargeOf(reply.Campaign)?.Address.Text },
            cancellationToken);
        return null;
    }

    /// <summary>Asks for the answer to a word of command to leave, in the transaction that keeps the message; null: the same number had the same one a moment ago.</summary>
    /// <param name="action">The word, as engine.sms_inbound has it.</param>
    internal async Task<long?> AnswerWordAsync(NpgsqlConnection connection, IncomingReply reply, string action, string body, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "LockWords", new { key = reply.Key }, cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            SqlFile.Load<ReplyDesk>("AnswerWord"),
            new { inbound = reply.InboundId, key = reply.Key, at = reply.At, zone = zone.Id, route = reply.Route, sender = reply.Sender, address = reply.Address, body, action },
            cancellationToken: cancellationToken));
    }

    /// <summary>Asks for an answer to leave; null: the same rule answered the same person today.</summary>
    internal static async Task<long?> AskAsync(
        NpgsqlConnection connection, IncomingReply reply, string? rule, string? subject, string body, string? by, DateTimeOffset at, TimeZoneInfo zone, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            SqlFile.Load<ReplyDesk>("AskAnswer"),
            new
            {
                kind = rule is null ? "person" : "rule",
                channel = reply.Channel,
                inbound = (long?)reply.InboundId,
                rule,
                key = reply.Key,
                at,
                zone = zone.Id,
                route = reply.Route,
                sender = reply.Sender,
                address = reply.Address,
                subject,
                body,
                by,
            },
            cancellationToken: cancellationToken));

    /// <summary>The subject of an answer.</summary>
    internal static string? ReSubject(string? subject) => subject is null ? null : $"Re: {PersonalMail.Bare(subject)}";

    private async Task<string?> AnswerAsync(NpgsqlConnection connection, IncomingReply reply, CancellationToken cancellationToken)
    {
        var said = reply.Subject is null ? reply.Text : $"{PersonalMail.Bare(reply.Subject)}\n{reply.Text}";
        if (settings.Rules.FirstOrDefault(r => r.AnswerOn(reply.Channel) is not null && ReplyWords.StandIn(said, r.Words)) is not { } rule)
        {
            return null;
        }

        var subject = reply.Channel == "sms" ? null : rule.Subject ?? ReSubject(reply.Subject);
        return await AskAsync(connection, reply, rule.Name, subject, rule.AnswerOn(reply.Channel)!, null, clock.GetUtcNow(), zone, cancellationToken) is null ? null : rule.Name;
    }

    private static Task RunAsync(NpgsqlConnection connection, string statement, object parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<ReplyDesk>(statement), parameters, cancellationToken: cancellationToken));
}
