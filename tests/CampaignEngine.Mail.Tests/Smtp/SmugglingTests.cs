using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>
/// Whatever stands in bodies, headers and addresses, servers of every persuasion must hear exactly one message with one sender and one recipient in what we put
/// on the wire, or nothing at all; also where the next envelope leaves with the end of a message. CAMPAIGN_SMUGGLING_INPUTS says how many inputs (usually 10,000; the full size is 1,000,000).
/// </summary>
public sealed class SmugglingTests
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\r", "\n", ".", "..", "a", "\r\n.\r\n", "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\0", "é", "\u0085", "\u2028", " ", "\t",
        "MAIL FROM:<x@y>\r\n", "RCPT TO:<x@y>\r\n", "DATA\r\n", "QUIT\n", "line\r\n", ".line\r\n", "\r\n..\r\n", "\r\nBcc: x@y\r\n", "> SIZE=1\r\nRSET", "@b.example", "BDAT 3 LAST\r\n",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryDialectHearsOneMessageAnInput()
    {
        var inputs = ForeignProgram.Count("CAMPAIGN_SMUGGLING_INPUTS", 10_000);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = Task.Run(() => Serve(listener), Token);
        var hostile = new RandomText(23);
        var random = new Random(19);
        var composer = new MessageComposer();
        var (sent, refused, held) = (0, 0, false);
        await using (var connection = await SmtpConnection.ConnectAsync(Some.Route(((IPEndPoint)listener.LocalEndpoint).Port), TimeProvider.System, Token))
        {
            for (var i = 0; i < inputs; i++)
            {
                var (envelope, message) = (i % 3) switch
                {
                    0 => (Some.Envelope, Encoding.UTF8.GetBytes(Text() + (random.Next(4) == 0 ? "" : "\r\n"))),
                    1 => (Some.Envelope, Composed()),
                    _ => (Addressed(), Encoding.ASCII.GetBytes(Some.ShortMessage)),
                };
                if (message is null || envelope.Recipient.IsEmpty)
                {
                    refused++;
                    continue;
                }

                if (held)
                {
                    if (random.Next(4) > 0)
                    {
                        connection.Announce(envelope, message);
                    }

                    await EndAsync(connection);
                }

                var step = await connection.PrepareAsync(envelope, message, Token);
                held = step.IsHeld;
                if (!held)
                {
                    Assert.Equal((SmtpVerdictKind.Rejected, SmtpStage.Start), (step.Refusal.Kind, step.Refusal.Stage));
                    refused++;
                }
            }

            if (held)
            {
                await EndAsync(connection);
            }

            await connection.QuitAsync(Token);
        }

        Assert.Equal(sent, await heard);
        Assert.True(sent > inputs / 10 && refused > inputs / 10, $"{sent} sent, {refused} refused");
        TestContext.Current.TestOutputHelper?.WriteLine($"{inputs} inputs: {sent} messages sent, {refused} refused");

        async Task EndAsync(SmtpConnection connection)
        {
            Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(Token)).Kind);
            sent++;
        }

        string Text() => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));

        byte[]? Composed()
        {
            var evil = random.Next(4);
            var output = new ArrayBufferWriter<byte>();
            var fault = composer.Compose(
                Some.Content with
                {
                    Subject = evil == 0 ? Text() : hostile.Make(hostile: false),
                    To = new Mailbox(Some.Content.To.Address, evil == 1 ? hostile.Make(hostile: true) : null),
                    TextUtf8 = Some.Bytes(Text()),
                    HtmlUtf8 = Some.Bytes(Text()),
                    AllowEightBit = random.Next(2) == 0,
                    ExtraHeaders = new[] { evil == 2 ? new MessageHeader("X-" + Text(), "x") : new MessageHeader("X-Note", evil == 3 ? Text() : "x") },
                },
                output);
            return fault is null ? output.WrittenSpan.ToArray() : null;
        }

        SmtpEnvelope Addressed()
        {
            var text = random.Next(3) == 0 ? $"a{random.Next(100)}@b.example" : $"a{Text()}@b.example{(random.Next(3) == 0 ? Text() : "")}";
            return EmailAddress.TryParse(text, out var address, out _) ? Some.Envelope with { Recipient = address } : default;
        }
    }

    /// <summary>Answers as the strict dialect hears, and holds the others against it after every line; gives the number of messages.</summary>
    private static int Serve(TcpListener listener)
    {
        using var socket = listener.AcceptSocket();
        socket.NoDelay = true;
        DialectSink[] sinks = [new(Dialect.Strict), new(Dialect.LineFeed), new(Dialect.CarriageReturn)];
        var answers = new StringBuilder();
        var buffer = new byte[64 * 1024];
        socket.Send("220 x\r\n"u8);
        while (socket.Receive(buffer) is > 0 and var got)
        {
            foreach (var b in buffer.AsSpan(0, got))
            {
                var wasInMessage = sinks[0].IsInMessage;
                var line = sinks[0].Hear(b);
                sinks[1].Hear(b);
                sinks[2].Hear(b);
                if (line is null || (wasInMessage && sinks[0].IsInMessage))
                {
                    continue;
                }

                Compare(sinks);
                answers.Append(wasInMessage ? "250 taken\r\n"
                    : line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-x\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n"
                    : line == "DATA" ? "354\r\n"
                    : line == "QUIT" ? "221\r\n" : "250\r\n");
            }

            if (answers.Length > 0)
            {
                socket.Send(Encoding.ASCII.GetBytes(answers.ToString()));
                answers.Clear();
            }
        }

        Assert.Equal((sinks[0].Heard.Messages, sinks[0].Heard.Messages), (sinks[0].Heard.Recipients, sinks[0].Heard.Senders));
        return sinks[0].Heard.Messages;
    }

    private static void Compare(DialectSink[] sinks)
    {
        var strict = sinks[0].Heard;
        Assert.True(strict.Messages <= strict.Recipients && strict.Recipients <= strict.Senders && strict.Strange == 0, $"{strict}");
        Assert.Equal(strict, sinks[1].Heard);
        Assert.Equal(strict, sinks[2].Heard);
    }
}
