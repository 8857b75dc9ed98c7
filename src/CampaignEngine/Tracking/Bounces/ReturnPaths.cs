using System.Buffers.Text;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// Envelope senders: an address of its own for every message, so that whatever comes back says by itself whom it is about. <c>b-</c> and 48 hex digits, an
/// <see cref="ItemTokens">item token</see> for this purpose alone; no letter case to lose on the way. Nobody but us can make one.
/// </summary>
public sealed class ReturnPaths
{
    private readonly ItemTokens _tokens;
    private readonly string _prefix;
    private readonly TokenPurpose _purpose;
    private const int Digits = ItemTokens.Length * 3 / 4 * 2;

    public ReturnPaths(ItemTokens tokens, string domain)
        : this(tokens, domain, "b-", TokenPurpose.ReturnPath)
    {
    }

    private ReturnPaths(ItemTokens tokens, string domain, string prefix, TokenPurpose purpose) => (_tokens, Domain, _prefix, _purpose) = (tokens, domain, prefix, purpose);

    public string Domain { get; }

    /// <summary>The same for Reply-To: <c>r-</c> and 48 other digits.</summary>
    public static ReturnPaths ForReplies(ItemTokens tokens, string domain) => new(tokens, domain, "r-", TokenPurpose.Reply);

    public string Of(int mailingId, int ordinal)
    {
        Span<byte> token = stackalloc byte[ItemTokens.Length];
        _tokens.Write(token, _purpose, mailingId, ordinal);
        Span<byte> bytes = stackalloc byte[Digits / 2];
        Base64Url.DecodeFromUtf8(token, bytes, out _, out _);
        return string.Concat(_prefix, Convert.ToHexStringLower(bytes), "@", Domain);
    }

    /// <summary>True for an address that this installation made, whatever its domain and letter case; what forwarders and relays put around it (SRS, BATV) is passed over.</summary>
    public bool TryRead(string address, out ItemToken item)
    {
        item = default;
        var local = address.AsSpan(0, address.LastIndexOf('@') is var at and >= 0 ? at : address.Length);
        for (var begin = local.IndexOf(_prefix, StringComparison.OrdinalIgnoreCase); begin >= 0 && local.Length - begin >= _prefix.Length + Digits;)
        {
            if (TryDigits(local.Slice(begin + _prefix.Length, Digits), out item))
            {
                return true;
            }

            var next = local[(begin + 1)..].IndexOf(_prefix, StringComparison.OrdinalIgnoreCase);
            begin = next < 0 ? -1 : begin + 1 + next;
        }

        return false;
    }

    private bool TryDigits(ReadOnlySpan<char> digits, out ItemToken item)
    {
        item = default;
        Span<byte> bytes = stackalloc byte[Digits / 2];
        if (Convert.FromHexString(digits, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != bytes.Length)
        {
            return false;
        }

        Span<char> token = stackalloc char[ItemTokens.Length];
        Base64Url.EncodeToChars(bytes, token);
        return _tokens.TryRead(token, _purpose, out item);
    }
}
