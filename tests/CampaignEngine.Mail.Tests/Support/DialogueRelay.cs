using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>
/// A relay that follows a text file. "S: line" says a line, "s: text" says raw text (\r \n \t escaped, no line end added), "C: line" expects
/// exactly that line, "C: (message)" the message's lines, "C: (any)" any line, "X: close" and "X: reset" end the connection, "X: await-close" expects the client to
/// end it. "V: ..." lines are expectations on the client; "#" starts a comment.
/// </summary>
internal sealed class DialogueRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _run;

    public DialogueRelay(IReadOnlyList<string> script, string message)
    {
        _listener.Start();
        Verdicts = [.. script.Where(l => l.StartsWith("V: ", StringComparison.Ordinal)).Select(l => l[3..])];
        _run = RunAsync([.. script.Where(l => l.Length > 1 && l[1] == ':' && l[0] is 'S' or 's' or 'C' or 'X')], message);
    }

    public IReadOnlyList<string> Verdicts { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completes when the script is done; fails when the client said something else.</summary>
    public Task Finished => _run;

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(IReadOnlyList<string> script, string message)
    {
        using var socket = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        socket.NoDelay = true;
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        for (var at = 0; at < script.Count; at++)
        {
            var line = script[at];
            var rest = line[2..].TrimStart();
            switch (line[0])
            {
                case 'S':
                    // Lines that follow each other go out together: a client may hang up at the first of them.
                    while (at + 1 < script.Count && script[at + 1][0] == 'S')
                    {
                        rest += "\r\n" + script[++at][2..].TrimStart();
                    }

                    await stream.WriteAsync(Encoding.UTF8.GetBytes(rest + "\r\n"), TestContext.Current.CancellationToken);
                    break;
                case 's':
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(Unescape(rest)), TestContext.Current.CancellationToken);
                    break;
                case 'C' when rest == "(message)":
                    foreach (var expected in message.TrimEnd().Split("\r\n"))
                    {
                        Assert.Equal(expected, await reader.ReadLineAsync(TestContext.Current.CancellationToken));
                    }

                    break;
                case 'C' when rest == "(any)":
                    Assert.NotNull(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
                    break;
                case 'C':
                    Assert.Equal(rest, await reader.ReadLineAsync(TestContext.Current.CancellationToken));
                    break;
                case 'X' when rest == "await-close":
                    await ExpectEndAsync(reader);
                    break;
                case 'X' when rest == "reset":
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    return;
                case 'X' when rest == "close":
                    return;
                default:
                    throw new InvalidOperationException($"unknown line in the dialogue: {line}");
            }
        }
    }

    private static async Task ExpectEndAsync(StreamReader reader)
    {
        try
        {
            Assert.Null(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }
    }

    private static string Unescape(string text) =>
        text.Replace("\\r", "\r", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal)
            .Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\0", "\0", StringComparison.Ordinal);
}
