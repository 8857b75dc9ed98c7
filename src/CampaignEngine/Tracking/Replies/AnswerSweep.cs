using System.Globalization;
using CampaignEngine.Channels.Email;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Tracking.Bounces;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking.Replies;

/// <summary>
/// Sends what was asked for in engine.answer. An answer is claimed durably before anything leaves, so it never leaves twice: what was provably not taken waits for
/// another attempt, what may have left is in doubt and stays so.
/// </summary>
public sealed class AnswerSweep(NpgsqlDataSource database, string workspaceDirectory, EngineSettings settings, InstallationKeys keys, TimeProvider clock)
{
    private const int Slice = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly EmailAnswers _mail = new(settings, workspaceDirectory, clock);
    private readonly SmsAnswers _sms = new(settings.Gateways, workspaceDirectory, clock);
    private readonly ItemTokens _tokens = ItemTokens.Of(keys, settings.Web.TokenKeys);

    /// <summary>Returns how many answers were tried.</summary>
    public Task<int> RunOnceAsync(CancellationToken cancellationToken) => RunAsync(null, cancellationToken);

    /// <summary>The same for one answer; it leaves at once or is tried again by the next sweep.</summary>
    public async Task<int> RunAsync(long? only, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(Command("DoubtAnswers", new { now, before = now - Lost }, cancellationToken));
        var claimed = (await connection.QueryAsync<Claimed>(Command("ClaimAnswers", new { now, only, count = Slice }, cancellationToken))).AsList();
        foreach (var answer in claimed)
        {
            // From here on the answer may have left: stopping must not leave its outcome unwritten.
            var verdict = await SendAsync(connection, answer, CancellationToken.None);
            await FinishAsync(connection, answer, verdict);
        }

        return claimed.Count;
    }

    private async Task FinishAsync(NpgsqlConnection connection, Claimed answer, SendVerdict verdict)
    {
        var now = clock.GetUtcNow();
        var outcome = verdict.Outcome switch
        {
            SendOutcome.Accepted => "accepted",
            SendOutcome.InDoubt => "in_doubt",
            SendOutcome.Deferred or SendOutcome.NotAttempted => now - answer.AskedAt < Longest ? null : "expired",
            _ => "rejected",
        };
        await connection.ExecuteAsync(Command("FinishAnswer", new { answer = answer.AnswerId, outcome, reply = verdict.Text, now, again = now + (verdict.RetryAfter ?? Pause) }, CancellationToken.None));
    }

    private async Task<SendVerdict> SendAsync(NpgsqlConnection connection, Claimed answer, CancellationToken cancellationToken)
    {
        try
        {
            return answer.Channel == "sms" ? await SmsAsync(answer, cancellationToken) : await MailAsync(connection, answer, cancellationToken);
        }
        catch (InvalidDataException fault)
        {
            // A password or key that cannot be read: nothing has left.
            return new SendVerdict(SendOutcome.NotAttempted, 0, fault.Message);
        }
    }

    private async Task<SendVerdict> SmsAsync(Claimed answer, CancellationToken cancellationToken)
    {
        if (!settings.Gateways.ContainsKey(answer.Route ?? ""))
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, $"there is no route '{answer.Route}'");
        }

        var sender = answer.Sender is { Length: > 0 } number ? number : settings.SmsSenders.FirstOrDefault(s => s.Route == answer.Route)?.IdFor(answer.Address) ?? "";
        return await _sms.TrySendAsync(answer.Route!, sender, answer.Address, answer.Body, string.Create(CultureInfo.InvariantCulture, $"reply-{answer.AnswerId}"), cancellationToken);
    }

    private async Task<SendVerdict> MailAsync(NpgsqlConnection connection, Claimed answer, CancellationToken cancellationToken)
    {
        if (_mail.SenderOf(answer.Sender ?? settings.Replies.Sender) is not { } sender)
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, $"{settings.File} has no sender with 'from'");
        }

        var answered = answer.InboundId is null ? null : await connection.QuerySingleOrDefaultAsync<Answered>(Command("ReadAnswered", new { inbound = answer.InboundId }, cancellationToken));
        var ids = MessageIds.Of(keys, sender.From.Address.Domain.ToString());
        var item = answered is { MailingId: { } mailing, Ordinal: { } ordinal } ? (Mailing: mailing, Ordinal: ordinal) : ((int Mailing, int Ordinal)?)null;
        var headers = new List<MessageHeader>();
        var references = string.Join(' ', new[] { item is { } of ? ids.Of(of.Mailing, of.Ordinal) : null, answered?.MessageId }.OfType<string>().Select(id => $"<{id}>"));
        if (answered?.MessageId is { } id)
        {
            headers.Add(new MessageHeader("In-Reply-To", $"<{id}>"));
        }

        if (references.Length > 0)
        {
            headers.Add(new MessageHeader("References", references));
        }

        // What no person wrote says so, and other machines leave it alone (RFC 3834).
        if (answer.Kind != "person")
        {
            headers.Add(new MessageHeader("Auto-Submitted", answer.Kind == "rule" ? "auto-replied" : "auto-generated"));
            headers.Add(new MessageHeader("X-Auto-Response-Suppress", "All"));
        }

        // What comes back about the answer is about the message that began the conversation.
        var (returnPath, replyTo) = ((sender.ReturnPath ?? sender.From.Address).Text, (Mailbox?)null);
        if (item is { } about && settings.Bounces.ReturnPathDomain is { } domain)
        {
            returnPath = new ReturnPaths(_tokens, domain).Of(about.Mailing, about.Ordinal);
            replyTo = settings.Replies.SignedReplyTo && EmailAddress.TryParse(ReturnPaths.ForReplies(_tokens, domain).Of(about.Mailing, about.Ordinal), out var address, out _) ? new Mailbox(address) : null;
        }

        return await _mail.TrySendAsync(
            sender, returnPath, replyTo, answer.Address, Line(answer.Subject ?? ""), answer.Body,
            string.Create(CultureInfo.InvariantCulture, $"answer-{answer.AnswerId}-{answer.AskedAt.ToUnixTimeSeconds()}@{sender.From.Address.Domain}"), [.. headers], cancellationToken);
    }

    // The subject of a reply is foreign text: what may not stand in a header goes.
    private static string Line(string text) => string.Concat(text.EnumerateRunes().Where(r => !System.Text.Rune.IsControl(r)
        && System.Text.Rune.GetUnicodeCategory(r) is not (UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) && r != System.Text.Rune.ReplacementChar));

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) => new(SqlFile.Load<AnswerSweep>(name), parameters, cancellationToken: cancellationToken);

    private sealed record Claimed(
        long AnswerId, string Kind, string Channel, long? InboundId, string? Route, string? Sender, string Address, string? Subject, string Body, DateTimeOffset AskedAt);

    private sealed record Answered(string? MessageId, int? MailingId, int? Ordinal);
}
