using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CampaignEngine.Mail.Tests.Support;

internal static class TestCertificate
{
    /// <summary>Signed by itself, so never trusted; made once for all tests.</summary>
    public static X509Certificate2 Untrusted { get; } = Make();

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=relay.example", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
