using System.Globalization;
using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Receiving;

/// <summary>A client that shares no line with ours logs in and leaves a message.</summary>
public sealed class SwaksTests
{
    [Theory]
    [InlineData("PLAIN", "secret", 0)]
    [InlineData("LOGIN", "secret", 0)]
    [InlineData("CRAM-MD5", "secret", 0)]
    [InlineData("CRAM-MD5", "wrong", 28)]
    public async Task SwaksIsUnderstood(string mechanism, string password, int exitCode)
    {
        var swaks = ForeignProgram.Find("swaks", "/usr/bin/swaks");
        await using var inbox = new TestInbox(new SmtpReceiverOptions { PasswordOf = static user => user == "anna" ? "secret" : null });
        var (code, output, complaints) = await ForeignProgram.RunAsync(
            swaks,
            [
                "--server", "127.0.0.1", "--port", inbox.Port.ToString(CultureInfo.InvariantCulture), "--from", "a@shop.example", "--to", "b@example.com",
                "--auth", mechanism, "--auth-user", "anna", "--auth-password", password, "--pipeline", "--header", "Subject: tea", "--body", ".line\\n.\\nlast",
            ],
            default);
        Assert.SkipWhen(code == 10, "swaks lacks a Perl module (Debian packages libauthen-sasl-perl, libdigest-hmac-perl).");
        Assert.True(code == exitCode, output + complaints);
        if (exitCode == 0)
        {
            var message = Assert.Single(inbox.Messages);
            Assert.Equal(("a@shop.example", "anna"), (message.Sender, message.User));
            Assert.Contains("Subject: tea\r\n", Encoding.ASCII.GetString(message.Data.Span), StringComparison.Ordinal);
            Assert.Contains("\r\n\r\n.line\r\n.\r\nlast\r\n", Encoding.ASCII.GetString(message.Data.Span), StringComparison.Ordinal);
        }
    }
}
