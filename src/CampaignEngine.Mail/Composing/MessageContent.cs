namespace CampaignEngine.Mail.Composing;

/// <summary>One message to compose. Both bodies give multipart/alternative, one body a single part; pictures make the HTML a multipart/related.</summary>
public readonly record struct MessageContent
{
    /// <summary>The From header.</summary>
    public required Mailbox From { get; init; }

    /// <summary>The To header: one person, because every message is personal.</summary>
    public required Mailbox To { get; init; }

    /// <summary>The Reply-To header, if any.</summary>
    public Mailbox? ReplyTo { get; init; }

    /// <summary>Any text without control characters.</summary>
    public required string Subject { get; init; }

    /// <summary>The Message-ID without angle brackets: <c>left@right</c>. Unique per recipient and the same over all attempts.</summary>
    public required string MessageId { get; init; }

    /// <summary>The Date header, written with its own offset.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>The plain text as UTF-8; any of CRLF, LF or CR ends a line. Empty for none.</summary>
    public ReadOnlyMemory<byte> TextUtf8 { get; init; }

    /// <summary>The HTML as UTF-8. Empty for none.</summary>
    public ReadOnlyMemory<byte> HtmlUtf8 { get; init; }

    /// <summary>Pictures that the HTML shows by <c>cid:</c>; left out where there is no HTML.</summary>
    public ReadOnlyMemory<InlineImage> InlineImages { get; init; }

    /// <summary>Files that go along: the message becomes a multipart/mixed.</summary>
    public ReadOnlyMemory<Attachment> Attachments { get; init; }

    /// <summary>Texts may stand as 8-bit UTF-8 where that is much shorter: only for relays that offer 8BITMIME, and not before a signature that is to survive others.</summary>
    public bool AllowEightBit { get; init; }

    /// <summary>List-Unsubscribe, Feedback-ID, X-...; in the order they are written.</summary>
    public ReadOnlyMemory<MessageHeader> ExtraHeaders { get; init; }
}
