using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>Whatever a message holds, servers of every persuasion must see exactly one message in what we put on the wire.</summary>
public sealed class SmugglingTests
{
    private static readonly string[] Pieces =
        ["\r\n", "\r", "\n", ".", "..", "a", "\r\n.\r\n", "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\0", "é", "MAIL FROM:<x@y>\r\n", "line\r\n", ".line\r\n", "\r\n..\r\n"];

    [Fact]
    public async Task EveryDialectSeesOneMessage()
    {
        using var relay = new TcpListener(IPAddress.Loopback, 0);
        relay.Start();
        var bodies = new List<byte[]>();
        var serving = Task.Run(() => Serve(relay, bodies), TestContext.Current.CancellationToken);
        var random = new Random(19);
        var sent = new List<string>();
        var refused = 0;
        await using (var connection = await SmtpConnection.ConnectAsync(
            Some.Route(((IPEndPoint)relay.LocalEndpoint).Port), TimeProvider.System, TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 10_000; i++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
                text += random.Next(4) == 0 ? "" : "\r\n";
                var verdict = await connection.SendAsync(Some.Envelope, Encoding.Latin1.GetBytes(text), static () => true, TestContext.Current.CancellationToken);
                if (verdict.Kind == SmtpVerdictKind.Accepted)
                {
                    sent.Add(text);
                }
                else
                {
                    Assert.Equal(SmtpStage.Start, verdict.Stage);
                    refused++;
                }
            }

            await connection.QuitAsync(TestContext.Current.CancellationToken);
        }

        await serving;
        Assert.True(sent.Count > 500 && refused > 500, $"{sent.Count} sent, {refused} refused");
        Assert.Equal(sent.Count, bodies.Count);
        for (var i = 0; i < sent.Count; i++)
        {
            var wire = Encoding.Latin1.GetString(bodies[i]);
            Assert.Equal(sent[i], wire[..^3].Split("\r\n").Select(l => l.StartsWith('.') ? l[1..] : l).Aggregate((a, b) => a + "\r\n" + b));
            Assert.Equal(1, Ends("\r\n" + wire));
            Assert.Equal(1, Ends("\n" + wire.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), "\n.\n"));
            Assert.Equal(1, Ends("\r" + wire.Replace("\r\n", "\r", StringComparison.Ordinal).Replace('\n', '\r'), "\r.\r"));
        }
    }

    private static int Ends(string wire, string mark = "\r\n.\r\n") => wire.Split(mark).Length - 1;

    // Keeps what comes between 354 and the strict end of each message, as it came.
    private static void Serve(TcpListener relay, List<byte[]> bodies)
    {
        using var socket = relay.AcceptSocket();
        socket.NoDelay = true;
        using var stream = new BufferedStream(new NetworkStream(socket));
        Say("220 x\r\n");
        var line = new List<byte>();
        while (ReadLine() is { } command)
        {
            switch (command[..4])
            {
                case "EHLO":
                    Say("250-x\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
                    break;
                case "DATA":
                    Say("354\r\n");
                    var body = new List<byte>();
                    do
                    {
                        var b = stream.ReadByte();
                        Assert.NotEqual(-1, b);
                        body.Add((byte)b);
                    }
                    while (!(body.Count == 3 ? body is [(byte)'.', (byte)'\r', (byte)'\n'] : body is [.., (byte)'\r', (byte)'\n', (byte)'.', (byte)'\r', (byte)'\n']));
                    bodies.Add([.. body]);
                    Say("250\r\n");
                    break;
                case "QUIT":
                    Say("221\r\n");
                    return;
                default:
                    Say("250\r\n");
                    break;
            }
        }

        void Say(string text) => socket.Send(Encoding.ASCII.GetBytes(text));

        string? ReadLine()
        {
            line.Clear();
            int b;
            while ((b = stream.ReadByte()) >= 0)
            {
                line.Add((byte)b);
                if (b == '\n')
                {
                    return Encoding.ASCII.GetString([.. line]);
                }
            }

            return null;
        }
    }
}
