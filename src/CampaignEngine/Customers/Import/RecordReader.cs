using System.Buffers;

namespace CampaignEngine.Customers.Import;

/// <summary>
/// Cuts the source into records and lets only well-formed ones through to the CSV parser. A record that is too long, holds NUL or
/// undecodable bytes or breaks the quoting rules is handed to <c>rejected</c> with its line, and reading goes on with the next line: a lone
/// quote costs its own line, never the rest of the file. The parser reads ahead, so the places of the records it has been given wait in
/// <see cref="Places"/>, one for each record, until it reaches them.
/// </summary>
internal sealed class RecordReader(TextReader source, SourceFormat format, ImportLimits limits, Action<long, string, string> rejected) : TextReader
{
    private const int RawShown = 2000;
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");
    private char[] _buffer = new char[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;
    private long _nextLine = 1;
    private int _given;
    private int _recordStart;
    private int _recordEnd;
    private bool _inRecord;

    /// <summary>Line and number, both counted from 1, of each record given out and not yet taken from here.</summary>
    public Queue<(long Line, long Record)> Places { get; } = new();

    /// <summary>Records found so far, rejected ones included.</summary>
    public long Found { get; private set; }

    public override int Read(char[] buffer, int index, int count)
    {
        var given = 0;
        while (given < count)
        {
            if (!_inRecord)
            {
                // One full buffer ahead at most: a record is only looked for when there is room for it.
                if (!NextRecord(out var line))
                {
                    break;
                }

                Places.Enqueue((line, Found));
                _inRecord = true;
                _given = _recordStart;
            }

            var take = Math.Min(count - given, _recordEnd - _given);
            Array.Copy(_buffer, _given, buffer, index + given, take);
            _given += take;
            given += take;
            if (_given == _recordEnd && given < count)
            {
                buffer[index + given] = '\n';
                given++;
                _inRecord = false;
            }
        }

        return given;
    }

    /// <summary>Calls for each well-formed record with its line and text.</summary>
    public void ForEach(Action<long, string> seen)
    {
        while (NextRecord(out var line))
        {
            seen(line, Shown(_recordStart, _recordEnd));
        }
    }

    public override int Peek() => throw new NotSupportedException();

    private bool NextRecord(out long line)
    {
        while (NextLine(_start, out var end, out var next))
        {
            line = _nextLine;
            if (end < 0)
            {
                Found++;
                SkipLongLine(line);
                continue;
            }

            if (end == _start || (format.Trim && IsBlank(_start, end)))
            {
                Take(next, 1);
                continue;
            }

            Found++;
            var fault = Check(_start, ref end, ref next, out var lines);
            if (fault is not null)
            {
                // NextLine may have moved the buffer: the first line is found again from the start of the record.
                NextLine(_start, out end, out next);
                rejected(line, fault, Shown(_start, end));
                Take(next, 1);
                continue;
            }

            (_recordStart, _recordEnd) = (_start, end);
            Take(next, lines);
            return true;
        }

        line = 0;
        return false;
    }

    private void Take(int next, int lines)
    {
        _start = next;
        _nextLine += lines;
    }

    private string? Check(int start, ref int end, ref int next, out int lines)
    {
        lines = 1;
        if (format.Quote is { } quote && _buffer.AsSpan(start, end - start).Contains(quote))
        {
            if (CheckQuotes(quote, ref end, ref next, ref lines) is { } fault)
            {
                return fault;
            }
        }

        var record = _buffer.AsSpan(_start, end - _start);
        if (record.Length > limits.RecordLength)
        {
            return $"the record is longer than {limits.RecordLength} characters";
        }

        var bad = record.IndexOfAny('\0', SourceFormat.Undecodable);
        return bad < 0 ? null : record[bad] == '\0'
            ? $"a NUL character at position {bad + 1}"
            : $"bytes at position {bad + 1} that are no {format.Encoding}";
    }

    // A quote may open a field only at its start and close it only at its end; inside it is doubled. A field may hold line breaks.
    private string? CheckQuotes(char quote, ref int end, ref int next, ref int lines)
    {
        var at = 0;                                   // offset from _start: the buffer may move while lines are added
        while (true)
        {
            var open = _buffer.AsSpan(_start + at, end - _start - at).IndexOf(quote);
            if (open < 0)
            {
                return null;
            }

            open += at;
            var before = _buffer.AsSpan(_start + at, open - at);
            var separated = before.LastIndexOf(format.Separator);
            var lead = separated < 0 ? before : before[(separated + 1)..];
            if (!(format.Trim ? lead.IsWhiteSpace() : lead.IsEmpty))
            {
                return $"a quote inside an unquoted field at position {open + 1}";
            }

            at = open + 1;
            while (true)
            {
                var close = _buffer.AsSpan(_start + at, end - _start - at).IndexOf(quote);
                if (close < 0)
                {
                    at = end - _start;
                    var from = next - _start;
                    if (at > limits.RecordLength || !NextLine(next, out end, out next) || end < 0)
                    {
                        return $"the quote opened at position {open + 1} is never closed";
                    }

                    lines++;
                    at = from;
                    continue;
                }

                at += close + 1;
                if (_start + at < end && _buffer[_start + at] == quote)
                {
                    at++;
                    continue;
                }

                break;
            }

            var rest = _buffer.AsSpan(_start + at, end - _start - at);
            var trimmed = format.Trim ? rest.TrimStart(' ') : rest;
            if (!trimmed.IsEmpty && !trimmed.StartsWith(format.Separator))
            {
                return $"text after the closing quote at position {at}";
            }

            at += rest.Length - trimmed.Length;
            if (!trimmed.IsEmpty)
            {
                at += 1;
            }

        }
    }

    // Finds the end of the line that starts at `from`: end is where its text stops, next where the next line starts.
    // False at the end of the file; end is -1 when the record would grow beyond its limit.
    private bool NextLine(int from, out int end, out int next)
    {
        var searched = from;
        while (true)
        {
            var found = _buffer.AsSpan(searched, _end - searched).IndexOfAny(LineEnds);
            if (found >= 0)
            {
                end = searched + found;
                next = end + 1;
                if (_buffer[end] == '\r')
                {
                    if (next == _end && !_ended)
                    {
                        var moved = Fill();
                        (from, searched) = (from - moved, end - moved);
                        continue;
                    }

                    if (next < _end && _buffer[next] == '\n')
                    {
                        next++;
                    }
                }

                return true;
            }

            if (_ended)
            {
                (end, next) = (_end, _end);
                return from < _end;
            }

            if (_end - _start > limits.RecordLength)
            {
                (end, next) = (-1, _start);
                return true;
            }

            searched = _end;
            var shift = Fill();
            (from, searched) = (from - shift, searched - shift);
        }
    }

    // Reads more, keeping everything from _start on; returns by how much the kept text moved towards the front.
    private int Fill()
    {
        var moved = 0;
        if (_end == _buffer.Length)
        {
            moved = _start;
            if (moved > 0)
            {
                Array.Copy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - moved);
            }

            if (_end > _buffer.Length / 2)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }

        var count = source.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        _ended = count == 0;
        return moved;
    }

    private void SkipLongLine(long line)
    {
        rejected(line, $"the line is longer than {limits.RecordLength} characters", Shown(_start, _end));
        while (true)
        {
            // The last character stays: it may be a CR whose LF comes with the next read.
            var found = _buffer.AsSpan(_start, _end - _start).IndexOfAny(LineEnds);
            if (found >= 0)
            {
                _start += found;
                NextLine(_start, out _, out var next);
                Take(next, 1);
                return;
            }

            _start = _end;
            if (_ended)
            {
                return;
            }

            Fill();
        }
    }

    private bool IsBlank(int start, int end) => _buffer.AsSpan(start, end - start).IsWhiteSpace() && !_buffer.AsSpan(start, end - start).Contains('\t');

    private string Shown(int start, int end) => new(_buffer.AsSpan(start, Math.Min(end - start, RawShown)));
}
