using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Composing;

/// <summary>Reads our messages with Python's own mail parser, which shares no line with ours.</summary>
public sealed class ForeignReaderTests
{
    private const string Program =
        """
        import sys, json, email, email.policy
        from email.header import decode_header, make_header
        from email.utils import parseaddr
        # The new policy of Python before 3.13 leaves a space between two encoded words of a name; the old interface reads them right.
        def person(raw):
            name, address = parseaddr(raw.replace('\r\n', '').replace('\n', ''))
            return [str(make_header(decode_header(name))), address]
        out = []
        data = sys.stdin.buffer
        while True:
            head = data.read(8)
            if not head: break
            raw = data.read(int(head))
            m = email.message_from_bytes(raw, policy=email.policy.default)
            old = email.message_from_bytes(raw)
            text = m.get_body(('plain',)); html = m.get_body(('html',))
            out.append({
                'names': m.keys(), 'subject': str(m['Subject']), 'id': str(m['Message-ID']), 'date': m['Date'].datetime.isoformat(),
                'from': person(old['From']), 'to': person(old['To']),
                'text': text.get_payload(decode=True).decode('utf-8'), 'html': html.get_payload(decode=True).decode('utf-8'),
                'defects': [str(d) for p in m.walk() for d in p.defects]})
        json.dump(out, sys.stdout)
        """;

    [Fact]
    public async Task PythonReadsWhatWeWrote()
    {
        var random = new RandomText(13);
        var sent = new List<(string Subject, string From, string To, string Text, string Html)>();
        using var input = new MemoryStream();
        while (sent.Count < 400)
        {
            var one = (Subject: Words(), From: Words(), To: Words(), Text: random.Make(false) + "\n.\nFrom x\n", Html: random.Make(false) + "\n");
            var message = Some.Compose(Some.Content with
            {
                Subject = one.Subject,
                From = Some.Content.From with { DisplayName = one.From },
                To = Some.Content.To with { DisplayName = one.To },
                TextUtf8 = Some.Bytes(one.Text),
                HtmlUtf8 = Some.Bytes(one.Html),
            });
            sent.Add(one);
            input.Write(Encoding.ASCII.GetBytes($"{message.Length,8}"));
            input.Write(message);
        }

        var read = await RunAsync(input.ToArray());
        Assert.Equal(sent.Count, read.Count);
        for (var i = 0; i < sent.Count; i++)
        {
            var mail = read[i];
            Assert.Empty(Strings(mail, "defects"));
            Assert.Equal(["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"], Strings(mail, "names"));
            Assert.Equal(sent[i].Subject, mail.GetProperty("subject").GetString());
            Assert.Equal([sent[i].From, "shop@example.com"], Strings(mail, "from"));
            Assert.Equal([sent[i].To, "anna@example.com"], Strings(mail, "to"));
            Assert.Equal("<m1.42@mail.example.com>", mail.GetProperty("id").GetString());
            Assert.Equal("2026-03-10T09:00:00+01:00", mail.GetProperty("date").GetString());
            Assert.Equal(sent[i].Text.ReplaceLineEndings("\r\n"), mail.GetProperty("text").GetString()!.ReplaceLineEndings("\r\n"));
            Assert.Equal(sent[i].Html.ReplaceLineEndings("\r\n"), mail.GetProperty("html").GetString()!.ReplaceLineEndings("\r\n"));
        }

        // Python gathers runs of white space in a header into one; ours keeps them, which the property test above it shows.
        string Words() => string.Join(' ', (random.Make(false) + " x").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("price list.pdf")]
    [InlineData("a \"quoted\" name; x=1.pdf")]
    [InlineData("價目表.pdf")]
    [InlineData("Preisliste für Grüntee, Oolong & Pu-Erh – Frühjahr 2026 – gültig bis auf Weiteres – Änderungen vorbehalten.pdf")]
    [InlineData("春季茶葉價目表以及烏龍普洱綠茶紅茶白茶黃茶的詳細說明與沖泡方法二零二六年春季版.pdf")]
    [InlineData("it's 100% tea* (new).pdf")]
    public async Task AttachmentsHaveTheirNamesAndBytes(string name)
    {
        const string Program =
            """
            import sys, json, email, email.policy, hashlib
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            json.dump([{
                'types': [p.get_content_type() for p in m.walk()],
                'names': [p.get_filename() for p in m.iter_attachments()],
                'disposition': [p.get_content_disposition() for p in m.iter_attachments()],
                'hash': [hashlib.sha256(p.get_payload(decode=True)).hexdigest() for p in m.iter_attachments()],
                'defects': [str(d) for p in m.walk() for d in p.defects]}], sys.stdout)
            """;
        var data = Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7)).ToArray();
        var message = Some.Compose(Some.Content with { Attachments = new[] { new Attachment(name, "application/pdf", data), new Attachment("empty.txt", "text/plain", default) } });
        Assert.All(Encoding.ASCII.GetString(message).Split("\r\n"), line => Assert.True(line.Length <= 78, line));
        var read = Assert.Single(await RunAsync(message, Program));
        Assert.Empty(Strings(read, "defects"));
        Assert.Equal(["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "text/plain"], Strings(read, "types"));
        Assert.Equal([name, "empty.txt"], Strings(read, "names"));
        Assert.Equal(["attachment", "attachment"], Strings(read, "disposition"));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data)), Strings(read, "hash")[0]);
    }

    private static List<string?> Strings(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(e => e.GetString())];

    private static async Task<List<JsonElement>> RunAsync(byte[] input, string program = Program)
    {
        using var python = Start(program);
        var reading = python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complaints = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        python.StandardInput.Close();
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, await complaints);
        return [.. JsonDocument.Parse(await reading).RootElement.EnumerateArray()];
    }

    private static Process Start(string program)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-c", program])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed.");
            throw;
        }
    }
}
