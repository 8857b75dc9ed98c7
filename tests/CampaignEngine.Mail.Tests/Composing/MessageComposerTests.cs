using System.Buffers;
using System.Text;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Composing;

public sealed class MessageComposerTests
{
    private static readonly string Chinese = string.Concat(Enumerable.Repeat("春季新茶上市，歡迎選購。\n", 20));

    [Fact]
    public void EightBitTextStandsAsItIsWhereItIsAllowedAndShorter()
    {
        var content = Some.Content with { TextUtf8 = Some.Bytes(Chinese), HtmlUtf8 = Some.Bytes("<p>tea</p>\n"), AllowEightBit = true };
        var message = Encoding.UTF8.GetString(Some.Compose(content));
        Assert.Contains("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + Chinese.Replace("\n", "\r\n", StringComparison.Ordinal), message, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", message, StringComparison.Ordinal);
        Assert.Null(CampaignEngine.Mail.Smtp.MessageForm.Check(Some.Bytes(message).Span, out _));
        Assert.True(System.Text.Ascii.IsValid(Some.Compose(content with { AllowEightBit = false })));
    }

    [Theory]
    [InlineData("From 茶茶茶茶茶茶茶\n")]
    [InlineData("茶茶茶茶茶茶\nFrom x\n")]
    [InlineData("茶茶茶\0茶茶\n")]
    [InlineData("only a little ü in a text that is long enough to be mostly plain\n")]
    public void TextThatEightBitWouldHarmOrNotShortenIsEncoded(string text) =>
        Assert.True(System.Text.Ascii.IsValid(Some.Compose(Some.Content with { TextUtf8 = Some.Bytes(text), AllowEightBit = true })));

    [Fact]
    public void AnEightBitLineThatIsTooLongIsEncoded() =>
        Assert.True(System.Text.Ascii.IsValid(Some.Compose(Some.Content with { TextUtf8 = Some.Bytes(new string('茶', 400)), AllowEightBit = true })));

    [Theory]
    [InlineData("", "application/pdf")]
    [InlineData("../x.pdf", "application/pdf")]
    [InlineData("a\r\nBcc: x.pdf", "application/pdf")]
    [InlineData("x.pdf", "application")]
    [InlineData("x.pdf", "application/pdf\r\nX: y")]
    public void AnAttachmentThatCouldAddAHeaderIsRefused(string name, string type) => Assert.Throws<ArgumentException>(() => new Attachment(name, type, default));

    [Fact]
    public void AMessageIsWrittenToTheByte()
    {
        var content = Some.Content with
        {
            ExtraHeaders = new MessageHeader[]
            {
                new("List-Unsubscribe", "<https://t.example.com/u/abcdefghijklmnopqrstuvwxyz>, <mailto:u@t.example.com?subject=abc>"),
                new("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            },
        };
        Assert.Equal(
            """
            Date: Tue, 10 Mar 2026 09:00:00 +0100
            From: "The Tea Shop" <shop@example.com>
            To: "Anna" <anna@example.com>
            Subject: Your oolong is running low
            Message-ID: <m1.42@mail.example.com>
            List-Unsubscribe: <https://t.example.com/u/abcdefghijklmnopqrstuvwxyz>,
             <mailto:u@t.example.com?subject=abc>
            List-Unsubscribe-Post: List-Unsubscribe=One-Click
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="=_40df502d22172872aedb5e17cd28d33b"

            --=_40df502d22172872aedb5e17cd28d33b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Hello Anna,

            your tea.

            --=_40df502d22172872aedb5e17cd28d33b
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>Hello Anna,</p>
            <p>your tea.</p>

            --=_40df502d22172872aedb5e17cd28d33b--

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII.GetString(Some.Compose(content)));
    }

    [Fact]
    public void PicturesStandBesideTheHtmlThatShowsThem()
    {
        var image = new InlineImage("a1.logo.png@inline", "image/png", "logo.png", Enumerable.Range(0, 70).Select(i => (byte)i).ToArray());

        var message = Encoding.ASCII.GetString(Some.Compose(Some.Content with { InlineImages = new[] { image } }));

        var related = message.Split("multipart/related; type=\"text/html\";\r\n boundary=\"")[1].Split('"')[0];
        Assert.Contains("Content-Type: multipart/alternative;", message, StringComparison.Ordinal);
        Assert.Contains(
            $"--{related}\r\nContent-Type: image/png; name=\"logo.png\"\r\nContent-ID: <a1.logo.png@inline>\r\nContent-Disposition: inline; filename=\"logo.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4\r\nOTo7PD0+P0BBQkNERQ==\r\n"
            + $"--{related}--\r\n", message, StringComparison.Ordinal);
        Assert.Contains("<p>your tea.</p>", CampaignEngine.Mail.Receiving.MailReader.Read(Encoding.ASCII.GetBytes(message)).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("multipart/alternative", Encoding.ASCII.GetString(Some.Compose(Some.Content with { TextUtf8 = default, InlineImages = new[] { image } })), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new InlineImage("a b@c", "image/png", "x.png", []));
        Assert.Throws<ArgumentException>(() => new InlineImage("a@c", "image/png", "x\r\ny", []));
    }

    [Theory]
    [InlineData("Tee für dich", "=?utf-8?Q?Tee_f=C3=BCr_dich?=")]
    [InlineData("お茶", "=?utf-8?B?44GK6Iy2?=")]
    [InlineData("=?utf-8?Q?no?=", "=?utf-8?B?PT91dGYtOD9RP25vPz0=?=")]
    [InlineData(" spaced ", "=?utf-8?Q?_spaced_?=")]
    public void ASubjectIsEncodedOnlyWhereItHasTo(string subject, string expected) =>
        Assert.Contains($"\r\nSubject: {expected}\r\n", Encoding.ASCII.GetString(Some.Compose(Some.Content with { Subject = subject })), StringComparison.Ordinal);

    [Theory]
    [InlineData("Anna \"Tea\" Berg\\", "\"Anna \\\"Tea\\\" Berg\\\\\"")]
    [InlineData("Jörg", "=?utf-8?Q?J=C3=B6rg?=")]
    [InlineData("Berg, Anna (home)", "\"Berg, Anna (home)\"")]
    public void ADisplayNameIsQuotedOrEncoded(string name, string expected) => Assert.Contains(
        $"\r\nTo: {expected} <anna@example.com>\r\n",
        Encoding.ASCII.GetString(Some.Compose(Some.Content with { To = Some.Content.To with { DisplayName = name } })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Subject\r\nBcc: x@y", ComposeFaultKind.ControlCharacter)]
    [InlineData("a\nb", ComposeFaultKind.ControlCharacter)]
    [InlineData("a\0b", ComposeFaultKind.ControlCharacter)]
    [InlineData("a\tb", ComposeFaultKind.ControlCharacter)]
    [InlineData("a\u0085b", ComposeFaultKind.ControlCharacter)]
    [InlineData("a\u2028b", ComposeFaultKind.ControlCharacter)]
    public void ControlCharactersNeverReachAHeader(string value, ComposeFaultKind kind)
    {
        AssertFault(Some.Content with { Subject = value }, kind, "Subject");
        AssertFault(Some.Content with { From = Some.Content.From with { DisplayName = value } }, kind, "From");
        AssertFault(Some.Content with { To = Some.Content.To with { DisplayName = value } }, kind, "To");
        AssertFault(Some.Content with { ReplyTo = Some.Content.To with { DisplayName = value } }, kind, "Reply-To");
        AssertFault(Some.Content with { ExtraHeaders = new MessageHeader[] { new("X-Tea", value) } }, kind, "X-Tea");
        AssertFault(Some.Content with { MessageId = value }, ComposeFaultKind.MessageId, "Message-ID");
        AssertFault(Some.Content with { ExtraHeaders = new MessageHeader[] { new(value, "x") } }, ComposeFaultKind.HeaderName, "");
    }

    [Fact]
    public void WhatCannotBeWrittenIsAFaultWithASentence()
    {
        AssertFault(Some.Content with { Subject = "a" + '\ud800' }, ComposeFaultKind.DamagedText, "Subject");
        AssertFault(Some.Content with { To = default }, ComposeFaultKind.NoAddress, "To");
        AssertFault(Some.Content with { MessageId = "<a@b>" }, ComposeFaultKind.MessageId, "Message-ID");
        AssertFault(Some.Content with { MessageId = "a@b@c" }, ComposeFaultKind.MessageId, "Message-ID");
        AssertFault(Extra("subject", "x"), ComposeFaultKind.ReservedHeader, "subject");
        AssertFault(Extra("Bcc", "x@y"), ComposeFaultKind.ReservedHeader, "Bcc");
        AssertFault(Extra("List-Help", "<https://ü.example>"), ComposeFaultKind.NotAscii, "List-Help");
        AssertFault(Extra("List-Help", $"<https://x/{new string('a', 1000)}>"), ComposeFaultKind.LineTooLong, "List-Help");
        AssertFault(Some.Content with { TextUtf8 = default, HtmlUtf8 = default }, ComposeFaultKind.NoBody, "body");
    }

    [Fact]
    public void OneBodyGivesASinglePart()
    {
        var text = Encoding.ASCII.GetString(Some.Compose(Some.Content with { HtmlUtf8 = default }));
        Assert.Contains("Content-Type: text/plain; charset=utf-8\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("multipart", text, StringComparison.Ordinal);
        Assert.Contains("text/html", Encoding.ASCII.GetString(Some.Compose(Some.Content with { TextUtf8 = default })), StringComparison.Ordinal);
    }

    [Fact]
    public void ALongConversationOfMessagesAllocatesNothing()
    {
        var composer = new MessageComposer();
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        var content = Some.Content with { Subject = "Tee für dich", ExtraHeaders = new MessageHeader[] { new("Feedback-ID", "1:2:3:4") } };
        Run(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                output.ResetWrittenCount();
                composer.Compose(content, output);
            }
        }
    }

    private static MessageContent Extra(string name, string value) => Some.Content with { ExtraHeaders = new MessageHeader[] { new(name, value) } };

    private static void AssertFault(MessageContent content, ComposeFaultKind kind, string header)
    {
        var output = new ArrayBufferWriter<byte>();
        var fault = new MessageComposer().Compose(content, output);
        Assert.NotNull(fault);
        Assert.Equal(kind, fault.Kind);
        Assert.Equal(header, fault.Header);
        Assert.DoesNotContain('\n', fault.Text);
        Assert.Equal(0, output.WrittenCount);
    }
}
