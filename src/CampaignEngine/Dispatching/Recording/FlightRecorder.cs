using System.IO.MemoryMappedFiles;

namespace CampaignEngine.Dispatching.Recording;

/// <summary>
/// What one worker has on the wire, in a file that is mapped into its memory: a store is in the kernel's hands at once and outlives the process
/// (SIGKILL), not the machine. Before a terminator is written its item is marked here; when the reply has been read the verdict is added. Of an
/// item that was granted and is not marked, the terminator was not written.
/// </summary>
/// <remarks>
/// The coordinator reserves and frees slots, a slot is written by the one lane that has its item. A slot is freed only after the commit that
/// records its item's end has returned. The file stays locked as long as any thread of the process can still run: the mapping holds the lock.
/// </remarks>
internal sealed class FlightRecorder : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Stack<int> _free;
    private readonly int _slots;
    private readonly string _owner;
    private Guid _installation;

    private FlightRecorder(string path, FileStream file, string owner, int slots)
    {
        (_path, _file, _owner, _slots) = (path, file, owner, slots);
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor();
        _free = new Stack<int>(Enumerable.Range(0, slots).Reverse());
    }

    /// <summary>No granted item is without its recorded end.</summary>
    public bool IsEmpty => _free.Count == _slots;

    /// <summary>Makes the file. Null when this file system or machine cannot keep one; <paramref name="problem"/> says why.</summary>
    /// <param name="slots">Most items that are granted and have no recorded end.</param>
    public static FlightRecorder? Create(string path, string owner, int slots, out string? problem)
    {
        try
        {
            // It gets its name when it is locked: before that a reader could take it for a lost worker's.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = new FileStream(path + ".new", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1);
            if (!FlightLock.TryTake(file.SafeFileHandle))
            {
                file.Dispose();
                File.Delete(path + ".new");
                problem = $"no flight recorder: the file system of {path} has no locks";
                return null;
            }

            // Every block is on the disk before the mapping is written to: a full disk must fail here, not as a fault in the middle of a message.
            RandomAccess.Write(file.SafeFileHandle, new byte[FlightFile.SizeOf(slots)], 0);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            File.Move(path + ".new", path);
            problem = null;
            return new FlightRecorder(path, file, owner, slots);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problem = $"no flight recorder, so a killed worker leaves more in doubt: {fault.Message}";
            return null;
        }
    }

    /// <summary>Says which database's grants are recorded. Without it the file is evidence of nothing.</summary>
    public void Bind(Guid installation)
    {
        if (_installation == installation)
        {
            return;
        }

        if (_installation != Guid.Empty)
        {
            // Some of the items were granted by one database and some by another.
            Distrust();
        }

        _installation = installation;
        Span<byte> header = stackalloc byte[FlightFile.HeaderSize];
        FlightFile.WriteHeader(header, _owner, installation, _slots);
        Put(0, header[..FlightFile.Distrusted]);
    }

    /// <summary>A slot for an item that was just granted; -1 when there is none, and then the file proves nothing any more.</summary>
    public int Reserve()
    {
        if (_free.TryPop(out var slot))
        {
            return slot;
        }

        Distrust();
        return -1;
    }

    /// <summary>The item's end is durable in the ledger.</summary>
    public void Free(int slot)
    {
        if (slot >= 0)
        {
            PutState(slot, FlightState.Unmarked);
            _free.Push(slot);
        }
    }

    /// <summary>The next thing written for this item is its terminator.</summary>
    public void Mark(int slot, int mailing, SendItem item)
    {
        if (slot >= 0)
        {
            Span<byte> record = stackalloc byte[FlightFile.SlotSize];
            var length = FlightFile.WriteKey(record, slot, mailing, item.Ordinal, item.Attempt);
            Put(FlightFile.PlaceOf(slot) + FlightFile.StateSize, record[FlightFile.StateSize..length]);
            PutState(slot, FlightState.Marked);
        }
    }

    /// <summary>How the attempt ended, as read from the other side or decided here.</summary>
    public void Conclude(int slot, int mailing, SendItem item, SendVerdict verdict, DateTimeOffset at)
    {
        if (slot >= 0)
        {
            Span<byte> record = stackalloc byte[FlightFile.SlotSize];
            var length = FlightFile.WriteVerdict(record, slot, mailing, item.Ordinal, item.Attempt, verdict, at);
            Put(FlightFile.PlaceOf(slot) + FlightFile.StateSize, record[FlightFile.StateSize..length]);
            PutState(slot, FlightState.Concluded);
        }
    }

    /// <summary>Closes and, when nothing is open, removes the file. With open items it stays as evidence.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
        if (IsEmpty)
        {
            File.Delete(_path);
        }

        _file.Dispose();
    }

    private void Distrust() => Put(FlightFile.Distrusted, [1, 0, 0, 0]);

    private void Put(int place, ReadOnlySpan<byte> bytes) => _view.SafeMemoryMappedViewHandle.WriteSpan((ulong)place, bytes);

    // What a state speaks of is written before it, and it before whatever the caller writes next.
    private void PutState(int slot, FlightState state)
    {
        Thread.MemoryBarrier();
        _view.Write(FlightFile.PlaceOf(slot), (int)state);
        Thread.MemoryBarrier();
    }
}
