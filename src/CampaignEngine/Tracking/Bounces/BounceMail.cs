using CampaignEngine.Mail.Composing;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>What a mail about mail turned out to be.</summary>
public enum BounceMailKind
{
    /// <summary>A delivery report, good or bad.</summary>
    Report,

    /// <summary>A complaint or another feedback report.</summary>
    Feedback,

    /// <summary>An automatic answer.</summary>
    Answer,

    /// <summary>Nothing of these.</summary>
    Other,
}

/// <summary>A mail, read: of which kind it is, about whom, and what it returns of the message that it is about.</summary>
public sealed record BounceMail
{
    public required BounceMailKind Kind { get; init; }

    /// <summary>One for each recipient; at least one unless the kind is Other.</summary>
    public IReadOnlyList<BounceEvidence> Recipients { get; init; } = [];

    /// <summary>Feedback-Type of a feedback report, in lower case; null otherwise.</summary>
    public string? FeedbackType { get; init; }

    /// <summary>Headers of the returned message, raw; empty where none came back.</summary>
    public IReadOnlyList<MessageHeader> Original { get; init; } = [];

    /// <summary>Addresses that the mail itself was sent to, by its own headers.</summary>
    public IReadOnlyList<string> SentTo { get; init; } = [];

    /// <summary>Message-IDs that the mail quotes: the envelope id of a delivery report (RFC 3461; we put the Message-ID there), In-Reply-To and References of an answer.</summary>
    public IReadOnlyList<string> QuotedIds { get; init; } = [];

    /// <summary>The Date header as written; null when missing.</summary>
    public string? Date { get; init; }

    /// <summary>Message-ID of the mail itself; null when it has none.</summary>
    public string? MessageId { get; init; }

    /// <summary>What a person wrote; null: no person did.</summary>
    public PersonalMail? Personal { get; init; }

    /// <summary>What stands in the subject in a token's place, where a mail program made the mail from List-Unsubscribe; null otherwise.</summary>
    public string? UnsubscribeToken { get; init; }

    /// <summary>False when a limit or damage cut the reading short.</summary>
    public bool IsComplete { get; init; } = true;
}
