using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Mail.Receiving;

/// <summary>
/// Appends to a message store. A message counts once its task is done: then it survives the end of the process, and with
/// <c>durable</c> also that of the machine. Appends that arrive while one is being written share the next write and flush.
/// </summary>
public sealed class MessageStoreWriter : IAsyncDisposable
{
    private readonly SafeFileHandle _data;
    private readonly SafeFileHandle _index;
    private readonly FileStream _lock;
    private readonly bool _durable;
    private readonly Lock _gate = new();
    private Batch _open = new();
    private Batch? _spare;
    private Task _writing = Task.CompletedTask;
    private bool _busy;
    private bool _closed;
    private long _dataLength;
    private long _count;

    private MessageStoreWriter(SafeFileHandle data, SafeFileHandle index, FileStream @lock, bool durable)
    {
        _data = data;
        _index = index;
        _lock = @lock;
        _durable = durable;
    }

    /// <summary>Messages stored so far, those of earlier writers included.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>
    /// Opens or creates the store. What a killed writer left half written at the end is cut off; whole messages that it had not entered
    /// into the index yet are entered.
    /// </summary>
    /// <param name="directory">Created when missing.</param>
    /// <param name="durable">Flush to the disk before a message counts.</param>
    /// <exception cref="IOException">Another writer has the store open, or the folder cannot be written.</exception>
    public static MessageStoreWriter Open(string directory, bool durable)
    {
        Directory.CreateDirectory(directory);
        var @lock = new FileStream(Path.Combine(directory, "writer.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var data = default(SafeFileHandle);
        var index = default(SafeFileHandle);
        try
        {
            data = File.OpenHandle(Path.Combine(directory, MessageStore.DataFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            index = File.OpenHandle(Path.Combine(directory, MessageStore.IndexFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            var writer = new MessageStoreWriter(data, index, @lock, durable);
            writer.Recover();
            return writer;
        }
        catch
        {
            data?.Dispose();
            index?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Stores one message and gives its number; its data is copied before the call returns.</summary>
    /// <exception cref="IOException">Not stored, for instance because the disk is full. The store stays usable.</exception>
    public ValueTask<long> AppendAsync(ReceivedMessage message)
    {
        Batch mine;
        Task<long> done;
        int place;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            mine = _open;
            done = mine.Done.Task;
            place = mine.Offsets.Count;
            mine.Offsets.Add(mine.Bytes.WrittenCount);
            StoreRecord.Write(mine.Bytes, message);
            if (_busy)
            {
                return NumberAsync(done, place);
            }

            _busy = true;
            _open = _spare ?? new Batch();
            _spare = null;
        }

        // Alone, the caller writes by itself; others who come meanwhile gather in the next batch.
        Write(mine);
        lock (_gate)
        {
            if (_open.Offsets.Count > 0)
            {
                _writing = Task.Run(WriteGathered);
            }
            else
            {
                _busy = false;
            }
        }

        return NumberAsync(done, place);
    }

    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            _closed = true;
            writing = _writing;
        }

        await writing;
        _data.Dispose();
        _index.Dispose();
        await _lock.DisposeAsync();
    }

    private static async ValueTask<long> NumberAsync(Task<long> first, int place) => await first + place;

    private void WriteGathered()
    {
        while (true)
        {
            Batch batch;
            lock (_gate)
            {
                if (_open.Offsets.Count == 0)
                {
                    _busy = false;
                    return;
                }

                batch = _open;
                _open = _spare ?? new Batch();
                _spare = null;
            }

            Write(batch);
        }
    }

    private void Write(Batch batch)
    {
        var done = batch.Done;
        var first = _count + 1;
        try
        {
            RandomAccess.Write(_data, batch.Bytes.WrittenSpan, _dataLength);
            if (_durable)
            {
                RandomAccess.FlushToDisk(_data);
            }

            // The index comes after the data, so that no reader is ever led to bytes that are not there.
            var entries = new byte[batch.Offsets.Count * MessageStore.IndexEntry];
            for (var i = 0; i < batch.Offsets.Count; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(entries.AsSpan(i * MessageStore.IndexEntry), _dataLength + batch.Offsets[i]);
            }

            RandomAccess.Write(_index, entries, _count * MessageStore.IndexEntry);
            _dataLength += batch.Bytes.WrittenCount;
            Interlocked.Add(ref _count, batch.Offsets.Count);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The senders are told "not stored", so the next opening must not find it; shrinking works on a full disk, too.
            RandomAccess.SetLength(_data, _dataLength);
            RandomAccess.SetLength(_index, _count * MessageStore.IndexEntry);
            done.SetException(fault);
            return;
        }
        finally
        {
            batch.Clear();
            lock (_gate)
            {
                _spare ??= batch;
            }
        }

        done.SetResult(first);
    }

    // The last entry that leads to a whole record is the truth; records behind it were written by a killed writer before the index was.
    private void Recover()
    {
        var length = RandomAccess.GetLength(_data);
        _count = RandomAccess.GetLength(_index) / MessageStore.IndexEntry;
        var end = 0L;
        Span<byte> at = stackalloc byte[MessageStore.IndexEntry];
        for (; _count > 0; _count--)
        {
            // After a power cut the index may end in zeros, which would lead to the first record.
            var offset = OffsetOf(_count);
            if ((_count == 1 ? offset == 0 : offset > OffsetOf(_count - 1)) && EndOfRecord(offset, length) is { } found)
            {
                end = found;
                break;
            }
        }

        RandomAccess.SetLength(_index, _count * MessageStore.IndexEntry);
        while (EndOfRecord(end, length) is { } next)
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, end);
            RandomAccess.Write(_index, at, _count * MessageStore.IndexEntry);
            _count++;
            end = next;
        }

        RandomAccess.SetLength(_data, end);
        _dataLength = end;
    }

    private long OffsetOf(long number)
    {
        Span<byte> at = stackalloc byte[MessageStore.IndexEntry];
        return RandomAccess.Read(_index, at, (number - 1) * MessageStore.IndexEntry) == at.Length ? BinaryPrimitives.ReadInt64LittleEndian(at) : -1;
    }

    /// <summary>Where the whole, undamaged record at this offset ends; null when there is none.</summary>
    private long? EndOfRecord(long offset, long length)
    {
        var head = new byte[StoreRecord.HeadLength];
        if (offset < 0 || offset >= length || RandomAccess.Read(_data, head, offset) < head.Length
            || !StoreRecord.TryReadHead(head, length - offset, out var entryLength, out var messageLength, out var checksum))
        {
            return null;
        }

        var rest = new byte[entryLength + messageLength];
        return RandomAccess.Read(_data, rest, offset + StoreRecord.HeadLength) == rest.Length
            && Crc32C.Of(Crc32C.Of(0, rest.AsSpan(0, entryLength)), rest.AsSpan(entryLength)) == checksum
            ? offset + StoreRecord.HeadLength + rest.Length
            : null;
    }

    private sealed class Batch
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new(64 * 1024);

        public List<long> Offsets { get; } = [];

        /// <summary>The number of its first message.</summary>
        public TaskCompletionSource<long> Done { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Clear()
        {
            Bytes.ResetWrittenCount();
            Offsets.Clear();
            Done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
