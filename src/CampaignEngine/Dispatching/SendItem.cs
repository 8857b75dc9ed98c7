using CampaignEngine.Scheduling;

namespace CampaignEngine.Dispatching;

/// <summary>One person of a frozen list, granted for one attempt.</summary>
public sealed record SendItem
{
    /// <summary>Place in the mailing, counted from 1.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Earlier attempts that never reached a relay: a worker died with the message in hand, a route was down.</summary>
    public int CutShort { get; init; }

    public required string CustomerKey { get; init; }

    /// <summary>Keyed hash of the address, 16 bytes.</summary>
    public required byte[] RecipientKey { get; init; }

    /// <summary>The channel's normalised address.</summary>
    public required string Address { get; init; }

    public string? Cell { get; init; }

    /// <summary>One of our own addresses: sent, never counted.</summary>
    public bool Seed { get; init; }
}

/// <summary>A mailing as the builder of its messages needs it; constant for its whole life.</summary>
/// <param name="Definition">JSON written at freeze: templates, subject, sender, links.</param>
public sealed record MailingToSend(
    int MailingId, string Campaign, string DropName, string Channel, DateTimeOffset DueAt, DateTimeOffset FrozenAt, string Definition)
{
    /// <summary>When its messages may leave; null: at any time.</summary>
    public SendingHours? Hours { get; init; }
}
