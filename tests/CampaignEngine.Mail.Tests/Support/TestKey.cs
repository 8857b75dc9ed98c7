using System.Security.Cryptography;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>An RSA key made once for all tests.</summary>
internal static class TestKey
{
    private static readonly RSA Rsa = RSA.Create(2048);

    public static string Pkcs8 { get; } = Rsa.ExportPkcs8PrivateKeyPem();

    public static string Pkcs1 { get; } = Rsa.ExportRSAPrivateKeyPem();

    public static string Public { get; } = Rsa.ExportSubjectPublicKeyInfoPem();

    public static DkimKey Dkim { get; } = Read("example.com", "s2026a", Pkcs8);

    public static DkimKey Read(string domain, string selector, string pem) =>
        DkimKey.TryRead(domain, selector, pem, out var key, out var fault) ? key : throw new ArgumentException(fault, nameof(pem));
}
