using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Signing;

/// <summary>
/// Random signed messages before verifiers that share no line with ours. CAMPAIGN_FOREIGN_MESSAGES says how many (usually 200; the full size is 10,000).
/// </summary>
public sealed class ForeignVerifierTests
{
    private static int Messages => ForeignProgram.Count("CAMPAIGN_FOREIGN_MESSAGES", 200);

    [Fact]
    public async Task PythonsVerifierAcceptsEveryMessageAndItsForm()
    {
        using var mail = new RandomMail(41);
        await PythonVerifier.AcceptsAsync(Enumerable.Range(0, Messages).Select(mail.Next));
    }

    [Fact]
    public async Task OpendkimAcceptsEveryMessageAndNoneThatWasChanged()
    {
        const int AtOnce = 500;
        var opendkim = ForeignProgram.Find("opendkim", "/usr/sbin/opendkim");
        using var folder = new TempDirectory("opendkim");
        var path = folder.FullName;
        await File.WriteAllTextAsync(Path.Combine(path, "keys"), $"{TestKey.Dkim.RecordName} {TestKey.Dkim.PublicRecord}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(path, "conf"), $"Mode v\nTestPublicKeys {path}/keys\nSyslog no\n", TestContext.Current.CancellationToken);
        using var mail = new RandomMail(43);
        for (var start = 0; start < Messages; start += AtOnce)
        {
            var count = Math.Min(AtOnce, Messages - start);
            for (var i = 0; i < count; i++)
            {
                await File.WriteAllBytesAsync(Path.Combine(path, $"m{i}"), mail.Next(start + i), TestContext.Current.CancellationToken);
            }

            var (code, output, complaints) = await VerifyAsync(string.Join(',', Enumerable.Range(0, count).Select(i => $"m{i}")));
            Assert.True(code == 0, complaints);
            var failed = output.Split('\n').FirstOrDefault(line => line.Length > 0 && !line.EndsWith("succeeded", StringComparison.Ordinal));
            Assert.True(failed is null, $"{failed}\n{complaints}");
            Assert.Equal(count, output.Split("succeeded").Length - 1);
        }

        await File.AppendAllTextAsync(Path.Combine(path, "m0"), "more\r\n", TestContext.Current.CancellationToken);
        Assert.Contains("failed", (await VerifyAsync("m0")).Output, StringComparison.Ordinal);

        Task<(int ExitCode, string Output, string Complaints)> VerifyAsync(string files) =>
            ForeignProgram.RunAsync(opendkim, ["-x", Path.Combine(path, "conf"), "-v", "-t", files], default, path);
    }
}
