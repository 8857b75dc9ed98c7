using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Tracking;

namespace CampaignEngine.Benchmarks.Tracking;

/// <summary>What one load of clicks met. Latencies count from the moment a click was due, so a server that stalls is not spared the clicks that queue up.</summary>
internal sealed record ClickFigures(int Redirected, int Busy, int Failed, double Seconds, double[] Milliseconds)
{
    public double At(double share) => Milliseconds.Length == 0 ? 0 : Milliseconds[Math.Min(Milliseconds.Length - 1, (int)(Milliseconds.Length * share))];
}

/// <summary>Clicks at a steady rate over plain keep-alive connections, each click of a person and link of its own.</summary>
internal sealed class ClickLoad(IPEndPoint server, ItemTokens tokens, int mailing, int people, int links)
{
    private const int Connections = 400;
    private long _next;

    public async Task<ClickFigures> RunAsync(int rate, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var parts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(n => Task.Run(() => ConnectionAsync(n, rate, duration, started))));
        var latencies = parts.SelectMany(p => p.Milliseconds).ToArray();
        Array.Sort(latencies);
        return new ClickFigures(parts.Sum(p => p.Redirected), parts.Sum(p => p.Busy), parts.Sum(p => p.Failed), Stopwatch.GetElapsedTime(started).TotalSeconds, latencies);
    }

    private async Task<ClickFigures> ConnectionAsync(int number, int rate, TimeSpan duration, long started)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        var buffer = new byte[4096];
        var (redirected, busy, failed) = (0, 0, 0);
        var latencies = new List<double>();
        for (var k = 0L; ; k++)
        {
            var due = TimeSpan.FromSeconds((number + (k * Connections)) / (double)rate);
            if (due >= duration)
            {
                return new ClickFigures(redirected, busy, failed, 0, [.. latencies]);
            }

            var wait = due - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait);
            }

            var click = Interlocked.Increment(ref _next) - 1;
            var token = tokens.Click(mailing, (int)(click % people) + 1, (int)(click / people % links) + 1);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"GET /c/{token} HTTP/1.1\r\nHost: bench\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0\r\n\r\n"));
            var status = await AnswerAsync(socket, buffer);
            latencies.Add((Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds);
            redirected += status == 302 ? 1 : 0;
            busy += status == 503 ? 1 : 0;
            failed += status is not 302 and not 503 ? 1 : 0;
        }
    }

    // Only what this server answers: a head, and a body of Content-Length bytes.
    private static async Task<int> AnswerAsync(Socket socket, byte[] buffer)
    {
        var have = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
            {
                throw new InvalidOperationException("the server closed the connection");
            }

            have += read;
            var end = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                continue;
            }

            var head = Encoding.ASCII.GetString(buffer, 0, end);
            var at = head.IndexOf("Content-Length: ", StringComparison.Ordinal);
            var length = at < 0 ? 0 : int.Parse(head[(at + 16)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
            if (have >= end + 4 + length)
            {
                return int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }
}
