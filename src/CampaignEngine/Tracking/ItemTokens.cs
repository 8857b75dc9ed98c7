using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Customers;

namespace CampaignEngine.Tracking;

/// <summary>
/// Signs and reads the tokens in links, pixels and unsubscribe addresses. A token is 24 bytes: key id, mailing, ordinal, link number, and 104 bits
/// of an HMAC-SHA512 over them and the purpose. One hash signs four links: each has 104 bits of it that no other token shows. 24 bytes are exactly 32 base64url characters with no spare bits, so every token
/// has one spelling. Safe for many threads; the writing members do not allocate.
/// </summary>
public sealed class ItemTokens
{
    /// <summary>Characters of a token.</summary>
    public const int Length = 32;

    private const int PayloadLength = 1 + 4 + 4 + 2;
    private const int TagLength = 13;
    private const int LinksPerHash = KeyedHash.Length / TagLength;
    private const int ShortestSecret = 16;

    private readonly KeyedHash?[] _keys = new KeyedHash?[256];
    private readonly byte _signingKey;

    /// <param name="secret">The only key, known as number 1; at least 16 bytes.</param>
    public ItemTokens(ReadOnlyMemory<byte> secret)
        : this([new TokenKey(1, secret)])
    {
    }

    /// <param name="keys">The first one signs; all are accepted when reading.</param>
    public ItemTokens(IReadOnlyList<TokenKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0)
        {
            throw new ArgumentException("At least one key is needed to sign tokens.", nameof(keys));
        }

        foreach (var key in keys)
        {
            if (key.Id == 0 || key.Secret.Length < ShortestSecret || _keys[key.Id] is not null)
            {
                throw new ArgumentException($"Token key {key.Id}: ids are 1 to 255 and unique, secrets have at least {ShortestSecret} bytes.", nameof(keys));
            }

            _keys[key.Id] = new KeyedHash(key.Secret.ToArray());
        }

        _signingKey = keys[0].Id;
    }

    /// <summary>The tokens of an installation: what renders messages and what reads the answers must use the same.</summary>
    /// <param name="numbers">Numbers of the keys, as <c>web.token_keys</c> has them: the first signs, all are accepted.</param>
    public static ItemTokens Of(InstallationKeys keys, IReadOnlyList<int> numbers) =>
        new([.. numbers.Select(n => new TokenKey((byte)n, keys.Derive(n == 1 ? "token" : string.Create(CultureInfo.InvariantCulture, $"token {n}"))))]);

    public string Click(int mailingId, int ordinal, int linkNo) => Make(TokenPurpose.Click, mailingId, ordinal, linkNo);

    public string Open(int mailingId, int ordinal) => Make(TokenPurpose.Open, mailingId, ordinal, 0);

    public string Unsubscribe(int mailingId, int ordinal) => Make(TokenPurpose.Unsubscribe, mailingId, ordinal, 0);

    public string Preferences(int mailingId, int ordinal) => Make(TokenPurpose.Preferences, mailingId, ordinal, 0);

    public string OptIn(int mailingId, int ordinal) => Make(TokenPurpose.OptIn, mailingId, ordinal, 0);

    public string ViewOnline(int mailingId, int ordinal) => Make(TokenPurpose.ViewOnline, mailingId, ordinal, 0);

    /// <summary>Writes the <see cref="Length"/> ASCII characters of a token to the start of <paramref name="utf8"/>.</summary>
    /// <param name="linkNo">1 to 65535 for clicks, 0 for every other purpose.</param>
    public void Write(Span<byte> utf8, TokenPurpose purpose, int mailingId, int ordinal, int linkNo = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mailingId);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ordinal);
        if (purpose == TokenPurpose.Click ? linkNo is < 1 or > ushort.MaxValue : linkNo != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(linkNo), linkNo, "Links are numbered from 1; only click tokens carry a link.");
        }

        Span<byte> token = stackalloc byte[PayloadLength + TagLength];
        token[0] = _signingKey;
        BinaryPrimitives.WriteInt32BigEndian(token[1..], mailingId);
        BinaryPrimitives.WriteInt32BigEndian(token[5..], ordinal);
        BinaryPrimitives.WriteUInt16BigEndian(token[9..], (ushort)linkNo);
        Sign(_keys[_signingKey]!, purpose, token[..PayloadLength], token[PayloadLength..]);
        Base64Url.EncodeToUtf8(token, utf8);
    }

    /// <summary>Same as <see cref="Write(Span{byte}, TokenPurpose, int, int, int)"/>, as UTF-16.</summary>
    public void Write(Span<char> characters, TokenPurpose purpose, int mailingId, int ordinal, int linkNo = 0)
    {
        Span<byte> utf8 = stackalloc byte[Length];
        Write(utf8, purpose, mailingId, ordinal, linkNo);
        Encoding.ASCII.GetChars(utf8, characters);
    }

    /// <summary>True only for a token that this installation signed for exactly this purpose.</summary>
    public bool TryRead(ReadOnlySpan<char> token, TokenPurpose purpose, out ItemToken item)
    {
        item = default;
        Span<byte> bytes = stackalloc byte[PayloadLength + TagLength];
        // The length check comes first: the decoder skips white space, and a token has one spelling only.
        if (token.Length != Length || token.IndexOfAnyExcept(Alphabet) >= 0 || !Base64Url.TryDecodeFromChars(token, bytes, out _))
        {
            return false;
        }

        if (_keys[bytes[0]] is not { } key)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[TagLength];
        Sign(key, purpose, bytes[..PayloadLength], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes[PayloadLength..]))
        {
            return false;
        }

        item = new ItemToken(
            BinaryPrimitives.ReadInt32BigEndian(bytes[1..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[5..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[9..]));
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> Alphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private string Make(TokenPurpose purpose, int mailingId, int ordinal, int linkNo) =>
        string.Create(Length, (this, purpose, mailingId, ordinal, linkNo), static (span, s) => s.Item1.Write(span, s.purpose, s.mailingId, s.ordinal, s.linkNo));

    private static void Sign(KeyedHash key, TokenPurpose purpose, ReadOnlySpan<byte> payload, Span<byte> tag)
    {
        Span<byte> signed = stackalloc byte[1 + PayloadLength];
        signed[0] = (byte)purpose;
        payload.CopyTo(signed[1..]);
        var linkNo = BinaryPrimitives.ReadUInt16BigEndian(payload[^2..]);
        BinaryPrimitives.WriteUInt16BigEndian(signed[^2..], (ushort)(linkNo / LinksPerHash));
        key.Of(signed).Slice(linkNo % LinksPerHash * TagLength, TagLength).CopyTo(tag);
    }
}
