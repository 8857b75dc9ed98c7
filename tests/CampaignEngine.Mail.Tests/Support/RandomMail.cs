using System.Buffers;
using System.Text;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Messages of every kind the composer can write, as a campaign would send them: with one-click headers, signed.</summary>
internal sealed class RandomMail(int seed) : IDisposable
{
    private readonly RandomText _random = new(seed);
    private readonly MessageComposer _composer = new();
    private readonly DkimSigner _signer = new(TestKey.Dkim, TimeProvider.System);

    public byte[] Next(int number)
    {
        var (text, html) = (_random.Next(4) > 0, _random.Next(4) > 0);
        var content = Some.Content with
        {
            Subject = _random.Make(hostile: false),
            From = Some.Content.From with { DisplayName = _random.Next(3) == 0 ? null : _random.Make(hostile: false) },
            To = Some.Content.To with { DisplayName = _random.Next(3) == 0 ? null : _random.Make(hostile: false) },
            ReplyTo = _random.Next(2) == 0 ? null : new Mailbox(Some.Address("service@example.com"), _random.Make(hostile: false)),
            MessageId = $"m{number}.{seed}@mail.example.com",
            TextUtf8 = text || !html ? Body() : default,
            HtmlUtf8 = html ? Body() : default,
            InlineImages = html && _random.Next(3) == 0 ? new[] { new InlineImage("logo@mail.example.com", "image/png", "logo.png", Body().Span) } : default,
            Attachments = _random.Next(5) == 0 ? new[] { new Attachment(FileName(), "application/pdf", Body().Span) } : default,
            ExtraHeaders = new[]
            {
                new MessageHeader("List-Unsubscribe", $"<https://mail.example.com/u/{new string('x', _random.Next(200))}>, <mailto:u@example.com?subject=unsubscribe%20{number}>"),
                new MessageHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                new MessageHeader("Feedback-ID", $"{number}:drop:campaign:shop"),
                new MessageHeader("X-Note", _random.Make(hostile: false)),
            },
        };
        var message = new ArrayBufferWriter<byte>();
        Assert.Null(_composer.Compose(content, message));
        var signed = new ArrayBufferWriter<byte>();
        _signer.WriteSignature(message.WrittenSpan, signed);
        signed.Write(message.WrittenSpan);
        return signed.WrittenSpan.ToArray();
    }

    private string FileName() => _random.Make(hostile: false).Replace('/', '-').Replace('\\', '-') is var name && name.Length <= 190 ? name + " x.pdf" : "x.pdf";

    public void Dispose() => _signer.Dispose();

    // Lines of all lengths, blank ones, ones that start with dots or end in spaces, and an end with or without line feeds.
    private ReadOnlyMemory<byte> Body()
    {
        var text = new StringBuilder();
        for (var lines = _random.Next(30); lines >= 0; lines--)
        {
            text.Append(_random.Next(5) switch
            {
                0 => "",
                1 => ". \t",
                2 => new string('x', _random.Next(2000)),
                _ => _random.Make(hostile: false),
            }).Append(_random.Next(6) == 0 ? "" : "\n");
        }

        return Encoding.UTF8.GetBytes(text.Length == 0 ? "x" : text.ToString());
    }
}
