using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Mail.Receiving;

/// <summary>
/// Reads a folder of received messages: messages.dat holds them one after the other, messages.idx the offset of each. Any number of
/// readers, in any process, may look while one <see cref="MessageStoreWriter"/> appends; they see whole messages only.
/// </summary>
public sealed class MessageStore : IDisposable
{
    internal const string DataFile = "messages.dat";
    internal const string IndexFile = "messages.idx";
    internal const int IndexEntry = 8;

    // Head and entry of nearly every record fit, so that listing costs one read a message.
    private const int UsualEntry = 1024;

    private readonly SafeFileHandle _data;
    private readonly SafeFileHandle _index;

    private MessageStore(SafeFileHandle data, SafeFileHandle index)
    {
        _data = data;
        _index = index;
    }

    /// <summary>Messages at this moment.</summary>
    public long Count => RandomAccess.GetLength(_index) / IndexEntry;

    /// <summary>Null when there is no store in the folder yet.</summary>
    public static MessageStore? Open(string directory)
    {
        var index = Path.Combine(directory, IndexFile);
        if (!File.Exists(index))
        {
            return null;
        }

        return new MessageStore(
            File.OpenHandle(Path.Combine(directory, DataFile), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            File.OpenHandle(index, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
    }

    /// <summary>The entry with this number; null when there is none or it is damaged.</summary>
    public StoredMessage? Find(long number)
    {
        if (number < 1 || number > Count)
        {
            return null;
        }

        Span<byte> at = stackalloc byte[IndexEntry];
        if (RandomAccess.Read(_index, at, (number - 1) * IndexEntry) < IndexEntry)
        {
            return null;
        }

        return ReadEntry(_data, number, BinaryPrimitives.ReadInt64LittleEndian(at));
    }

    /// <summary>From the newest, or the one before <paramref name="before"/>, to the oldest. Damaged entries are left out.</summary>
    public IEnumerable<StoredMessage> NewestFirst(long? before = null)
    {
        for (var number = Math.Min(Count, (before ?? long.MaxValue) - 1); number > 0; number--)
        {
            if (Find(number) is { } message)
            {
                yield return message;
            }
        }
    }

    /// <summary>From <paramref name="first"/> on, up to the newest at the time of asking. Damaged entries are left out.</summary>
    public IEnumerable<StoredMessage> OldestFirst(long first = 1)
    {
        var last = Count;
        for (var number = Math.Max(1, first); number <= last; number++)
        {
            if (Find(number) is { } message)
            {
                yield return message;
            }
        }
    }

    /// <summary>Messages to one address, letter case aside, newest first. Looks at every entry.</summary>
    public IEnumerable<StoredMessage> ToRecipient(string address) =>
        NewestFirst().Where(m => m.Recipients.Any(r => r.Equals(address, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The message's bytes.</summary>
    public byte[] ReadContent(StoredMessage message)
    {
        var content = new byte[message.Size];
        var read = RandomAccess.Read(_data, content, message.DataOffset);
        return read == content.Length ? content : content[..read];
    }

    public void Dispose()
    {
        _data.Dispose();
        _index.Dispose();
    }

    internal static StoredMessage? ReadEntry(SafeFileHandle data, long number, long offset)
    {
        var buffer = new byte[StoreRecord.HeadLength + UsualEntry];
        var read = offset < 0 ? 0 : RandomAccess.Read(data, buffer, offset);
        if (!StoreRecord.TryReadHead(buffer.AsSpan(0, read), RandomAccess.GetLength(data) - offset, out var entryLength, out var messageLength, out _))
        {
            return null;
        }

        if (entryLength > UsualEntry)
        {
            buffer = new byte[StoreRecord.HeadLength + entryLength];
            RandomAccess.Read(data, buffer, offset);
        }

        return StoreRecord.ReadEntry(buffer.AsSpan(StoreRecord.HeadLength, entryLength), number, offset, messageLength);
    }
}
