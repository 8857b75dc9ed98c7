using System.Buffers;
using CampaignEngine.Operating;
using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Tracking.Spooling;

/// <summary>Where a spool ends or how far it has been read.</summary>
internal readonly record struct SpoolPosition(long Segment, long Offset) : IComparable<SpoolPosition>
{
    public int CompareTo(SpoolPosition other) => Segment != other.Segment ? Segment.CompareTo(other.Segment) : Offset.CompareTo(other.Offset);
}

/// <summary>
/// Appends events to segments. Everything that arrives while one write is under way shares the next write and flush, so an event counts after one or two
/// flushes however many there are. One thread writes: a flush blocks, and must not hold a thread that answers requests.
/// </summary>
internal sealed class SpoolWriter : IDisposable
{
    private readonly SpoolFolder _folder;
    private readonly EventRecorderOptions _options;
    private readonly Action<string> _say;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private Batch _open = new();
    private Batch _spare = new();
    private bool _closed;
    private bool _failing;
    private long _size;
    private long _pendingEnd;
    private SafeFileHandle? _file;
    private SpoolPosition _durable;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="size">Bytes of older segments, which count towards the capacity.</param>
    /// <param name="first">Number of the first segment to write.</param>
    public SpoolWriter(SpoolFolder folder, EventRecorderOptions options, long size, long first, Action<string> say)
    {
        (_folder, _options, _size, _say) = (folder, options, size, say);
        (First, _durable) = (first, new SpoolPosition(first, 0));
        _thread = new Thread(Run) { IsBackground = true, Name = "event spool" };
        _thread.Start();
    }

    /// <summary>Number of the first segment that it writes.</summary>
    public long First { get; }

    /// <summary>What has been flushed; readers stay before it.</summary>
    public SpoolPosition Durable
    {
        get
        {
            lock (_gate)
            {
                return _durable;
            }
        }
    }

    /// <summary>Ends when more has been flushed than <paramref name="than"/>.</summary>
    public Task MoreAsync(SpoolPosition than)
    {
        lock (_gate)
        {
            return _durable.CompareTo(than) > 0 ? Task.CompletedTask : _more.Task;
        }
    }

    /// <summary>All or none. Null: they do not fit any more, or the spool is closed. Otherwise the task is true once they are on the disk, false when the disk refused them.</summary>
    public Task<bool>? Append(ReadOnlySpan<TrackedEvent> events)
    {
        lock (_gate)
        {
            // Longer than any event is on average; a bound that is exact to some kilobytes is exact enough.
            if (_closed || _size + _pendingEnd + (events.Length * 64L) > _options.Capacity)
            {
                return null;
            }

            foreach (var tracked in events)
            {
                SpoolRecord.Write(_open.Bytes, tracked);
            }

            _open.Events += events.Length;
            _pendingEnd = _open.Bytes.WrittenCount;
            Monitor.Pulse(_gate);
            return _open.Done.Task;
        }
    }

    /// <summary>A segment has been read to its end and removed.</summary>
    public void Removed(long bytes)
    {
        lock (_gate)
        {
            _size -= bytes;
        }
    }

    /// <summary>Writes what has been handed in, then ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _file?.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            Batch batch;
            SpoolPosition at;
            lock (_gate)
            {
                while (_open.Bytes.WrittenCount == 0 && !_closed)
                {
                    Monitor.Wait(_gate);
                }

                if (_open.Bytes.WrittenCount == 0)
                {
                    return;
                }

                (batch, _open, _pendingEnd) = (_open, _spare, 0);
                _size += batch.Bytes.WrittenCount;
                at = _durable;
            }

            var end = TryWrite(batch, at);
            EngineMeter.EventsWaiting.Add(end is null ? 0 : batch.Events);
            TaskCompletionSource? more = null;
            lock (_gate)
            {
                if (end is { } reached)
                {
                    _durable = reached;
                    (more, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
                }
                else
                {
                    _size -= batch.Bytes.WrittenCount;
                    // What the disk may hold of the failed write is behind the end of its segment; the next write goes into another.
                    _durable = at.Offset == 0 ? at : new SpoolPosition(at.Segment + 1, 0);
                }
            }

            batch.Done.SetResult(end is not null);
            more?.SetResult();
            batch.Clear();
            _spare = batch;
        }
    }

    private SpoolPosition? TryWrite(Batch batch, SpoolPosition at)
    {
        try
        {
            if (at.Offset >= _options.SegmentSize)
            {
                _file?.Dispose();
                (_file, at) = (null, new SpoolPosition(at.Segment + 1, 0));
            }

            _file ??= File.OpenHandle(_folder.FileOf(at.Segment), FileMode.Create, FileAccess.Write, FileShare.Read);
            RandomAccess.Write(_file, batch.Bytes.WrittenSpan, at.Offset);
            RandomAccess.FlushToDisk(_file);
            if (_failing)
            {
                _failing = false;
                _say("events: the spool can be written again");
            }

            return at with { Offset = at.Offset + batch.Bytes.WrittenCount };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Abandon(at);
            if (!_failing)
            {
                _failing = true;
                _say($"events: the spool cannot be written ({fault.Message}); requests get 503 until it can");
            }

            return null;
        }
    }

    // Nobody was told that these bytes are stored; cut off, they do not count as damage later. Shrinking works on a full disk, too.
    private void Abandon(SpoolPosition at)
    {
        try
        {
            if (_file is not null)
            {
                RandomAccess.SetLength(_file, at.Offset);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _say($"events: the segment {_folder.FileOf(at.Segment)} cannot be cut to its good part ({fault.Message}); it is read as it is");
        }

        _file?.Dispose();
        _file = null;
    }

    private sealed class Batch
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new(64 * 1024);

        public int Events { get; set; }

        public TaskCompletionSource<bool> Done { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Clear()
        {
            Bytes.ResetWrittenCount();
            Events = 0;
            Done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
