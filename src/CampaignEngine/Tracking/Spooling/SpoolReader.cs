using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Tracking.Spooling;

/// <summary>
/// Reads one segment from its beginning. Bytes that are no record are passed over up to the next one and counted: the torn end that a killed process left,
/// which nobody was told is stored, or damage by the disk, which costs the records it lies in and no others.
/// </summary>
internal sealed class SpoolReader : IDisposable
{
    private const int BufferSize = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _from;
    private int _to;

    public SpoolReader(string path)
    {
        Path = path;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    public string Path { get; }

    /// <summary>Up to where everything has been read.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes passed over so far.</summary>
    public long Damaged { get; private set; }

    public long Length => RandomAccess.GetLength(_file);

    /// <summary>Adds up to <paramref name="most"/> events that lie before <paramref name="end"/>. None were added: everything up to there has been read.</summary>
    public void Read(List<TrackedEvent> events, int most, long end)
    {
        while (events.Count < most && Offset < end)
        {
            var bytes = _buffer.AsSpan(_from, (int)Math.Min(_to - _from, end - Offset));
            if (SpoolRecord.TryRead(bytes, out var tracked, out var length))
            {
                events.Add(tracked);
            }
            else if (length > bytes.Length && Offset + length <= end && Fill(end))
            {
                continue;
            }
            else
            {
                length = SpoolRecord.FindNext(bytes);
                // Three bytes of the next magic may stand at the end of what is in memory.
                length = length == bytes.Length && Offset + length < end ? Math.Max(1, length - 3) : Math.Max(1, length);
                Damaged += length;
            }

            _from = Math.Min(_from + length, _to);
            Offset += length;
        }
    }

    public void Dispose() => _file.Dispose();

    // Brings the bytes from the offset on to the front of the buffer, and more behind them; false when there are no more.
    private bool Fill(long end)
    {
        var kept = _to - _from;
        _buffer.AsSpan(_from, kept).CopyTo(_buffer);
        var room = (int)Math.Min(BufferSize - kept, end - Offset - kept);
        var read = room <= 0 ? 0 : RandomAccess.Read(_file, _buffer.AsSpan(kept, room), Offset + kept);
        (_from, _to) = (0, kept + read);
        return read > 0;
    }
}
