using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using CampaignEngine.Mail.Addresses;

namespace CampaignEngine.Mail.Signing;

/// <summary>A private RSA key with the names under which verifiers find its public half (RFC 6376 3.6). Safe for many threads.</summary>
public sealed class DkimKey
{
    /// <summary>RFC 8301 3.2: verifiers must not take less.</summary>
    private const int SmallestKey = 1024;

    /// <summary>RFC 8301 3.2: verifiers need not take more, and the record would no longer fit into one packet.</summary>
    private const int LargestKey = 4096;

    private const string Ed25519 = "1.3.101.112";

    private readonly byte[] _pkcs8;

    private DkimKey(string domain, string selector, RSA rsa)
    {
        (Domain, Selector, Bits) = (domain, selector, rsa.KeySize);
        _pkcs8 = rsa.ExportPkcs8PrivateKey();
        PublicRecord = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())}";
    }

    /// <summary>The signing domain, lower case, punycode where international.</summary>
    public string Domain { get; }

    /// <summary>Names the key among those of the domain.</summary>
    public string Selector { get; }

    public int Bits { get; }

    /// <summary>Where the public half belongs in DNS.</summary>
    public string RecordName => $"{Selector}._domainkey.{Domain}";

    /// <summary>The TXT record that belongs there.</summary>
    public string PublicRecord { get; }

    /// <summary>Reads a private key in PEM, PKCS#1 or PKCS#8. On false <paramref name="fault"/> says what is wrong and what to do; it never holds the key.</summary>
    public static bool TryRead(string domain, string selector, string pem, [NotNullWhen(true)] out DkimKey? key, out string fault)
    {
        key = null;
        if (!TryReadDomain(domain, out var name))
        {
            fault = $"'{domain}' is not a domain name";
            return false;
        }

        if (!IsSelector(selector))
        {
            fault = $"'{selector}' is not a selector; write letters, digits and dashes, such as s2026a";
            return false;
        }

        using var rsa = RSA.Create();
        fault = Import(rsa, pem) ?? "";
        if (fault.Length > 0)
        {
            return false;
        }

        if (rsa.KeySize is < SmallestKey or > LargestKey)
        {
            fault = $"the key has {rsa.KeySize} bits; verifiers take {SmallestKey} to {LargestKey}: make one of 2048";
            return false;
        }

        key = new DkimKey(name, selector, rsa);
        return true;
    }

    /// <summary>Letters, digits and dashes, in labels joined by dots.</summary>
    public static bool IsSelector(string text) => text.Length is > 0 and <= 63
        && text.Split('.').All(label => label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    /// <summary>A domain name as it stands in DNS; false when it is none.</summary>
    public static bool TryReadDomain(string text, out string domain)
    {
        var read = EmailAddress.TryParse("x@" + text, out var address, out _) && text.Length > 0 && text[0] > ' ' && text[^1] > ' ';
        domain = read ? address.Domain.ToString() : "";
        return read;
    }

    /// <summary>A copy for one thread: the library does not promise that one key may be used by several at once.</summary>
    internal RSA CreateRsa()
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(_pkcs8, out _);
        return rsa;
    }

    private static string? Import(RSA rsa, string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            return "it holds no key in PEM form ('-----BEGIN PRIVATE KEY-----')";
        }

        var der = Convert.FromBase64String(pem[fields.Base64Data]);
        try
        {
            switch (pem[fields.Label])
            {
                case "RSA PRIVATE KEY" when pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal):
                case "ENCRYPTED PRIVATE KEY":
                    return "the key is locked by a pass phrase, which nobody could type at night; write it without one ('openssl pkey -in LOCKED -out OPEN')";
                case "RSA PRIVATE KEY":
                    rsa.ImportRSAPrivateKey(der, out _);
                    return null;
                case "PRIVATE KEY" when AlgorithmOf(der) == Ed25519:
                    return "the key is Ed25519, and .NET 10 cannot sign with it; make an RSA key ('openssl genrsa -out FILE 2048')";
                case "PRIVATE KEY":
                    rsa.ImportPkcs8PrivateKey(der, out _);
                    return null;
                case var label:
                    return $"it holds '{label}'; a private RSA key is needed ('openssl genrsa -out FILE 2048')";
            }
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            return $"it holds no private RSA key that can be read ({fault.Message})";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    // PrivateKeyInfo ::= SEQUENCE { version, SEQUENCE { algorithm, ... }, ... }
    private static string AlgorithmOf(byte[] pkcs8)
    {
        var info = new AsnReader(pkcs8, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        return info.ReadSequence().ReadObjectIdentifier();
    }
}
