using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Rehearsing.Returns;

/// <summary>
/// Writes down beside the received messages what was sent back about them: sent-back.jsonl holds it in the order of sending, a line each with the offset of the line before it about
/// the same message; sent-back.idx holds for each message, by its number, one more than the offset of its newest line. So looking one up does not read the rest.
/// </summary>
public sealed class SentBackLog : IDisposable
{
    internal const string LinesFile = "sent-back.jsonl";
    internal const string IndexFile = "sent-back.idx";
    internal const int IndexEntry = 8;
    private const int LongestAnswer = 1000;

    private readonly SafeFileHandle _lines;
    private readonly SafeFileHandle _index;
    private readonly Action<string> _failed;
    private readonly Lock _gate = new();
    private long _end;

    private SentBackLog(SafeFileHandle lines, SafeFileHandle index, Action<string> failed)
    {
        (_lines, _index, _failed) = (lines, index, failed);
        _end = RandomAccess.GetLength(lines);
    }

    /// <param name="directory">Of the store, whose writer must be open: it keeps a second one out.</param>
    /// <param name="failed">Told when a line could not be written; what was sent back stays sent.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static SentBackLog Open(string directory, Action<string> failed)
    {
        var lines = OpenFile(directory, LinesFile);
        try
        {
            return new SentBackLog(lines, OpenFile(directory, IndexFile), failed);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>May be called from many threads.</summary>
    /// <param name="number">Of the message in the store.</param>
    public void Add(long number, SentBack sent)
    {
        var answer = sent.Answer.Length > LongestAnswer ? sent.Answer[..LongestAnswer] : sent.Answer;
        lock (_gate)
        {
            try
            {
                Span<byte> entry = stackalloc byte[IndexEntry];
                var at = (number - 1) * IndexEntry;
                var before = RandomAccess.Read(_index, entry, at) == IndexEntry ? BinaryPrimitives.ReadInt64LittleEndian(entry) : 0;
                byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new SentBackLine(number, before, sent with { Answer = answer })), (byte)'\n'];
                RandomAccess.Write(_lines, line, _end);

                // The index comes last, so that it never leads to half a line; what a kill left of one stays behind, unread.
                BinaryPrimitives.WriteInt64LittleEndian(entry, _end + 1);
                RandomAccess.Write(_index, entry, at);
                _end += line.Length;
            }
            catch (IOException fault)
            {
                _failed($"what was sent back about message {number} could not be written down: {fault.Message}");
            }
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _index.Dispose();
    }

    private static SafeFileHandle OpenFile(string directory, string name) => File.OpenHandle(Path.Combine(directory, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
}

/// <param name="Before">One more than the offset of the line before it about the same message; 0 for none.</param>
internal sealed record SentBackLine(long Number, long Before, SentBack Sent);
