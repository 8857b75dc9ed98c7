using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Channels.Sms.Http;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>
/// A gateway that takes SMS over HTTP, hands each to one handler and delivers nothing. It speaks like the gateway whose path is asked: Twilio's
/// .../Messages.json, Vonage's /sms/json, MessageBird's /messages, Kannel's /cgi-bin/sendsms; anything else gets a 202 with an id. A request that
/// repeats an Idempotency-Key gets the first answer again and is not handed on.
/// </summary>
public sealed class GatewayDouble : IAsyncDisposable
{
    private readonly GatewayScript _script;
    private readonly Func<ReceivedShortMessage, CancellationToken, ValueTask> _handler;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _answers = new(StringComparer.Ordinal);
    private readonly Task _accepting;
    private long _requests;

    private GatewayDouble(Socket listener, GatewayScript script, Func<ReceivedShortMessage, CancellationToken, ValueTask> handler, TimeProvider time)
    {
        (_listener, _script, _handler, _time) = (listener, script, handler, time);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, with the port that was found free.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Starts to listen.</summary>
    /// <param name="handler">Called for each message before it is answered, from many connections at once. An exception is answered 503.</param>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public static GatewayDouble Start(IPEndPoint endPoint, GatewayScript script, Func<ReceivedShortMessage, CancellationToken, ValueTask> handler, TimeProvider time)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(512);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        return new GatewayDouble(listener, script, handler, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                var serving = Task.Run(() => ServeAsync(socket), CancellationToken.None);
                _connections[serving] = true;
                _ = serving.ContinueWith(t => _connections.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException || (fault is SocketException && _stop.IsCancellationRequested))
            {
                return;
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted, or descriptors ran out: neither ends the service.
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var reader = new HttpReader(stream.ReadAsync);
        try
        {
            while (await reader.ReadHeadAsync(_stop.Token) is { } head)
            {
                var body = await reader.ReadBodyAsync(head, untilEnd: false, _stop.Token);
                if (!await AnswerAsync(stream, head, body) || head.Closes)
                {
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client broke off, or the double stops: what was answered stands.
        }
    }

    /// <summary>False: the connection ends.</summary>
    private async Task<bool> AnswerAsync(NetworkStream stream, HttpHead head, ReadOnlyMemory<byte> body)
    {
        var number = Interlocked.Increment(ref _requests);
        if (GatewayRequestReader.Read(head, body, string.Create(CultureInfo.InvariantCulture, $"D{number:X8}"), _time.GetUtcNow()) is not { } message)
        {
            await WriteAsync(stream, 400, "{\"message\":\"no number or no text\"}", null);
            return true;
        }

        if (await ActAsync(stream, new GatewayEvent(GatewayMoment.Requested, number, message.To, message.Text)) is { } goesOn)
        {
            return goesOn;
        }

        string answer;
        try
        {
            answer = head.Find("Idempotency-Key") is { } key
                ? await _answers.GetOrAdd(key, _ => new Lazy<Task<string>>(() => TakeAsync(message))).Value
                : await TakeAsync(message);
        }
        catch (IOException)
        {
            await WriteAsync(stream, 503, "{\"message\":\"not stored\"}", null);
            return true;
        }

        if (await ActAsync(stream, new GatewayEvent(GatewayMoment.Accepted, number, message.To, message.Text)) is { } continues)
        {
            return continues;
        }

        await WriteAsync(stream, StatusOf(message.Path), answer, null);
        return true;
    }

    private async Task<string> TakeAsync(ReceivedShortMessage message)
    {
        await _handler(message, _stop.Token);
        return BodyOf(message);
    }

    /// <summary>Null: the ordinary answer follows. Otherwise whether the connection lives on.</summary>
    private async Task<bool?> ActAsync(NetworkStream stream, GatewayEvent what)
    {
        if (_script.Find(what) is not { } act)
        {
            return null;
        }

        if (act.Delay > TimeSpan.Zero)
        {
            await Task.Delay(act.Delay, _time, _stop.Token);
        }

        if (act.Raw is { } raw)
        {
            await stream.WriteAsync(raw, _stop.Token);
        }
        else if (act.Status != 0)
        {
            await WriteAsync(stream, act.Status, act.Body, act.RetryAfter);
        }

        return act.ReplacesAnswer ? !act.Close : null;
    }

    private async Task WriteAsync(NetworkStream stream, int status, string body, int? retryAfter)
    {
        var type = body.StartsWith('{') ? "application/json" : "text/plain";
        var wait = retryAfter is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"Retry-After: {seconds}\r\n") : "";
        var answer = string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\nContent-Type: {type}\r\n{wait}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
    }

    private static int StatusOf(string path) => Kind(path) switch { "twilio" or "messagebird" => 201, "vonage" => 200, _ => 202 };

    private static string BodyOf(ReceivedShortMessage message) => Kind(message.Path) switch
    {
        "twilio" => $$"""{"sid":"{{message.Id}}","status":"queued"}""",
        "vonage" => $$"""{"message-count":"1","messages":[{"status":"0","message-id":"{{message.Id}}"}]}""",
        "kannel" => $"0: Accepted for delivery: {message.Id}",
        _ => $$"""{"id":"{{message.Id}}"}""",
    };

    private static string Kind(string path) =>
        path.EndsWith("/Messages.json", StringComparison.Ordinal) ? "twilio"
        : path.EndsWith("/sms/json", StringComparison.Ordinal) ? "vonage"
        : path.EndsWith("/messages", StringComparison.Ordinal) ? "messagebird"
        : path.EndsWith("/sendsms", StringComparison.Ordinal) ? "kannel" : "";
}
