using System.Net;
using System.Net.Sockets;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>
/// An SMTP server that hands every message to one handler and answers what the handler answers. The handler runs before the client is
/// told anything: once it has stored the message and returns 250, the message is safe.
/// </summary>
/// <remarks>
/// Only CR LF . CR LF ends a message; a CR or LF on its own ends the connection, so that nothing can be smuggled in. Sizes, lines,
/// recipients, connections and silence are bounded. For rehearsal and tests: it relays nothing and believes every address.
/// </remarks>
public sealed class SmtpReceiver : IAsyncDisposable
{
    private readonly SmtpReceiverOptions _options;
    private readonly Func<ReceivedMessage, CancellationToken, ValueTask<SmtpReply>> _handler;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _sessions = [];
    private readonly Task _accepting;
    private long _connections;

    private SmtpReceiver(
        SmtpReceiverOptions options, Func<ReceivedMessage, CancellationToken, ValueTask<SmtpReply>> handler, TimeProvider time, Socket listener)
    {
        _options = options;
        _handler = handler;
        _time = time;
        _listener = listener;
        _accepting = AcceptAsync();
    }

    /// <summary>The answer to a stored message.</summary>
    public static SmtpReply Stored { get; } = new(250, "2.0.0", "stored");

    /// <summary>Where it listens, with the port that was found free.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Starts to listen.</summary>
    /// <param name="options">What to offer and bear.</param>
    /// <param name="handler">Called for each message, from many connections at once. An exception is answered 451 and the message counts as not received.</param>
    /// <param name="time">For receipt times, delays and time limits.</param>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public static SmtpReceiver Start(
        SmtpReceiverOptions options, Func<ReceivedMessage, CancellationToken, ValueTask<SmtpReply>> handler, TimeProvider time)
    {
        if (options.ImplicitTls && options.Certificate is null)
        {
            throw new ArgumentException("Implicit TLS needs a certificate.", nameof(options));
        }

        var listener = new Socket(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.EndPoint);
            listener.Listen(512);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        return new SmtpReceiver(options, handler, time, listener);
    }

    /// <summary>Stops listening and ends all connections; messages whose handler is running are finished first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] running;
        lock (_gate)
        {
            running = [.. _sessions];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // The client was gone before it was accepted, or descriptors ran out: neither ends the service.
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time);
                continue;
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return;
            }

            Serve(socket);
        }
    }

    private void Serve(Socket socket)
    {
        var number = Interlocked.Increment(ref _connections);
        lock (_gate)
        {
            var crowded = _sessions.Count >= _options.MostConnections;
            var run = Task.Run(
                async () =>
                {
                    await using var session = new ReceiverSession(socket, number, _options, _handler, _time, _stop.Token);
                    await session.RunAsync(crowded);
                },
                CancellationToken.None);
            _sessions.Add(run);
            _ = run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Forget(Task session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
        }
    }
}
