using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Reports;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// Any mail → what it reports about whom. Takes any bytes and is bounded: <see cref="Limits"/>, <see cref="MostRecipients"/>. It only reads; what class a text is
/// of is for <see cref="BounceRules"/>.
/// </summary>
public sealed class BounceReader(BounceRules rules)
{
    /// <summary>Recipients of one mail at most.</summary>
    public const int MostRecipients = DeliveryReport.MostRecipients;

    /// <summary>How much of a mail is looked at.</summary>
    public static MailReaderLimits Limits { get; } = new() { MostParts = 200, MostHeaders = 500, Depth = 10, LargestText = 256 * 1024 };

    private const int MostQuoted = 50;
    private readonly BounceWords _words = rules.Words;

    public BounceMail Read(ReadOnlyMemory<byte> message)
    {
        var parts = MailParts.Read(message, Limits);
        var text = TextOf(parts);
        var mail = new BounceMail
        {
            Kind = BounceMailKind.Other,
            Original = OriginalHeaders(parts, text),
            SentTo = [.. Addresses(parts, "Delivered-To"), .. Addresses(parts, "X-Original-To"), .. Addresses(parts, "To")],
            MessageId = parts.Header("Message-ID")?.Trim(),
            QuotedIds = [.. Quoted(parts)],
            Date = MailParts.Find(parts.Headers, "Date"),
            UnsubscribeToken = PersonalMail.UnsubscribeToken(parts.Header("Subject") ?? ""),
            IsComplete = parts.IsComplete,
        };
        if (parts.Parts.FirstOrDefault(p => p.Is("message/feedback-report")) is { } feedback)
        {
            return FeedbackNotices.Read(feedback.Text(), mail);
        }

        if (ProviderNotices.Read(text, mail) is { } notice)
        {
            return notice;
        }

        if (_words.ComplaintSubject.StandIn(BounceText.Plain(parts.Header("Subject") ?? "")) && FeedbackNotices.ByHeaders(mail) is { } complaint)
        {
            return complaint;
        }

        if (Reported(parts, text) is { Count: > 0 } reported)
        {
            return mail with { Kind = BounceMailKind.Report, Recipients = reported };
        }

        var plain = BounceText.Plain(text);
        if (_words.UnsubscribeText.StandIn(plain))
        {
            return FeedbackNotices.Of(mail, "opt-out", [.. Addresses(parts, "From").Take(1)]);
        }

        var from = BounceText.Plain($"{parts.Header("From")} {parts.Header("Return-Path")} {parts.Header("Sender")}");
        var subject = BounceText.Plain(parts.Header("Subject") ?? "");
        var answers = IsAnswer(parts, subject);
        if (parts.Parts.FirstOrDefault(p => p.Is("message/disposition-notification")) is not null || (answers && !_words.ReportingSender.StandIn(from)))
        {
            return mail with { Kind = BounceMailKind.Answer, Recipients = [new BounceEvidence { Recipient = Addresses(parts, "From").FirstOrDefault(), Text = text }] };
        }

        var reports = _words.ReportingSender.StandIn(from) || _words.ReportSubject.StandIn(subject) || parts.Header("X-Failed-Recipients") is not null || _words.ReportText.StandIn(plain);
        if (!reports)
        {
            return mail with { Personal = PersonalMail.Of(parts, text) };
        }

        var recipients = new PlainReport(_words).Read(text, parts.Header("X-Failed-Recipients"), subject, [.. Addresses(parts, "Delivered-To"), .. Addresses(parts, "To"), .. Addresses(parts, "From")], mail.Original);
        return mail with { Kind = BounceMailKind.Report, Recipients = recipients };
    }

    // RFC 3464 fields: in their own part, or where a program wrote them into the text.
    private List<BounceEvidence> Reported(MailParts parts, string text)
    {
        var found = new List<BounceEvidence>();
        var own = parts.Parts.Where(p => p.Is("message/delivery-status") || p.Is("message/global-delivery-status")).Select(p => p.Text()).ToList();
        var fields = own.Count > 0 ? own : DeliveryReport.Stands(text) ? [text] : [];
        var reported = fields.SelectMany(DeliveryReport.Read).Take(MostRecipients).ToList();
        if (reported.Count == 0)
        {
            return found;
        }

        var around = PlainReport.WithoutOriginal(text, _words);
        foreach (var recipient in reported)
        {
            var said = recipient.Diagnostic;
            var near = PlainReport.PartAbout(around, recipient.FinalRecipient ?? recipient.Recipient, reported.Select(r => r.FinalRecipient ?? r.Recipient));
            var transcript = PlainReport.RepliesIn(reported.Count == 1 ? around : near);
            var reply = StatusCode.FindReply(said) ?? StatusCode.FindReply(transcript);
            found.Add(new BounceEvidence
            {
                Recipient = recipient.Recipient ?? recipient.FinalRecipient,
                Action = recipient.Action,
                Status = Sharper(recipient.Status, reply?.Status ?? StatusCode.Find(said)),
                ReplyCode = reply?.Code,
                Command = _words.CommandOf(BounceText.Plain(said)) ?? _words.CommandOf(BounceText.Plain(reported.Count == 1 ? around : near)),
                Text = said.Length > 0 ? transcript.Length > said.Length && transcript.Contains(said, StringComparison.Ordinal) ? transcript : said : transcript,
                Server = recipient.RemoteMta,
                Around = reported.Count == 1 ? around : near,
                IsLocalProgram = recipient.DiagnosticType is "x-unix",
            });
        }

        return found;
    }

    // What the server said is more exact than what the reporting program made of it, unless it says nothing (x.0.0).
    private static string? Sharper(string? reported, string? said) => said is null || (said.EndsWith(".0.0", StringComparison.Ordinal) && reported is not null) ? reported : said;

    private bool IsAnswer(MailParts parts, string subject)
    {
        var auto = (parts.Header("Auto-Submitted") ?? "").TrimStart();
        return auto.StartsWith("auto-replied", StringComparison.OrdinalIgnoreCase) || auto.StartsWith("auto-generated", StringComparison.OrdinalIgnoreCase)
            || parts.Header("X-Autoreply") is not null || parts.Header("X-Autorespond") is not null || parts.Header("X-Auto-Response-From") is not null
            || (parts.Header("Precedence") ?? "").Trim().Equals("auto_reply", StringComparison.OrdinalIgnoreCase)
            || (parts.Header("X-Apple-Action") ?? "").Contains("VACATION", StringComparison.OrdinalIgnoreCase)
            || _words.AnswerSubject.StandIn(subject);
    }

    private static string TextOf(MailParts parts)
    {
        var texts = parts.Parts.Where(p => p.Is("text/plain")).Select(p => p.Text()).Where(t => t.AsSpan().Trim().Length > 0).Take(4).ToList();
        if (texts.Count > 0)
        {
            return string.Join('\n', texts);
        }

        if (parts.Parts.FirstOrDefault(p => p.Is("text/html")) is { } html)
        {
            return ReportHtml.Of(html.Text());
        }

        // A multipart without its boundary, or a type of its own: whatever stands there is read as text.
        return parts.Parts.Where(p => !p.Is("message/") && !p.Is("image/") && !p.Is("text/rfc822-headers")).Select(p => p.Text()).FirstOrDefault() ?? "";
    }

    private List<MessageHeader> OriginalHeaders(MailParts parts, string text)
    {
        var returned = parts.Parts.FirstOrDefault(p => p.Is("message/rfc822") || p.Is("message/global") || p.Is("text/rfc822-headers") || p.Is("message/rfc822-headers") || p.Is("message/global-headers"));
        if (returned is not null)
        {
            return MailParts.Headings(returned.Content());
        }

        return PlainReport.OriginalBegins(text, _words).Message is var at and >= 0 ? MailParts.Headings(System.Text.Encoding.UTF8.GetBytes(text[at..].TrimStart())) : [];
    }

    private static IEnumerable<string> Quoted(MailParts parts)
    {
        foreach (var part in parts.Parts.Where(p => p.Is("message/delivery-status") || p.Is("message/global-delivery-status")).Take(1))
        {
            if (ReportFields.Read(part.Text()).FirstOrDefault()?["Original-Envelope-Id"] is { } envelope)
            {
                yield return envelope;
            }
        }

        foreach (var id in $"{MailParts.Find(parts.Headers, "In-Reply-To")} {MailParts.Find(parts.Headers, "References")}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MostQuoted))
        {
            yield return id;
        }
    }

    private static IEnumerable<string> Addresses(MailParts parts, string name) =>
        parts.Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Take(20).SelectMany(h => AddressFinder.In(h.Value));
}
