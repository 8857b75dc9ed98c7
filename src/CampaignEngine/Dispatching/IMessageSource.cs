using System.Buffers;

namespace CampaignEngine.Dispatching;

/// <summary>Builds the messages of a mailing. Rendering stands behind it; tests put their own in its place.</summary>
public interface IMessageSource
{
    /// <summary>Reads what the messages of these items need, in one go. One call a grant, from several lanes at once.</summary>
    /// <exception cref="MessagesUnavailableException">No message of the mailing can be built now; its people wait.</exception>
    ValueTask<IMessageBatch> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken);
}

/// <summary>The data of one grant; used by one lane.</summary>
public interface IMessageBatch : IDisposable
{
    /// <summary>Writes the message of one item of the batch.</summary>
    /// <param name="message">Empty; filled on success.</param>
    /// <param name="failure">Why there is no message for this person; the item is then skipped and never leaves.</param>
    bool TryBuild(SendItem item, OutgoingMessage message, out string failure);
}

/// <summary>One message on its way, in a buffer that is used again for the next one.</summary>
public sealed class OutgoingMessage
{
    /// <summary>Return path (e-mail) or sender id (SMS).</summary>
    public string Sender { get; set; } = "";

    /// <summary>Name of the route it takes; empty: the channel's first.</summary>
    public string Route { get; set; } = "";

    /// <summary>What delivery reports repeat, the same on every attempt: for e-mail the Message-ID, for SMS the key that gateways know the message by; empty: none.</summary>
    public string EnvelopeId { get; set; } = "";

    /// <summary>Name of the sender in engine.yaml, whose key signs an e-mail; empty: nobody signs.</summary>
    public string SignedBy { get; set; } = "";

    /// <summary>The address as the channel takes it.</summary>
    public string Recipient { get; set; } = "";

    /// <summary>Where the other side reports what became of it; null where nobody listens or reports come another way.</summary>
    public string? ReceiptUrl { get; set; }

    /// <summary>The message's bytes: for e-mail headers and bodies with CRLF ends and without the terminator, for SMS the text.</summary>
    public ArrayBufferWriter<byte> Content { get; } = new(32 * 1024);

    public void Clear()
    {
        (Sender, Route, SignedBy, EnvelopeId, Recipient, ReceiptUrl) = ("", "", "", "", "", null);
        Content.ResetWrittenCount();
    }
}
