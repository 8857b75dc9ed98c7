using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CampaignEngine.Customers;

/// <summary>
/// HMAC-SHA256 under one key, many times over: each thread keeps a hash with the key already in it, which takes a third of the time of a single
/// call and allocates nothing. Safe for many threads.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its key is used, on threads it does not own; their hashes are freed with the threads.")]
internal sealed class KeyedHash(byte[] key)
{
    public const int Length = HMACSHA256.HashSizeInBytes;

    private readonly ThreadLocal<IncrementalHash> _hash = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key));

    /// <param name="hash">Gets <see cref="Length"/> bytes.</param>
    public void Of(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        var mine = _hash.Value!;
        mine.AppendData(text);
        mine.GetHashAndReset(hash);
    }
}
