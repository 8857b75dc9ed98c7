using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Receiving;

/// <summary>A client that shares no line with ours encrypts, logs in, pipelines and leaves a message.</summary>
public sealed class SwaksTests
{
    private static readonly string[] Envelope = ["--from", "a@shop.example", "--to", "b@example.com"];

    [Theory]
    [InlineData("PLAIN", "secret", 0)]
    [InlineData("LOGIN", "secret", 0)]
    [InlineData("CRAM-MD5", "secret", 0)]
    [InlineData("CRAM-MD5", "wrong", 28)]
    public async Task SwaksIsUnderstood(string mechanism, string password, int exitCode)
    {
        await using var inbox = Inbox();
        await SendAsync(inbox, exitCode, [.. Login(mechanism, password), "--pipeline", "--header", "Subject: tea", "--body", ".line\\n.\\nlast"]);
        if (exitCode == 0)
        {
            var message = Assert.Single(inbox.Messages);
            Assert.Equal(("a@shop.example", "anna"), (message.Sender, message.User));
            Assert.Contains("Subject: tea\r\n", Encoding.ASCII.GetString(message.Data.Span), StringComparison.Ordinal);
            Assert.Contains("\r\n\r\n.line\r\n.\r\nlast\r\n", Encoding.ASCII.GetString(message.Data.Span), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PLAIN", "--tls")]
    [InlineData("LOGIN", "--tls")]
    [InlineData("CRAM-MD5", "--tls-on-connect")]
    public async Task ASignedMessageArrivesAsItIsOverTls(string mechanism, string tls)
    {
        await using var inbox = Inbox(TestCertificate.Untrusted, implicitTls: tls == "--tls-on-connect");
        using var folder = new TempDirectory("swaks");
        using var mail = new RandomMail(seed: 7);
        // swaks takes a backslash and an n for a line end.
        var content = Enumerable.Range(0, 100).Select(mail.Next).First(m => m.AsSpan().IndexOf("\\n"u8) < 0);
        // It ends what it sends with a line end of its own.
        await File.WriteAllBytesAsync(folder["mail"], content[..^2], TestContext.Current.CancellationToken);

        await SendAsync(inbox, exitCode: 0, [.. Login(mechanism, "secret"), tls, "--pipeline", "--data", "@" + folder["mail"]]);

        var message = Assert.Single(inbox.Messages);
        Assert.Equal((true, "anna", "b@example.com"), (message.IsEncrypted, message.User, Assert.Single(message.Recipients)));
        Assert.Equal(Encoding.Latin1.GetString(content), Encoding.Latin1.GetString(message.Data.Span));
    }

    private static TestInbox Inbox(X509Certificate2? certificate = null, bool implicitTls = false) => new(new SmtpReceiverOptions
    {
        PasswordOf = static user => user == "anna" ? "secret" : null,
        Certificate = certificate,
        ImplicitTls = implicitTls,
    });

    private static string[] Login(string mechanism, string password) => ["--auth", mechanism, "--auth-user", "anna", "--auth-password", password];

    private static async Task SendAsync(TestInbox inbox, int exitCode, string[] arguments)
    {
        var swaks = ForeignProgram.Find("swaks", "/usr/bin/swaks");
        var (code, output, complaints) = await ForeignProgram.RunAsync(
            swaks, ["--server", "127.0.0.1", "--port", inbox.Port.ToString(CultureInfo.InvariantCulture), .. Envelope, .. arguments], default);
        Assert.SkipWhen(code == 10, "swaks lacks a Perl module (Debian packages libauthen-sasl-perl, libdigest-hmac-perl, libnet-ssleay-perl).");
        Assert.True(code == exitCode, output + complaints);
    }
}
