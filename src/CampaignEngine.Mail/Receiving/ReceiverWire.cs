using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace CampaignEngine.Mail.Receiving;

/// <summary>How a line of a client ended.</summary>
internal enum LineState
{
    Whole,
    /// <summary>More bytes are needed.</summary>
    Partial,
    TooLong,
    /// <summary>A line feed without carriage return.</summary>
    BareLineFeed,
}

/// <summary>Lines and bytes in, answers out, every wait bounded. Knows nothing of SMTP's verbs.</summary>
internal sealed class ReceiverWire : IAsyncDisposable
{
    public const int LongestLine = 2048;

    private const int UsualBuffer = 64 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly SmtpReceiverOptions _options;
    private readonly CancellationTokenSource _clock;
    private readonly CancellationTokenRegistration _stopping;
    private readonly ArrayBufferWriter<byte> _out = new(1024);
    private Stream _stream;
    private byte[] _in = ArrayPool<byte>.Shared.Rent(UsualBuffer);
    private int _start;
    private int _end;

    public ReceiverWire(Socket socket, SmtpReceiverOptions options, TimeProvider time, CancellationToken stop)
    {
        _socket = socket;
        _options = options;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _clock = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = stop.UnsafeRegister(static clock => ((CancellationTokenSource)clock!).Cancel(), _clock);
        Remote = socket.RemoteEndPoint;
        socket.NoDelay = true;
    }

    public EndPoint? Remote { get; }

    public bool IsEncrypted => _stream is SslStream;

    public bool HasUnreadInput => _start < _end;

    public bool HasUnsentAnswers => _out.WrittenCount > 0;

    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        await _stream.DisposeAsync();
        _clock.Dispose();
        ArrayPool<byte>.Shared.Return(_in);
    }

    public async Task StartEncryptionAsync()
    {
        _clock.CancelAfter(_options.IdleTimeout);
        var encrypted = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = encrypted;
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _options.Certificate }, _clock.Token);
    }

    /// <summary>The next line without its end, valid until more is read.</summary>
    public LineState TryReadLine(out ReadOnlyMemory<byte> line)
    {
        line = default;
        var length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        if (length < 0)
        {
            return _end - _start <= LongestLine ? LineState.Partial : LineState.TooLong;
        }

        line = _in.AsMemory(_start, length);
        _start += length + 1;
        if (length > LongestLine)
        {
            return LineState.TooLong;
        }

        if (length == 0 || line.Span[^1] != '\r')
        {
            return LineState.BareLineFeed;
        }

        line = line[..^1];
        return LineState.Whole;
    }

    /// <summary>Takes up to <paramref name="most"/> bytes that have come; empty when none have. Valid until more is read.</summary>
    public ReadOnlySpan<byte> Take(int most)
    {
        var count = Math.Min(most, _end - _start);
        _start += count;
        return _in.AsSpan(_start - count, count);
    }

    /// <summary>Scans what has come of a message; on Complete the wire stands behind it.</summary>
    public ScanState Scan(ref MessageScanner scanner)
    {
        var state = scanner.Scan(_in.AsSpan(0, _end));
        if (state == ScanState.Complete)
        {
            _start = scanner.Next;
        }

        return state;
    }

    public MessageScanner NewScanner() => new(_start, _options.LongestLine);

    /// <summary>What the scanner found, without stuffing and terminator; valid until more is read.</summary>
    public ReadOnlyMemory<byte> Found(MessageScanner scanner) => _in.AsMemory(scanner.Start, scanner.Length);

    /// <summary>Reads on behind a message that is not whole yet; false when the client has left.</summary>
    public ValueTask<bool> FillBehind(ref MessageScanner scanner)
    {
        MakeRoom(ref scanner);
        return ReadMoreAsync();
    }

    /// <summary>Reads more; false when the client has left.</summary>
    public ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_in.Length > UsualBuffer * 4)
            {
                ArrayPool<byte>.Shared.Return(_in);
                _in = ArrayPool<byte>.Shared.Rent(UsualBuffer);
            }
        }
        else if (_end == _in.Length)
        {
            Buffer.BlockCopy(_in, _start, _in, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        return ReadMoreAsync();
    }

    public void Say(int code, string? enhanced, string text)
    {
        var to = _out.GetSpan(16);
        code.TryFormat(to, out var written, default, CultureInfo.InvariantCulture);
        _out.Advance(written);
        _out.Write(" "u8);
        if (enhanced is not null)
        {
            Encoding.ASCII.GetBytes(enhanced, _out);
            _out.Write(" "u8);
        }

        // A handler may quote the client in its answer; a line break in it would be a second answer.
        Line(text.AsSpan().ContainsAny('\r', '\n') ? text.ReplaceLineEndings(" ") : text);
    }

    public void Line(string text)
    {
        Encoding.UTF8.GetBytes(text, _out);
        _out.Write("\r\n"u8);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => _out.Write(bytes);

    public async ValueTask FlushAsync()
    {
        if (_out.WrittenCount > 0)
        {
            _clock.CancelAfter(_options.IdleTimeout);
            await _stream.WriteAsync(_out.WrittenMemory, _clock.Token);
            _out.ResetWrittenCount();
        }
    }

    /// <summary>Closing at once with bytes unread would reset the connection and destroy the last answer on its way.</summary>
    public async Task LetTheClientReadAsync()
    {
        if (IsEncrypted)
        {
            return;
        }

        _socket.Shutdown(SocketShutdown.Send);
        _clock.CancelAfter(Farewell);
        while (await _stream.ReadAsync(_in, _clock.Token) > 0)
        {
            // What the client still says is of no interest.
        }
    }

    private async ValueTask<bool> ReadMoreAsync()
    {
        _clock.CancelAfter(_options.IdleTimeout);
        var got = await _stream.ReadAsync(_in.AsMemory(_end), _clock.Token);
        _end += got;
        return got > 0;
    }

    /// <summary>Moves the message to the front of the buffer, and into a larger one when it is more than half full.</summary>
    private void MakeRoom(ref MessageScanner scanner)
    {
        if (_in.Length - _end >= UsualBuffer / 4)
        {
            return;
        }

        var unread = _end - scanner.Next;
        var kept = scanner.Length + unread;
        var to = kept > _in.Length / 2 ? ArrayPool<byte>.Shared.Rent(_in.Length * 2) : _in;
        Buffer.BlockCopy(_in, scanner.Start, to, 0, scanner.Length);
        Buffer.BlockCopy(_in, scanner.Next, to, scanner.Length, unread);
        if (to != _in)
        {
            ArrayPool<byte>.Shared.Return(_in);
            _in = to;
        }

        scanner.Rebase();
        _start = 0;
        _end = kept;
    }
}
