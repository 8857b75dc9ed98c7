using System.Diagnostics;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>Sends to postfix's own test sink, a server that shares no line with ours.</summary>
public sealed class SmtpSinkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PostfixTakesEveryMessageOnce(bool pipelining)
    {
        using var folder = new TempDirectory("sink");
        var port = ForeignProgram.FreePort();
        using var sink = Start(folder.FullName, port, pipelining);
        try
        {
            await using var connection = await ConnectAsync(port);
            Assert.Equal(pipelining, connection.Capabilities.Pipelining);
            for (var i = 0; i < 100; i++)
            {
                var envelope = Some.Envelope with { Recipient = Some.Address($"anna{i}@example.com") };
                var message = Some.Compose(Some.Content with { MessageId = $"m.{i}@mail.example.com" });
                var verdict = i % 2 == 0
                    ? await connection.SendAsync(envelope, message, static () => true, Token)
                    : (await connection.PrepareAsync(envelope, message, Token)).IsHeld ? await connection.CommitAsync(Token) : default;
                Assert.Equal(SmtpVerdictKind.Accepted, verdict.Kind);
            }

            await connection.QuitAsync(Token);
        }
        finally
        {
            sink.Kill();
            await sink.WaitForExitAsync(Token);
        }

        var files = Directory.GetFiles(folder.FullName);
        Assert.Equal(100, files.Length);
        var texts = files.Select(File.ReadAllText).ToList();
        for (var i = 0; i < 100; i++)
        {
            var text = Assert.Single(texts, t => t.Contains($"Message-ID: <m.{i}@mail.example.com>", StringComparison.Ordinal));
            Assert.Contains($"X-Rcpt-Args: <anna{i}@example.com>", text, StringComparison.Ordinal);
            Assert.Contains("X-Mail-Args: <bounce@mail.example>", text, StringComparison.Ordinal);
        }
    }

    private static Process Start(string folder, int port, bool pipelining)
    {
        const string Path = "/usr/sbin/smtp-sink";
        Assert.SkipUnless(File.Exists(Path), "smtp-sink is not installed (Debian package postfix).");
        var start = new ProcessStartInfo(Path, [.. pipelining ? Array.Empty<string>() : ["-p"], "-d", folder + "/%M.", $"127.0.0.1:{port}", "100"])
        {
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        if (Environment.IsPrivilegedProcess)
        {
            start.ArgumentList.Insert(0, "root");
            start.ArgumentList.Insert(0, "-u");
        }

        return Process.Start(start)!;
    }

    private static async Task<SmtpConnection> ConnectAsync(int port)
    {
        SmtpConnection? connection = null;
        SmtpConnectException? fault = null;
        var connected = await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    connection = await SmtpConnection.ConnectAsync(Some.Route(port), TimeProvider.System, Token);
                }
                catch (SmtpConnectException notYet)
                {
                    fault = notYet;
                }

                return connection is not null;
            },
            Token);
        Assert.True(connected, fault?.Message);
        return connection!;
    }
}
