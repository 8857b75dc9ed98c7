namespace CampaignEngine.Dispatching;

/// <summary>A way to reach people. The channel knows nothing of the ledger; the ledger knows only that a message has a point of no return.</summary>
public interface IChannel
{
    /// <summary>email, sms, print or call, as <c>engine.mailing.channel</c> has it.</summary>
    string Name { get; }

    /// <summary>A lane: one connection's worth of sending, used by one caller at a time. Nothing is opened yet.</summary>
    IChannelLane CreateLane();
}

/// <summary>
/// Sends one message after the other. No member throws for what the network or the other side does; the fate of a message is always a
/// <see cref="SendVerdict"/>. Nothing is tried twice inside, which is the ledger's decision; only what the other side counts once (a request with an idempotency
/// key) may be asked again.
/// </summary>
public interface IChannelLane : IAsyncDisposable
{
    /// <summary>Whether a message can be prepared now.</summary>
    bool IsOpen { get; }

    /// <summary>Makes the lane usable; null when it is, else one sentence why not. Connecting may be repeated inside.</summary>
    ValueTask<string?> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Brings the message up to its point of no return. Null: it is held there; otherwise how the attempt ended.</summary>
    ValueTask<SendVerdict?> PrepareAsync(OutgoingMessage message, CancellationToken cancellationToken);

    /// <summary>Names the message that follows the held one, so that its beginning can leave together with the held one's end. It is then prepared next, or the lane abandoned.</summary>
    ValueTask AnnounceAsync(OutgoingMessage next, CancellationToken cancellationToken);

    /// <summary>Passes the point of no return: writes the terminator and waits for the answer.</summary>
    /// <param name="mayStillEnd">Asked once more where the other side took long over what comes before the terminator; on false the message is dropped.</param>
    /// <param name="terminatorWritten">Called once when the terminator has been handed to the network, before the answer is awaited.</param>
    ValueTask<SendVerdict> CommitAsync(Func<bool> mayStillEnd, Action terminatorWritten, CancellationToken cancellationToken);

    /// <summary>Drops the held message so that the other side must forget it.</summary>
    ValueTask AbandonAsync();
}
