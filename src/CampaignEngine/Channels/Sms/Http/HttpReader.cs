using System.Buffers;
using System.Buffers.Text;

namespace CampaignEngine.Channels.Sms.Http;

/// <summary>Reads HTTP/1.1 messages one after the other from a stream. Heads, lines and bodies are bounded.</summary>
internal sealed class HttpReader(Func<Memory<byte>, CancellationToken, ValueTask<int>> read)
{
    private const int LongestHead = 32 * 1024;
    private const int LargestBody = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _body = new(1024);
    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;

    /// <summary>Bytes that nobody has asked for yet.</summary>
    public bool HasMore => _end > _start;

    /// <summary>The next head; null when the stream ends before its first byte.</summary>
    /// <exception cref="IOException">The stream broke or ended inside the head, or this is no HTTP.</exception>
    public async ValueTask<HttpHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var unread = _buffer.AsSpan(_start, _end - _start);
            var end = unread[searched..].IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = HttpHead.Parse(unread[..(searched + end)]);
                _start += searched + end + 4;
                return head;
            }

            if (unread.Length > LongestHead)
            {
                throw new HttpFormatException("a head without end");
            }

            searched = Math.Max(0, unread.Length - 3);
            if (!await FillAsync(cancellationToken))
            {
                return _end == _start ? null : throw new EndOfStreamException("the connection ended inside a head");
            }
        }
    }

    /// <summary>The body that belongs to a head, valid until the next call.</summary>
    /// <param name="untilEnd">Without a length the body runs to the end of the stream (replies), instead of being empty (requests).</param>
    /// <exception cref="IOException">The stream broke or ended inside the body, or it is larger than anybody needs.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpHead head, bool untilEnd, CancellationToken cancellationToken)
    {
        _body.ResetWrittenCount();
        if (head.IsChunked)
        {
            while (await ReadChunkSizeAsync(cancellationToken) is var size and > 0)
            {
                await TakeAsync(size, cancellationToken);
                await ReadLineAsync(cancellationToken);
            }

            while ((await ReadLineAsync(cancellationToken)).Length > 0)
            {
            }
        }
        else if (head.ContentLength is { } length)
        {
            await TakeAsync(length, cancellationToken);
        }
        else if (untilEnd)
        {
            while (_end > _start || await FillAsync(cancellationToken))
            {
                await TakeAsync(_end - _start, cancellationToken);
            }
        }

        return _body.WrittenMemory;
    }

    private async ValueTask<long> ReadChunkSizeAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        return Utf8Parser.TryParse(line.Span, out uint size, out var read, 'x') && read is > 0 and <= 8 && (read == line.Length || line.Span[read] is (byte)';' or (byte)' ')
            ? size : throw new HttpFormatException("a chunk without size");
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = _buffer.AsMemory(_start, end);
                _start += end + 2;
                return line;
            }

            if (_end - _start > LongestHead)
            {
                throw new HttpFormatException("a line without end");
            }

            if (!await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("the connection ended inside a body");
            }
        }
    }

    private async ValueTask TakeAsync(long length, CancellationToken cancellationToken)
    {
        if (length > LargestBody - _body.WrittenCount)
        {
            throw new HttpFormatException("a body larger than anybody needs");
        }

        while (length > 0)
        {
            if (_end == _start && !await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("the connection ended inside a body");
            }

            var take = (int)Math.Min(length, _end - _start);
            _body.Write(_buffer.AsSpan(_start, take));
            _start += take;
            length -= take;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            // What is unread moves to the front; only a head can need more room than the buffer has.
            var unread = _end - _start;
            var target = unread > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            _buffer.AsSpan(_start, unread).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, unread);
        }

        var got = await read(_buffer.AsMemory(_end), cancellationToken);
        _end += got;
        return got > 0;
    }
}
