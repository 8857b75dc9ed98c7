namespace CampaignEngine.Mail.Receiving;

/// <summary>One entry of a <see cref="MessageStore"/>, without the message itself.</summary>
public sealed record StoredMessage
{
    /// <summary>1 for the first message of the store; never given twice.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Return path; empty for <c>&lt;&gt;</c>.</summary>
    public required string Sender { get; init; }

    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>Without angle brackets; empty when the message has none.</summary>
    public required string MessageId { get; init; }

    /// <summary>Decoded; cut at 1,000 characters.</summary>
    public required string Subject { get; init; }

    /// <summary>Size of the message in bytes.</summary>
    public required int Size { get; init; }

    internal long DataOffset { get; init; }
}
