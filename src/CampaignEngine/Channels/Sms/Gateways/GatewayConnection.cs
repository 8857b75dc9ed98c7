using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using CampaignEngine.Channels.Sms.Http;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>How far a request came.</summary>
internal enum SubmitEnd
{
    /// <summary>A reply was read.</summary>
    Answered,

    /// <summary>The request's last byte provably never left: a new attempt is safe.</summary>
    NotWritten,

    /// <summary>The last byte may have left and no readable reply came.</summary>
    Unknown,
}

/// <summary>
/// One HTTP/1.1 connection to a gateway, kept alive over many requests. A request is held in our own memory and handed to the network in one piece: a
/// failed write leaves its last byte here.
/// </summary>
internal sealed class GatewayConnection : IAsyncDisposable
{
    // Servers close silent connections, many after five seconds, and a request that crosses the closing is lost without a word.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly HttpReader _reader;
    private readonly CancellationTokenSource _clock;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private TimeSpan _silence = LongestSilence;
    private long _lastUsed;
    private bool _over;

    private GatewayConnection(Socket socket, Stream stream, TimeSpan timeout, TimeProvider time)
    {
        (_socket, _stream, _timeout, _time) = (socket, stream, timeout, time);
        _reader = new HttpReader(_stream.ReadAsync);
        _clock = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _lastUsed = time.GetTimestamp();
    }

    /// <summary>The gateway has neither closed it nor said anything unasked, and has not been left waiting for long.</summary>
    public bool IsUsable => !_over && !_reader.HasMore && _time.GetElapsedTime(_lastUsed) < _silence && !HasNews();

    /// <summary>Null with one sentence when no connection was made.</summary>
    public static async Task<(GatewayConnection? Connection, string? Fault)> ConnectAsync(Uri server, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(server.DnsSafeHost, server.Port), either.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (server.Scheme == Uri.UriSchemeHttps)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.DnsSafeHost, ApplicationProtocols = [SslApplicationProtocol.Http11] }, either.Token);
            }

            return (new GatewayConnection(socket, stream, timeout, time), null);
        }
        catch (Exception fault) when (fault is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            socket.Dispose();
            var why = fault is OperationCanceledException ? cancellationToken.IsCancellationRequested ? "the worker stopped while connecting" : $"no connection within {timeout.TotalSeconds:0} s" : fault.Message;
            return (null, $"{server.Authority}: {why}");
        }
    }

    /// <summary>Hands a request to the network and reads the reply to it.</summary>
    /// <param name="written">Called when the last byte has been handed to the network, before the reply is awaited.</param>
    public async ValueTask<(SubmitEnd End, GatewayReply Reply, string? Fault)> SubmitAsync(ReadOnlyMemory<byte> request, Action written, CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.UnsafeRegister(static clock => ((CancellationTokenSource)clock!).Cancel(), _clock);
        _clock.CancelAfter(_timeout);
        try
        {
            await _stream.WriteAsync(request, _clock.Token);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            _over = true;
            return (SubmitEnd.NotWritten, default, $"the connection was lost before the request's last byte: {fault.Message}");
        }
        catch (OperationCanceledException)
        {
            _over = true;
            return (SubmitEnd.Unknown, default, "the request could not be written in time");
        }

        written();
        try
        {
            var reply = await ReadAsync(_clock.Token);
            _clock.CancelAfter(Timeout.InfiniteTimeSpan);
            _lastUsed = _time.GetTimestamp();
            return (SubmitEnd.Answered, reply, null);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            _over = true;
            return (SubmitEnd.Unknown, default, fault is HttpFormatException ? $"the reply is no HTTP: {fault.Message}" : $"the connection was lost before the reply: {fault.Message}");
        }
        catch (OperationCanceledException)
        {
            _over = true;
            return (SubmitEnd.Unknown, default, $"no reply within {_timeout.TotalSeconds:0} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _over = true;
        await _stream.DisposeAsync();
        _clock.Dispose();
    }

    private async ValueTask<GatewayReply> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var head = await _reader.ReadHeadAsync(cancellationToken) ?? throw new EndOfStreamException("the gateway closed it");
            var status = StatusOf(head.Start);
            if (status < 200)
            {
                continue;
            }

            _over |= head.Closes;
            if (head.Find("Keep-Alive") is { } kept && SecondsIn(kept) is { } seconds)
            {
                _silence = TimeSpan.FromSeconds(Math.Max(0, seconds - 1));
            }

            var reply = new GatewayReply(status, ReadOnlyMemory<byte>.Empty) { IsWhole = true, RetryAfter = RetryAfterOf(head.Find("Retry-After")) };
            if (status is 204 or 304)
            {
                return reply;
            }

            try
            {
                _over |= head.ContentLength is null && !head.IsChunked;
                return reply with { Body = await _reader.ReadBodyAsync(head, untilEnd: true, cancellationToken) };
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // The status stands; what the body would have said does not.
                _over = true;
                return reply with { IsWhole = false };
            }
        }
    }

    private static int StatusOf(string line)
    {
        var words = line.Split(' ', 3);
        return words.Length >= 2 && words[0] is "HTTP/1.1" or "HTTP/1.0" && words[1].Length == 3 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status >= 100
            ? status : throw new HttpFormatException("no status line");
    }

    private static int? SecondsIn(string keepAlive)
    {
        foreach (var part in keepAlive.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("timeout=", StringComparison.OrdinalIgnoreCase) && int.TryParse(part.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return seconds;
            }
        }

        return null;
    }

    private TimeSpan? RetryAfterOf(string? text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at - _time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null;
    }

    private bool HasNews()
    {
        try
        {
            return _stream is NetworkStream && _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
