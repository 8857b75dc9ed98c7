using System.Buffers.Binary;
using System.Globalization;
using CampaignEngine.Customers;

namespace CampaignEngine.Dispatching;

/// <summary>
/// The Message-ID of an item: the same over all attempts, another one for every person, and readable again when a bounce or a relay's log quotes
/// it. 32 hex digits (mailing, ordinal, 64 bits of HMAC-SHA512) before the @ sign: no letter case to lose on the way.
/// </summary>
/// <param name="key">32 bytes derived from the installation's key for this purpose.</param>
/// <param name="domain">Right-hand side, the sender's domain.</param>
public sealed class MessageIds(byte[] key, string domain)
{
    private const int TagLength = 8;
    private readonly KeyedHash _key = new(key);

    /// <summary>The ids of an installation: what writes messages and what reads the answers must use the same.</summary>
    public static MessageIds Of(InstallationKeys keys, string domain) => new(keys.Derive("message-id"), domain);

    /// <summary>Without angle brackets.</summary>
    public string Of(int mailingId, int ordinal)
    {
        Span<byte> id = stackalloc byte[8 + TagLength];
        Write(id, mailingId, ordinal);
        return string.Concat(Convert.ToHexStringLower(id), "@", domain);
    }

    /// <summary>True for an id of this installation, with or without angle brackets, whatever its domain and letter case.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out int mailingId, out int ordinal)
    {
        (mailingId, ordinal) = (0, 0);
        var left = text.Trim().TrimStart('<');
        var at = left.IndexOf('@');
        if (at != 2 * (8 + TagLength)
            || !int.TryParse(left[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out mailingId)
            || !int.TryParse(left[8..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ordinal))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[8 + TagLength];
        Write(expected, mailingId, ordinal);
        return left[..at].Equals(Convert.ToHexStringLower(expected), StringComparison.OrdinalIgnoreCase);
    }

    private void Write(Span<byte> id, int mailingId, int ordinal)
    {
        BinaryPrimitives.WriteInt32BigEndian(id, mailingId);
        BinaryPrimitives.WriteInt32BigEndian(id[4..], ordinal);
        _key.Of(id[..8])[..TagLength].CopyTo(id[8..]);
    }
}
