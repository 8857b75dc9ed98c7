using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Mail.Authentication;

/// <summary>The server's side of one SCRAM-SHA-256 conversation, for the receiver.</summary>
/// <param name="passwordOf">Null for unknown users.</param>
internal sealed class ScramServer(Func<string, string?> passwordOf)
{
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    private string _bare = "";
    private string _first = "";

    public string? User { get; private set; }

    /// <summary>Answers the client's first message; null when it is none.</summary>
    public string? First(string message)
    {
        // "n" and "y": no channel binding. Anything else asks for what is not offered.
        var parts = message.Split(',', 3);
        if (parts is not ["n" or "y", "", var bare] || Scram.Attributes(bare) is not { } attributes
            || !attributes.TryGetValue('n', out var user) || !attributes.TryGetValue('r', out var nonce))
        {
            return null;
        }

        User = user.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        _bare = bare;
        return _first = string.Create(CultureInfo.InvariantCulture, $"r={nonce}{_nonce},s={Convert.ToBase64String(_salt)},i={Scram.FewestRounds}");
    }

    /// <summary>The server's proof; null when the client's is wrong.</summary>
    public string? Final(string message)
    {
        var end = message.LastIndexOf(",p=", StringComparison.Ordinal);
        var nonce = Scram.Attributes(_first)!['r'];
        if (end < 0 || message[..end] != $"c=biws,r={nonce}" && message[..end] != $"c=eSws,r={nonce}"
            || Scram.Base64(message[(end + 3)..]) is not { Length: SHA256.HashSizeInBytes } proof
            || passwordOf(User!) is not { } password)
        {
            return null;
        }

        var salted = Scram.SaltedPassword(password, _salt, Scram.FewestRounds);
        var stored = SHA256.HashData(Scram.ClientKey(salted));
        var conversation = $"{_bare},{_first},{message[..end]}";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Scram.Mask(proof, stored, conversation)), stored)
            ? "v=" + Convert.ToBase64String(Scram.ServerSignature(salted, conversation))
            : null;
    }
}
