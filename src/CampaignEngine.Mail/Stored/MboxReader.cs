using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace CampaignEngine.Mail.Stored;

/// <summary>
/// Splits a stream in mbox form into messages. A message begins at a line <c>From </c> with a date at its end, at the start or behind a blank line; <c>&gt;From </c> within loses one
/// sign (mboxrd). A stream that does not begin so is one message.
/// </summary>
internal static class MboxReader
{
    private const int LongestSeparator = 400;

    /// <param name="largest">Bytes kept of a message.</param>
    /// <returns>Each valid until the next is asked for.</returns>
    public static async IAsyncEnumerable<(ReadOnlyMemory<byte> Data, bool IsCut)> ReadAsync(Stream stream, int largest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var message = new Collected(largest);
        // Within a long line nothing begins.
        var atLineStart = true;
        var afterBlank = true;
        var first = true;
        var isMbox = false;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (TryTake(ref buffer, result.IsCompleted, out var line, out var ends))
            {
                if (atLineStart && afterBlank && (first || isMbox) && IsSeparator(line))
                {
                    isMbox = true;
                    if (message.HasText)
                    {
                        yield return message.Take();
                    }

                    message.Clear();
                    first = false;
                    atLineStart = ends;
                    afterBlank = false;
                    continue;
                }

                first = false;
                message.Append(atLineStart && isMbox ? Unquoted(line) : line);
                afterBlank = atLineStart && ends && IsBlank(line);
                atLineStart = ends;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await reader.CompleteAsync();
        if (message.HasText)
        {
            yield return message.Take();
        }
    }

    /// <summary>A line with its end; a piece of one where it is longer than what is at hand.</summary>
    private static bool TryTake(ref ReadOnlySequence<byte> buffer, bool last, out ReadOnlySequence<byte> line, out bool ends)
    {
        line = default;
        ends = false;
        if (buffer.IsEmpty)
        {
            return false;
        }

        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            var behind = buffer.GetPosition(1, end);
            line = buffer.Slice(0, behind);
            buffer = buffer.Slice(behind);
            ends = true;
            return true;
        }

        if (!last && buffer.Length < 64 * 1024)
        {
            return false;
        }

        line = buffer;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    // "From somebody Thu Apr 29 23:34:45 2015": what a body line that begins with From does not end in.
    private static bool IsSeparator(ReadOnlySequence<byte> line)
    {
        if (line.Length is < 20 or > LongestSeparator)
        {
            return false;
        }

        Span<byte> copy = stackalloc byte[(int)line.Length];
        line.CopyTo(copy);
        var text = copy.TrimEnd(" \t\r\n"u8);
        if (!text.StartsWith("From "u8))
        {
            return false;
        }

        // Some writers put the zone behind the year.
        if (text.Length > 6 && text[^6] == ' ' && text[^5] is (byte)'+' or (byte)'-')
        {
            text = text[..^6];
        }

        var time = text.LastIndexOf((byte)':');
        return time > 10 && char.IsAsciiDigit((char)text[time - 1]) && text[^5] == ' ' && !text[^4..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static ReadOnlySequence<byte> Unquoted(ReadOnlySequence<byte> line)
    {
        if (line.FirstSpan.IsEmpty || line.FirstSpan[0] != '>')
        {
            return line;
        }

        Span<byte> head = stackalloc byte[(int)Math.Min(line.Length, 32)];
        line.Slice(0, head.Length).CopyTo(head);
        return head.TrimStart((byte)'>').StartsWith("From "u8) ? line.Slice(1) : line;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line) => line.Length == 1 || (line.Length == 2 && line.FirstSpan[0] == '\r');

    private sealed class Collected(int largest)
    {
        private ArrayBufferWriter<byte> _bytes = new(64 * 1024);
        private bool _cut;

        public bool HasText => _bytes.WrittenCount > 0 && _bytes.WrittenSpan.ContainsAnyExcept(" \t\r\n"u8);

        public void Append(ReadOnlySequence<byte> line)
        {
            var room = largest - _bytes.WrittenCount;
            if (line.Length > room)
            {
                _cut = true;
                line = line.Slice(0, room);
            }

            foreach (var piece in line)
            {
                _bytes.Write(piece.Span);
            }
        }

        public (ReadOnlyMemory<byte>, bool) Take() => (_bytes.WrittenMemory, _cut);

        public void Clear()
        {
            // One huge message does not keep its memory for the rest of the file.
            _bytes = _bytes.Capacity > 4 * 1024 * 1024 ? new(64 * 1024) : _bytes;
            _bytes.ResetWrittenCount();
            _cut = false;
        }
    }
}
