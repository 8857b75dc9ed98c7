using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace CampaignEngine.Mail.Smtp;

/// <summary>How a wait for the relay ended.</summary>
internal enum WireState
{
    Ok,
    Closed,
    TimedOut,
    Cancelled,
    /// <summary>Something that is no SMTP reply.</summary>
    Malformed,
}

/// <summary>Bytes out, replies in, every wait bounded. Knows SMTP's reply form and nothing of its verbs.</summary>
internal sealed class SmtpWire : IAsyncDisposable
{
    /// <summary>RFC 5321 allows 512 octets a line; servers exceed it in their explanations.</summary>
    private const int LongestLine = 4096;
    private const int MostLines = 128;

    private readonly Socket _socket;
    private readonly CancellationTokenSource _clock;
    private readonly byte[] _in = new byte[8192];
    private Stream _stream;
    private int _start;
    private int _end;
    private byte[] _lastText = [];
    private SmtpReply _lastReply;

    public SmtpWire(Socket socket, TimeProvider time)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        // After the stream, which wants a blocking one: only TryWrite cares.
        socket.Blocking = false;
        _clock = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public bool IsEncrypted => _stream is SslStream;

    /// <summary>Dropped or closed by us, or its clock has run out: nothing can be said any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>More was read than has been asked for.</summary>
    public bool HasReadAhead => _end > _start;

    /// <summary>The relay has said something that nobody has read yet. Over TLS only what is already decrypted counts.</summary>
    public bool HasUnreadInput => HasReadAhead || (!IsEncrypted && HasBytesInSocket());

    /// <summary>The relay has said something or closed the connection.</summary>
    public bool HasNews => HasReadAhead || (!IsEncrypted && IsReadable());

    public void ReplaceStream(Func<Stream, SslStream> wrap) => _stream = wrap(_stream);

    public async Task AuthenticateTlsAsync(SslClientAuthenticationOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var cancelled = Arm(timeout, cancellationToken);
        await ((SslStream)_stream).AuthenticateAsClientAsync(options, _clock.Token);
        _clock.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WireState> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var cancelled = Arm(timeout, cancellationToken);
        try
        {
            await _stream.WriteAsync(bytes, _clock.Token);
            return WireState.Ok;
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            return StateOf(fault, cancellationToken);
        }
        finally
        {
            _clock.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Hands the kernel what it takes at once, over TLS nothing. Null: the connection is gone, and nothing of this was taken.</summary>
    public int? TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (IsEncrypted)
        {
            return 0;
        }

        try
        {
            var taken = _socket.Send(bytes, SocketFlags.None, out var error);
            return error is SocketError.Success or SocketError.WouldBlock ? taken : null;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>One whole reply, several lines joined; <paramref name="lines"/> receives them apart when wanted.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(WireState State, SmtpReply Reply)> ReadReplyAsync(
        TimeSpan timeout, CancellationToken cancellationToken, List<string>? lines = null)
    {
        using var cancelled = Arm(timeout, cancellationToken);
        try
        {
            var whole = default(StringBuilder);
            var first = default(SmtpReply);
            for (var count = 0; count < MostLines; count++)
            {
                int length;
                while ((length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
                {
                    if (!MakeRoom())
                    {
                        return (WireState.Malformed, default);
                    }

                    var got = await ReadAsync(cancellationToken);
                    if (got == 0)
                    {
                        return (WireState.Closed, default);
                    }

                    _end += got;
                }

                var line = _in.AsMemory(_start, length);
                _start += length + 1;
                if (!TryReadLine(line.Span, out var reply, out var more) || (count > 0 && reply.Code != first.Code))
                {
                    return (WireState.Malformed, default);
                }

                lines?.Add(reply.EnhancedCode is null ? reply.Text : reply.EnhancedCode + " " + reply.Text);
                if (count == 0)
                {
                    first = reply;
                }
                else
                {
                    (whole ??= new StringBuilder(first.Text)).Append(' ').Append(reply.Text);
                }

                if (!more)
                {
                    return (WireState.Ok, whole is null ? first : first with { Text = whole.ToString() });
                }
            }

            return (WireState.Malformed, default);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            return (StateOf(fault, cancellationToken), default);
        }
        finally
        {
            _clock.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Drops the connection. Bytes that the kernel has not sent yet are thrown away.</summary>
    public void Abort()
    {
        IsOver = true;
        if (_socket.SafeHandle.IsClosed)
        {
            return;
        }

        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // The connection is already gone, which is what is wanted.
        }

        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        IsOver = true;
        await _stream.DisposeAsync();
        _socket.Dispose();
        _clock.Dispose();
    }

    // A process that was frozen, or a machine that slept, wakes up with its clock run out and the reply in the socket. An interrupted
    // read of TLS leaves nothing to read on from.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _stream.ReadAsync(_in.AsMemory(_end), _clock.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && !IsEncrypted && HasBytesInSocket())
        {
            IsOver = true;
            return _socket.Receive(_in.AsSpan(_end), SocketFlags.None);
        }
    }

    private bool HasBytesInSocket()
    {
        try
        {
            return _socket.Available > 0;
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            return false;
        }
    }

    private bool IsReadable()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            return true;
        }
    }

    // The caller's token and the timer share one source, which lives as long as the connection: once it has fired, so is the connection lost.
    private CancellationTokenRegistration Arm(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _clock.CancelAfter(timeout);
        return cancellationToken.UnsafeRegister(static clock => ((CancellationTokenSource)clock!).Cancel(), _clock);
    }

    private bool MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            return true;
        }

        if (_end - _start > LongestLine)
        {
            return false;
        }

        if (_end == _in.Length)
        {
            Buffer.BlockCopy(_in, _start, _in, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        return true;
    }

    // "250-text", "250 text", "250"; anything else is not a reply.
    private bool TryReadLine(ReadOnlySpan<byte> line, out SmtpReply reply, out bool more)
    {
        reply = default;
        more = false;
        line = line.TrimEnd((byte)'\r');
        if (line.Length is < 3 or > LongestLine || line[0] is < (byte)'2' or > (byte)'5'
            || !char.IsAsciiDigit((char)line[1]) || !char.IsAsciiDigit((char)line[2])
            || (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-')))
        {
            return false;
        }

        more = line.Length > 3 && line[3] == '-';

        // Relays say the same thing over and over; the strings of the last reply are used again.
        if (!line.SequenceEqual(_lastText))
        {
            var code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
            _lastReply = SmtpReply.Of(code, line.Length > 4 ? line[4..] : default);
            _lastText = line.ToArray();
        }

        reply = _lastReply;
        return true;
    }

    private static bool IsLoss(Exception fault) => fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException;

    private static WireState StateOf(Exception fault, CancellationToken cancellationToken)
    {
        if (fault is OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested ? WireState.Cancelled : WireState.TimedOut;
        }

        return WireState.Closed;
    }
}
