using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Authentication;

/// <summary>
/// SCRAM-SHA-256 (RFC 5802, 7677): the password never crosses the wire, and the server must show that it knows it. Without channel binding.
/// </summary>
/// <param name="nonce">Null: random; tests give their own.</param>
internal sealed class ScramClient(SmtpCredentials credentials, string? nonce = null) : SaslClient
{
    // A server that asks for more only wants to keep us busy.
    private const int MostRounds = 2_000_000;

    private readonly string _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private byte[]? _serverSignature;

    public override string Name => "SCRAM-SHA-256";

    public override byte[] Initial => Encoding.UTF8.GetBytes("n,," + FirstBare);

    public override bool IsServerProven => _serverSignature is { Length: 0 };

    private string FirstBare =>
        $"n={credentials.User.Normalize(NormalizationForm.FormKC).Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={_nonce}";

    public override byte[]? Answer(ReadOnlySpan<byte> challenge)
    {
        var words = Encoding.UTF8.GetString(challenge);
        return _serverSignature switch
        {
            null => Proof(words),
            { Length: > 0 } => CheckServer(words),
            _ => null,
        };
    }

    private byte[]? Proof(string serverFirst)
    {
        var attributes = Scram.Attributes(serverFirst);
        if (attributes is null
            || !attributes.TryGetValue('r', out var both) || !both.StartsWith(_nonce, StringComparison.Ordinal) || both.Length == _nonce.Length
            || Scram.Base64(attributes.GetValueOrDefault('s')) is not { Length: > 0 } salt
            || !int.TryParse(attributes.GetValueOrDefault('i'), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
            || rounds is < Scram.FewestRounds or > MostRounds
            || attributes.ContainsKey('m'))
        {
            return null;
        }

        var salted = Scram.SaltedPassword(credentials.Password, salt, rounds);
        var withoutProof = $"c=biws,r={both}";
        var conversation = $"{FirstBare},{serverFirst},{withoutProof}";
        var key = Scram.ClientKey(salted);
        _serverSignature = Scram.ServerSignature(salted, conversation);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(Scram.Mask(key, SHA256.HashData(key), conversation))}");
    }

    private byte[]? CheckServer(string serverFinal)
    {
        if (Scram.Base64(Scram.Attributes(serverFinal)?.GetValueOrDefault('v')) is not { } signature
            || !CryptographicOperations.FixedTimeEquals(signature, _serverSignature))
        {
            return null;
        }

        _serverSignature = [];
        return [];
    }
}
