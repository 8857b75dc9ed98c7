using System.Buffers;
using System.Security.Cryptography;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine.Channels.Email;

/// <summary>Signs a lane's messages whose sender has a key; the others go as they are.</summary>
/// <param name="keys">By the names that <see cref="OutgoingMessage.SignedBy"/> uses.</param>
/// <param name="threads">Shared by all lanes.</param>
internal sealed class EmailSigning(IReadOnlyDictionary<string, DkimKey> keys, SigningThreads threads)
{
    private ArrayBufferWriter<byte> _signed = new(keys.Count == 0 ? 1 : 32 * 1024);
    private ArrayBufferWriter<byte> _before = new(keys.Count == 0 ? 1 : 32 * 1024);

    /// <returns>The bytes to send, valid until the call after the next; or why they must not leave.</returns>
    public async ValueTask<(ReadOnlyMemory<byte> Content, string? Fault)> SignAsync(OutgoingMessage message)
    {
        if (message.SignedBy.Length == 0)
        {
            return (message.Content.WrittenMemory, null);
        }

        if (!keys.TryGetValue(message.SignedBy, out var key))
        {
            return (default, $"there is no key of the sender '{message.SignedBy}'");
        }

        (_signed, _before) = (_before, _signed);
        _signed.ResetWrittenCount();
        try
        {
            await threads.SignAsync(key, message.Content.WrittenMemory, _signed);
            return (_signed.WrittenMemory, null);
        }
        catch (CryptographicException fault)
        {
            return (default, $"the message could not be signed: {fault.Message}");
        }
    }
}
