using System.Buffers;
using System.Text;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Composing;

public sealed class ComposerPropertyTests
{
    private static readonly string[] Names =
        ["Date", "From", "To", "Subject", "Message-ID", "X-Tea", "List-Unsubscribe", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    [Fact]
    public void AnyTextInAHeaderGivesExactlyTheExpectedHeadersOrAFault()
    {
        var random = new RandomText(11);
        var composer = new MessageComposer();
        var output = new ArrayBufferWriter<byte>();
        var (written, refused) = (0, 0);
        for (var i = 0; i < 100_000; i++)
        {
            var (subject, from, to, extra) = (random.Make(i % 2 == 0), random.Make(i % 3 == 0), random.Make(i % 3 == 1), random.Make(i % 3 == 2));
            output.ResetWrittenCount();
            var fault = composer.Compose(Content(subject, from, to, extra), output);
            var clean = IsClean(subject) && IsClean(from) && IsClean(to) && IsClean(extra);
            if (fault is not null)
            {
                Assert.False(clean && fault.Kind != ComposeFaultKind.LineTooLong, $"{fault.Text}: {subject} {from} {to} {extra}");
                Assert.Equal(0, output.WrittenCount);
                refused++;
                continue;
            }

            Assert.True(clean);
            AssertFormOfLines(output.WrittenSpan);
            var mail = MailReader.Read(output.WrittenMemory);
            Assert.Equal(Names, mail.Headers.Select(h => h.Name));
            Assert.Equal(subject, mail.Subject);
            Assert.Equal(extra, mail.Header("X-Tea"));
            Assert.Equal($"{Shown(from)} <shop@example.com>", mail.From);
            Assert.Equal($"{Shown(to)} <anna@example.com>", mail.To);
            written++;
        }

        Assert.True(written > 20_000, $"{written} written");
        Assert.True(refused > 20_000, $"{refused} refused");
    }

    [Fact]
    public void AnyBodyComesBackByteForByte()
    {
        var random = new RandomText(12);
        var composer = new MessageComposer();
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 20_000; i++)
        {
            var (text, html) = (random.Make(hostile: true).Replace('\ud800', 'x'), random.Make(hostile: true));
            var content = Some.Content with { TextUtf8 = Encoding.UTF8.GetBytes(text), HtmlUtf8 = Encoding.UTF8.GetBytes(html) };
            output.ResetWrittenCount();
            Assert.Null(composer.Compose(content, output));
            AssertFormOfLines(output.WrittenSpan);
            var mail = MailReader.Read(output.WrittenMemory);
            Assert.True(mail.IsComplete);
            Assert.Equal(Lines(content.TextUtf8), mail.Text);
            Assert.Equal(Lines(content.HtmlUtf8), mail.Html);
        }

        static string Lines(ReadOnlyMemory<byte> body) =>
            Encoding.UTF8.GetString(body.Span).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\n", "\r\n", StringComparison.Ordinal);
    }

    internal static MessageContent Content(string subject, string from, string to, string extra) => Some.Content with
    {
        Subject = subject,
        From = Some.Content.From with { DisplayName = from },
        To = Some.Content.To with { DisplayName = to },
        ExtraHeaders = new MessageHeader[] { new("X-Tea", extra), new("List-Unsubscribe", "<https://t.example.com/=?utf-8?Q?x?=>") },
        HtmlUtf8 = default,
    };

    // A quoted name is shown with its quotes by a reader that does not take phrases apart.
    private static string Shown(string name)
    {
        var escaped = name.Count(c => c is '"' or '\\');
        var quoted = name.All(c => c is >= ' ' and <= '~') && name.Length + escaped <= 60 && !name.Contains("=?", StringComparison.Ordinal);
        return quoted ? "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"" : name;
    }

    private static bool IsClean(string text) =>
        !text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') && text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static void AssertFormOfLines(ReadOnlySpan<byte> message)
    {
        Assert.True(message.EndsWith("\r\n"u8));
        var start = 0;
        for (var i = 0; i < message.Length; i++)
        {
            // Plain comparisons: this runs over every byte of 100,000 messages.
            if (message[i] == '\r' && message[i + 1] == '\n')
            {
                if (i - start > 998 || (i > start && message[start] == '.'))
                {
                    Assert.Fail("a line is too long or starts with a dot: " + Encoding.ASCII.GetString(message[start..i]));
                }

                start = ++i + 1;
            }
            else if (message[i] is < (byte)' ' or > (byte)'~')
            {
                Assert.Fail($"byte {message[i]} in: " + Encoding.ASCII.GetString(message[start..i]));
            }
        }

        Assert.Equal(message.Length, start);
    }
}
