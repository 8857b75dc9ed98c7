using System.Security.Cryptography;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Signing;

public sealed class DkimKeyTests
{
    [Fact]
    public void BothFormsOfPemGiveTheSameRecord()
    {
        var key = TestKey.Read("Bücher.Example", "s1", TestKey.Pkcs8);
        Assert.Equal(("xn--bcher-kva.example", "s1._domainkey.xn--bcher-kva.example", 2048), (key.Domain, key.RecordName, key.Bits));
        Assert.StartsWith("v=DKIM1; k=rsa; p=MIIBIjANBgkq", key.PublicRecord, StringComparison.Ordinal);
        Assert.Equal(key.PublicRecord, TestKey.Read("x.example", "s2", TestKey.Pkcs1).PublicRecord);
    }

    [Fact]
    public void AKeyThatCannotSignIsNamedWithItsCure()
    {
        Refused("", "it holds no key in PEM form ('-----BEGIN PRIVATE KEY-----')");
        Refused(TestKey.Public, "it holds 'PUBLIC KEY'; a private RSA key is needed ('openssl genrsa -out FILE 2048')");
        Refused(
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
            "the key is Ed25519, and .NET 10 cannot sign with it; make an RSA key ('openssl genrsa -out FILE 2048')");
        using var ec = ECDsa.Create();
        Assert.StartsWith("it holds no private RSA key that can be read (", Fault(ec.ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal);
        using var small = RSA.Create(768);
        Refused(small.ExportPkcs8PrivateKeyPem(), "the key has 768 bits; verifiers take 1024 to 4096: make one of 2048");
        using var locked = RSA.Create(1024);
        var pem = locked.ExportEncryptedPkcs8PrivateKeyPem("word", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 10));
        Refused(pem, "the key is locked by a pass phrase, which nobody could type at night; write it without one ('openssl pkey -in LOCKED -out OPEN')");
        Assert.StartsWith("it holds no private RSA key that can be read (", Fault(TestKey.Pkcs8.Remove(36, 4)), StringComparison.Ordinal);
        Assert.False(DkimKey.TryRead("a b", "s", TestKey.Pkcs8, out _, out var fault));
        Assert.Equal("'a b' is not a domain name", fault);
        Assert.False(DkimKey.TryRead("a.example", "s 1;", TestKey.Pkcs8, out _, out fault));
        Assert.Equal("'s 1;' is not a selector; write letters, digits and dashes, such as s2026a", fault);

        static void Refused(string pem, string expected) => Assert.Equal(expected, Fault(pem));

        static string Fault(string pem)
        {
            Assert.False(DkimKey.TryRead("x.example", "s", pem, out _, out var fault));
            return fault;
        }
    }

    [Theory]
    [InlineData(DkimRecordState.Right, "{0}")]
    [InlineData(DkimRecordState.Right, "p = {1} ; v=DKIM1")]
    [InlineData(DkimRecordState.Right, "v=spf1 -all|{0}")]
    [InlineData(DkimRecordState.Missing, "")]
    [InlineData(DkimRecordState.Missing, "v=spf1 -all")]
    [InlineData(DkimRecordState.Missing, "v=DKIM2; p={1}")]
    [InlineData(DkimRecordState.Several, "{0}|{0}")]
    [InlineData(DkimRecordState.Revoked, "v=DKIM1; p=")]
    [InlineData(DkimRecordState.OtherKey, "v=DKIM1; p=AAAA")]
    [InlineData(DkimRecordState.OtherKey, "v=DKIM1; k=ed25519; p={1}")]
    [InlineData(DkimRecordState.Testing, "{0}; t=s:y")]
    public void WhatStandsInDnsIsJudged(DkimRecordState state, string records)
    {
        var key = TestKey.Dkim;
        var p = key.PublicRecord[(key.PublicRecord.IndexOf("p=", StringComparison.Ordinal) + 2)..];
        var texts = records.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(r => string.Format(System.Globalization.CultureInfo.InvariantCulture, r, key.PublicRecord, p));
        Assert.Equal(state, DkimRecord.Compare(key, [.. texts]));
    }
}
