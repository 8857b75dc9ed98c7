using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Receiving;

public sealed class MailReaderTests
{
    [Fact]
    public void OurOwnMailComesBackWhole()
    {
        var content = Some.Content with
        {
            Subject = "Tee für dich 🍵",
            HtmlUtf8 = Some.Bytes("<p>Grüße <a class=b href=\"https://t.example.com/c/1?a=1&amp;b=2\">hier</a> <A HREF='https://t.example.com/u'>x</A> href=\"no\" <a href=https://t.example.com/bare>y</a></p>\n"),
        };
        var mail = MailReader.Read(Some.Compose(content));
        Assert.True(mail.IsComplete);
        Assert.Equal("Tee für dich 🍵", mail.Subject);
        Assert.Equal("m1.42@mail.example.com", mail.MessageId);
        Assert.Equal("Hello Anna,\r\n\r\nyour tea.\r\n", mail.Text);
        Assert.StartsWith("<p>Grüße <a", mail.Html, StringComparison.Ordinal);
        Assert.Equal(["https://t.example.com/c/1?a=1&b=2", "https://t.example.com/u", "https://t.example.com/bare"], mail.Links);
    }

    [Theory]
    [InlineData("Subject: a\r\n b\r\n\tc\r\n\r\n", "a b\tc")]
    [InlineData("Subject: =?iso-8859-1?q?caf=E9?= =?utf-8?B?w6k=?= x\r\n\r\n", "caféé x")]
    [InlineData("Subject: =?windows-1252?Q?=80?=\r\n\r\n", "€")]
    [InlineData("Subject: =?utf-8*en?Q?tea?=\r\n\r\n", "tea")]
    [InlineData("Subject: =?utf-8?X?tea?= =?utf-8?Q?te a?= =?\r\n\r\n", "=?utf-8?X?tea?= =?utf-8?Q?te a?= =?")]
    [InlineData("Subject: =?no-such-set?Q?tea?=\r\n\r\n", "tea")]
    [InlineData("subject: lower\n\nbody", "lower")]
    [InlineData("no header at all", "")]
    public void HeadersAreReadAsPeopleSeeThem(string message, string subject) => Assert.Equal(subject, MailReader.Read(Some.Bytes(message)).Subject);

    [Fact]
    public void ForeignFormsAreUnderstood()
    {
        var mail = MailReader.Read(Some.Bytes(
            "Content-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n--outer\r\nContent-Type: multipart/alternative; boundary=\"in ner\"\r\n\r\n"
            + "--in ner\r\nContent-Type: TEXT/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\ncaf=E9 =\r\nau lait https://x.example/a.\r\n"
            + "--in ner\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+w6k8\r\nL2I+\r\n--in ner--\r\n"
            + "--outer\r\nContent-Type: text/plain\r\n\r\nsecond\r\n--outer--\r\nepilogue"));
        Assert.Equal("café au lait https://x.example/a.", mail.Text);
        Assert.Equal("<b>é</b>", mail.Html);
        Assert.True(mail.IsComplete);
        Assert.Equal(["https://x.example/a"], MailReader.Read(Some.Bytes("\r\ncafé https://x.example/a.")).Links);
    }

    [Fact]
    public void DepthPartsHeadersTextsAndLinksAreBounded()
    {
        var deep = new StringBuilder();
        for (var i = 0; i < 200; i++)
        {
            deep.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\r\n\r\n--b").Append(i).Append("\r\n");
        }

        Assert.False(MailReader.Read(Some.Bytes(deep + "\r\nend")).IsComplete);
        var wide = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\nContent-Type: image/png\r\n\r\nx\r\n", 1_000)) + "--b--\r\n";
        Assert.False(MailReader.Read(Some.Bytes(wide)).IsComplete);
        var headers = MailReader.Read(Some.Bytes(string.Concat(Enumerable.Repeat("X: y\r\n", 1_000)) + "\r\n"));
        Assert.Equal((500, false), (headers.Headers.Count, headers.IsComplete));
        var large = MailReader.Read(Some.Bytes("\r\n" + new string('x', 1_000)), new MailReaderLimits { LargestText = 100 });
        Assert.Equal((100, false), (large.Text!.Length, large.IsComplete));
        var links = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"<a href=x{i}>"));
        Assert.Equal(1_000, MailReader.Read(Some.Bytes("Content-Type: text/html\r\n\r\n" + links)).Links.Count);
    }

    [Theory]
    [InlineData("Subject: ", "=?a?Q?x", 200_000)]
    [InlineData("Subject: ", "=?", 500_000)]
    [InlineData("Content-Type: text/html\r\n\r\n", "<a href=", 200_000)]
    [InlineData("Content-Type: text/html\r\n\r\n", " href=\"", 200_000)]
    [InlineData("\r\n", "http", 500_000)]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n", 200_000)]
    [InlineData("Content-Type: a", ";x=", 300_000)]
    public void LongNonsenseIsReadInShortTime(string start, string piece, int times)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        MailReader.Read(Some.Bytes(start + string.Concat(Enumerable.Repeat(piece, times))));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void NoBytesMakeItThrow()
    {
        string[] pieces =
        [
            "\r\n", "\n", "\r", ":", "Subject", "Content-Type", ": ", "multipart/mixed", "; boundary=", "\"", "b", "--b", "--b--", "text/plain", "text/html", "charset=",
            "Content-Transfer-Encoding: ", "base64", "quoted-printable", "=?", "?Q?", "?B?", "?=", "=", "=E9", "\0", "é", "<a href=", ">", "'", "http://", " ", "\t", "utf-7", "utf-16",
        ];
        var random = new Random(29);
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)]));
            var bytes = Encoding.Latin1.GetBytes(text);
            var mail = MailReader.Read(bytes);
            _ = mail.Subject + mail.MessageId + mail.From + mail.To;
        }
    }
}
