using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Authentication;

/// <summary>RFC 2195: the server's words hashed with the password. Old; still the best that some relays offer.</summary>
internal sealed class SaslCramMd5(SmtpCredentials credentials) : SaslClient
{
    private bool _answered;

    public override string Name => "CRAM-MD5";

    public override byte[]? Answer(ReadOnlySpan<byte> challenge)
    {
        if (_answered || challenge.IsEmpty)
        {
            return null;
        }

        _answered = true;
        return Encoding.UTF8.GetBytes(Response(credentials.User, credentials.Password, challenge));
    }

    public static string Response(string user, string password, ReadOnlySpan<byte> challenge)
    {
#pragma warning disable CA5351 // The mechanism is HMAC-MD5; whoever wants better has SCRAM.
        return $"{user} {Convert.ToHexStringLower(HMACMD5.HashData(Encoding.UTF8.GetBytes(password), challenge))}";
#pragma warning restore CA5351
    }
}
