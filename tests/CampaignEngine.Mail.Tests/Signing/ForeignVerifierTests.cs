using System.Globalization;
using System.Text;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Signing;

/// <summary>
/// Random signed messages before verifiers that share no line with ours. CAMPAIGN_FOREIGN_MESSAGES says how many (usually 200; the full size is 10,000).
/// </summary>
public sealed class ForeignVerifierTests
{
    private const string Program =
        """
        import sys, re, dkim, email, email.policy, email.utils
        record = sys.argv[1].encode()
        names = re.compile(rb'[!-9;-~]+:')
        data = sys.stdin.buffer
        count = 0
        while True:
            head = data.read(8)
            if not head: break
            raw = data.read(int(head))
            def expect(what, ok):
                if not ok:
                    sys.stderr.write('message %d: %s\n' % (count, what)); sys.stderr.buffer.write(raw); sys.exit(1)
            expect('dkim', dkim.verify(raw, dnsfunc=lambda name, timeout=5: record))
            expect('bare CR or LF', raw.count(b'\r') == raw.count(b'\n') == raw.count(b'\r\n'))
            expect('8-bit', max(raw) < 128)
            head, body = raw.split(b'\r\n\r\n', 1)
            for line in re.split(rb'\r\n(?![ \t])', head): expect('header name', names.match(line))
            for line in head.split(b'\r\n'): expect('blank continuation', line.strip() != b'')
            for line in raw.split(b'\r\n'): expect('long line', len(line) <= 998)
            m = email.message_from_bytes(raw, policy=email.policy.default)
            expect('defects', not [d for p in m.walk() for d in p.defects])
            for name in ('From', 'To', 'Date', 'Subject', 'Message-ID', 'MIME-Version', 'DKIM-Signature'): expect(name, len(m.get_all(name)) == 1)
            expect('date', m['Date'].datetime is not None)
            expect('from', email.utils.parseaddr(email.message_from_bytes(raw)['From'])[1] == 'shop@example.com')
            expect('one-click', re.match(r'<https://[^<>\s]+>', m['List-Unsubscribe']) and m['List-Unsubscribe-Post'] == 'List-Unsubscribe=One-Click')
            signed = re.sub(r'\s', '', re.search(r'h=([^;]*)', m['DKIM-Signature']).group(1)).lower().split(':')
            expect('coverage', 'list-unsubscribe' in signed and 'list-unsubscribe-post' in signed and signed.count('from') == 2)
            count += 1
        print(count)
        """;

    private static int Messages => ForeignProgram.Count("CAMPAIGN_FOREIGN_MESSAGES", 200);

    [Fact]
    public async Task PythonsVerifierAcceptsEveryMessageAndItsForm()
    {
        var python = await ForeignProgram.FindPythonAsync("python3-dkim", "dkim");
        using var mail = new RandomMail(41);
        using var input = new MemoryStream();
        for (var i = 0; i < Messages; i++)
        {
            var message = mail.Next(i);
            input.Write(Encoding.ASCII.GetBytes($"{message.Length,8}"));
            input.Write(message);
        }

        var (code, output, complaints) = await ForeignProgram.RunAsync(python, ["-c", Program, TestKey.Dkim.PublicRecord], input.ToArray());
        Assert.True(code == 0, complaints);
        Assert.Equal(Messages, int.Parse(output, CultureInfo.InvariantCulture));
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
