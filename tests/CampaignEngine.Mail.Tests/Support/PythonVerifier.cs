using System.Globalization;
using System.Text;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Python's own mail and DKIM modules as judge of signed messages: signature, RFC 5322 form, one-click headers.</summary>
internal static class PythonVerifier
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

    /// <summary>Fails with the first message that is not right and what is wrong with it.</summary>
    public static async Task AcceptsAsync(IEnumerable<byte[]> messages)
    {
        var python = await ForeignProgram.FindPythonAsync("python3-dkim", "dkim");
        using var input = new MemoryStream();
        var count = 0;
        foreach (var message in messages)
        {
            input.Write(Encoding.ASCII.GetBytes($"{message.Length,8}"));
            input.Write(message);
            count++;
        }

        var (code, output, complaints) = await ForeignProgram.RunAsync(python, ["-c", Program, TestKey.Dkim.PublicRecord], input.ToArray());
        Assert.True(code == 0, complaints);
        Assert.Equal(count, int.Parse(output, CultureInfo.InvariantCulture));
    }
}
