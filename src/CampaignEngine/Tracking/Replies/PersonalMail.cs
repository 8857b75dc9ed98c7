using CampaignEngine.Mail.Receiving;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Tracking.ShortMessages;

namespace CampaignEngine.Tracking.Replies;

/// <summary>A mail that a person wrote.</summary>
public sealed record PersonalMail
{
    private const int LongestSubject = 300;
    private const string UnsubscribeWord = "unsubscribe ";

    // Nobody reads what is sent to these.
    private static readonly string[] Machines = ["mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "bounce", "bounces", "listserv", "majordomo"];

    /// <summary>The address that wrote.</summary>
    public required string From { get; init; }

    public required string Subject { get; init; }

    /// <summary>What the person wrote, without what is quoted.</summary>
    public required string Text { get; init; }

    /// <summary>Of the mail itself, without angle brackets; null when it has none that can be referred to.</summary>
    public string? MessageId { get; init; }

    /// <summary>False: it asks for no automatic answer.</summary>
    public bool MayBeAnswered { get; init; } = true;

    /// <summary>The subject or the first line is a word for STOP.</summary>
    public bool Stops => Keywords.Of(Bare(Subject)) == KeywordAction.Stop || Keywords.Of(OwnText.FirstLine(Text)) == KeywordAction.Stop;

    /// <summary>Something was written besides the word for STOP.</summary>
    public bool SaysMore => Text.Length > 0 && Keywords.Of(Text) != KeywordAction.Stop;

    /// <summary>The token that a mail program copied from List-Unsubscribe into the subject; null when there is none.</summary>
    internal static string? UnsubscribeToken(string subject) =>
        subject.Trim() is var text && text.StartsWith(UnsubscribeWord, StringComparison.OrdinalIgnoreCase) && text.Length == UnsubscribeWord.Length + ItemTokens.Length ? text[UnsubscribeWord.Length..] : null;

    /// <summary>Null: a machine or a list wrote it (RFC 3834 and the signs in use before it), or nobody says who.</summary>
    /// <param name="text">The readable text of the mail.</param>
    internal static PersonalMail? Of(MailParts parts, string text)
    {
        if (IsMachine(parts) || AddressFinder.In(parts.Header("From") ?? "").FirstOrDefault() is not { } from || Machines.Contains(from[..from.LastIndexOf('@')].ToLowerInvariant()))
        {
            return null;
        }

        var subject = (parts.Header("Subject") ?? "").Trim();
        return new PersonalMail
        {
            From = from,
            Subject = subject.Length <= LongestSubject ? subject : subject[..LongestSubject],
            Text = OwnText.Of(text),
            MessageId = Id(MailParts.Find(parts.Headers, "Message-ID")),
            MayBeAnswered = MailParts.Find(parts.Headers, "X-Auto-Response-Suppress") is null,
        };
    }

    private static bool IsMachine(MailParts parts)
    {
        string Value(string name) => (MailParts.Find(parts.Headers, name) ?? "").Trim().ToLowerInvariant();
        return Value("Auto-Submitted") is not ("" or "no")
            || Value("Precedence") is "bulk" or "list" or "junk" or "auto_reply"
            || Value("Return-Path") is "<>"
            || ((string[])["List-Id", "List-Post", "List-Unsubscribe", "Feedback-ID", "X-Loop", "X-Autoreply", "X-Autorespond"]).Any(name => MailParts.Find(parts.Headers, name) is not null);
    }

    /// <summary>A subject without Re: and its like in whatever language: up to four letters and a colon, again and again.</summary>
    internal static string Bare(string subject)
    {
        for (var rest = subject.Trim(); ; rest = rest[(rest.AsSpan().IndexOfAny(':', '\uff1a') + 1)..].TrimStart())
        {
            var colon = rest.AsSpan().IndexOfAny(':', '\uff1a');
            if (colon is < 1 or > 4 || !rest.AsSpan(0, colon).Trim().ToString().All(char.IsLetter))
            {
                return rest;
            }
        }
    }

    private static string? Id(string? header)
    {
        var id = (header ?? "").Trim().TrimStart('<').TrimEnd('>');
        return id.Length is > 2 and <= 250 && id.Contains('@', StringComparison.Ordinal) && id.All(c => c is > ' ' and <= '~' and not ('<' or '>')) ? id : null;
    }
}
