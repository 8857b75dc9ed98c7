using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Mail.Authentication;

/// <summary>The arithmetic of SCRAM-SHA-256 (RFC 5802 3, RFC 7677) that both sides share.</summary>
internal static class Scram
{
    /// <summary>RFC 7677 4.</summary>
    public const int FewestRounds = 4096;

    public static byte[] SaltedPassword(string password, ReadOnlySpan<byte> salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), salt, rounds, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);

    public static byte[] ClientKey(byte[] salted) => HMACSHA256.HashData(salted, "Client Key"u8);

    public static byte[] ServerSignature(byte[] salted, string conversation) =>
        HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), Encoding.UTF8.GetBytes(conversation));

    /// <summary>The client's key under the mask that only a holder of its hash can take away. Its own inverse.</summary>
    public static byte[] Mask(byte[] key, byte[] storedKey, string conversation)
    {
        var masked = HMACSHA256.HashData(storedKey, Encoding.UTF8.GetBytes(conversation));
        for (var i = 0; i < masked.Length; i++)
        {
            masked[i] ^= key[i];
        }

        return masked;
    }

    /// <summary>"r=...,s=...,i=..." by letter; null when it is not of that form.</summary>
    public static Dictionary<char, string>? Attributes(string message)
    {
        var found = new Dictionary<char, string>();
        foreach (var part in message.Split(','))
        {
            if (part.Length < 2 || part[1] != '=' || !found.TryAdd(part[0], part[2..]))
            {
                return null;
            }
        }

        return found;
    }

    public static byte[]? Base64(string? text)
    {
        var bytes = new byte[text?.Length ?? 0];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
