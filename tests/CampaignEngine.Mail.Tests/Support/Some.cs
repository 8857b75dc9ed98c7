using System.Buffers;
using System.Text;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Ordinary values, so that a test names only what it is about.</summary>
internal static class Some
{
    public const string ShortMessage = "Subject: tea\r\n\r\nfirst\r\nsecond\r\n";

    public static SmtpEnvelope Envelope { get; } = new(Address("bounce@mail.example"), Address("anna@example.com"));

    public static EmailAddress Address(string text) =>
        EmailAddress.TryParse(text, out var address, out var fault) ? address : throw new ArgumentException(fault.Explain(), nameof(text));

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static MessageContent Content { get; } = new()
    {
        From = new Mailbox(Address("shop@example.com"), "The Tea Shop"),
        To = new Mailbox(Address("anna@example.com"), "Anna"),
        Subject = "Your oolong is running low",
        MessageId = "m1.42@mail.example.com",
        Date = new DateTimeOffset(2026, 3, 10, 9, 0, 0, TimeSpan.FromHours(1)),
        TextUtf8 = Bytes("Hello Anna,\n\nyour tea.\n"),
        HtmlUtf8 = Bytes("<p>Hello Anna,</p>\n<p>your tea.</p>\n"),
    };

    public static byte[] Compose(in MessageContent content)
    {
        var output = new ArrayBufferWriter<byte>();
        var fault = new MessageComposer().Compose(content, output);
        Assert.Null(fault);
        return output.WrittenSpan.ToArray();
    }

    public static SmtpRoute Route(int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Tls = SmtpTls.Off,
        UseChunking = true,
        Timeouts = new SmtpTimeouts { Quit = TimeSpan.FromSeconds(1) },
    };
}
