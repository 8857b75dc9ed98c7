using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Rehearsing.Returns;

/// <summary>Looks up what an inbox sent back, in any process, also while a <see cref="SentBackLog"/> writes.</summary>
public sealed class SentBackReader : IDisposable
{
    private const int LongestLine = 16 * 1024;
    private const int MostOfOne = 100;

    private readonly SafeFileHandle _lines;
    private readonly SafeFileHandle _index;

    private SentBackReader(SafeFileHandle lines, SafeFileHandle index) => (_lines, _index) = (lines, index);

    /// <summary>Null where nothing was ever sent back.</summary>
    public static SentBackReader? Open(string directory)
    {
        var index = Path.Combine(directory, SentBackLog.IndexFile);
        return File.Exists(index) ? new SentBackReader(OpenFile(Path.Combine(directory, SentBackLog.LinesFile)), OpenFile(index)) : null;
    }

    /// <summary>About one message, oldest first; the newest hundred.</summary>
    /// <param name="number">Of the message in the store.</param>
    public IReadOnlyList<SentBack> Find(long number)
    {
        var found = new List<SentBack>();
        Span<byte> entry = stackalloc byte[SentBackLog.IndexEntry];
        var at = number > 0 && RandomAccess.Read(_index, entry, (number - 1) * SentBackLog.IndexEntry) == entry.Length ? BinaryPrimitives.ReadInt64LittleEndian(entry) : 0;
        while (at > 0 && found.Count < MostOfOne && ReadLine(at - 1) is { } line && line.Number == number)
        {
            found.Add(line.Sent);

            // A damaged file must not lead in a circle.
            at = line.Before < at ? line.Before : 0;
        }

        found.Reverse();
        return found;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _index.Dispose();
    }

    private SentBackLine? ReadLine(long offset)
    {
        Span<byte> bytes = stackalloc byte[LongestLine];
        bytes = bytes[..RandomAccess.Read(_lines, bytes, offset)];
        var end = bytes.IndexOf((byte)'\n');
        try
        {
            return end < 0 ? null : JsonSerializer.Deserialize<SentBackLine>(bytes[..end]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SafeFileHandle OpenFile(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
