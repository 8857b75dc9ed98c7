using System.Runtime.Versioning;
using System.Security.Cryptography;
using CampaignEngine.Diagnosing;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Diagnosing;

[UnsupportedOSPlatform("windows")]
public sealed class DkimRecordsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BothKeysArePrintedAndComparedWithDns()
    {
        using var folder = new TempDirectory("dkim");
        Write(folder, "a.pem");
        Write(folder, "b.pem");
        var records = new DkimRecords(Settings("a.pem", "b.pem"), folder.FullName);
        var printed = await records.ReadAsync(null, Token);

        Assert.Equal([("shop", "active", "s1._domainkey.shop.test"), ("shop", "next", "s2._domainkey.shop.test")], printed.Select(r => (r.Sender, r.Use, r.Name)));
        Assert.All(printed, r => Assert.StartsWith("v=DKIM1; k=rsa; p=MIGf", r.Record, StringComparison.Ordinal));

        using var dns = new TestDns(new Dictionary<string, string[]> { ["s1._domainkey.shop.test"] = [printed[0].Record] });
        var lookup = new DnsLookup([dns.EndPoint], TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal(
            [
                ("dkim shop (active)", FindingState.Ok, "s1._domainkey.shop.test holds this key (1024 bits)", null),
                ("dkim shop (next)", FindingState.Warning, "s2._domainkey.shop.test has no DKIM record", "publish the record that 'campaign dkim' prints for s2._domainkey.shop.test"),
            ],
            (await records.LookAsync(lookup, Token)).Select(f => (f.Check, f.State, f.Found, f.Fix)));

        var swapped = await new DkimRecords(Settings("b.pem", null), folder.FullName).ReadAsync(lookup, Token);
        Assert.Equal(("s1._domainkey.shop.test holds another key", FindingState.Fault), (swapped[0].Dns, swapped[0].State));
    }

    [Fact]
    public async Task AKeyThatIsMissingOrOpenToAllIsAFinding()
    {
        using var folder = new TempDirectory("dkim");
        Write(folder, "b.pem");
        File.SetUnixFileMode(Path.Combine(folder.FullName, "b.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var findings = await new DkimRecords(Settings("none.pem", "b.pem"), folder.FullName).LookAsync(new DnsLookup([], TimeSpan.FromSeconds(1), TimeProvider.System), Token);

        Assert.Equal(3, findings.Count);
        Assert.Equal(FindingState.Fault, findings[0].State);
        Assert.StartsWith($"the DKIM key file {folder.FullName}/none.pem, which engine.yaml names, cannot be read: ", findings[0].Found, StringComparison.Ordinal);
        Assert.Equal("DNS cannot be asked: this machine names no DNS server", findings[1].Found);
        Assert.Equal(("others on this machine can read b.pem", "chmod 600 b.pem"), (findings[2].Found, findings[2].Fix));
    }

    private static EngineSettings Settings(string active, string? next)
    {
        Assert.True(EmailAddress.TryParse("a@shop.test", out var address, out _));
        var dkim = new DkimSettings
        {
            Domain = "shop.test",
            Selector = "s1",
            KeyFile = active,
            Next = next is null ? null : new DkimSettings { Domain = "shop.test", Selector = "s2", KeyFile = next },
        };
        return EngineSettings.Default with { Senders = [new SenderSettings { Name = "shop", From = new Mailbox(address), Route = "r", Dkim = dkim }] };
    }

    private static void Write(TempDirectory folder, string name)
    {
        using var rsa = RSA.Create(1024);
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, rsa.ExportRSAPrivateKeyPem());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
