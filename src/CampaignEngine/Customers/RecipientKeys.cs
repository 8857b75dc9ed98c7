using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Customers;

/// <summary>
/// Keyed hashes of contact points: what the ledger, contact_once and suppression know a recipient by. They cannot be turned back
/// into an address without the installation key, so they outlive the erasure of a person.
/// </summary>
public sealed class RecipientKeys(InstallationKeys keys)
{
    /// <summary>Bytes in a recipient key: 128 bits of HMAC-SHA256.</summary>
    public const int Length = 16;

    private readonly byte[] _recipient = keys.Derive("recipient");
    private readonly byte[] _person = keys.Derive("cell");

    /// <summary>The key of a normalised address on a channel ("email", "sms", "print", "call"). SMS and call share the phone number's key.</summary>
    public byte[] Of(string channel, string normalisedAddress)
    {
        string space = channel is "sms" or "call" ? "phone" : channel;
        return Hash(_recipient, space, normalisedAddress)[..Length];
    }

    /// <summary>A number in [0, 1) that depends on the person and the salt (campaign name) only: a re-run puts everyone where they were.</summary>
    public double Share(string salt, string customerKey)
    {
        ulong bits = BinaryPrimitives.ReadUInt64BigEndian(Hash(_person, salt, customerKey));
        return (bits >> 11) * (1.0 / (1UL << 53));
    }

    private static byte[] Hash(byte[] key, string space, string value)
    {
        int length = Encoding.UTF8.GetByteCount(space) + 1 + Encoding.UTF8.GetByteCount(value);
        Span<byte> message = length <= 512 ? stackalloc byte[length] : new byte[length];
        int at = Encoding.UTF8.GetBytes(space, message);
        message[at++] = 0;
        Encoding.UTF8.GetBytes(value, message[at..]);
        return HMACSHA256.HashData(key, message);
    }
}
