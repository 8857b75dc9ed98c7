using System.Globalization;
using System.Text;

namespace CampaignEngine.Customers.Import;

/// <summary>
/// Records that were not imported: line, reason and the record as written (cut at 2,000 characters), as CSV that a spreadsheet opens
/// without running anything. The file is made with the first reject.
/// </summary>
internal sealed class RejectFile : IDisposable
{
    private readonly string _preferred;
    private readonly string? _fallback;
    private StreamWriter? _writer;
    private bool _broken;

    /// <param name="preferred">Where the file goes.</param>
    /// <param name="fallback">Where it goes when that place cannot be written; null: nowhere.</param>
    public RejectFile(string preferred, string? fallback) => (_preferred, _fallback) = (preferred, fallback);

    public long Count { get; private set; }

    /// <summary>Where the rejects are; null when there are none.</summary>
    public string? Path { get; private set; }

    /// <exception cref="ImportFailedException">It cannot be written, for instance because the disk is full.</exception>
    public void Add(long line, string reason, string raw)
    {
        _writer ??= Open();
        Write(() =>
        {
            _writer.Write(line.ToString(CultureInfo.InvariantCulture));
            _writer.Write(',');
            _writer.Write(Cell(reason));
            _writer.Write(',');
            _writer.WriteLine(Cell(raw));
        });
        Count++;
    }

    /// <exception cref="ImportFailedException">It cannot be written, for instance because the disk is full.</exception>
    public void Flush()
    {
        if (_writer is not null)
        {
            Write(_writer.Flush);
        }
    }

    public void Dispose()
    {
        // What could not be written would be tried again by the writer, and its fault would hide the first.
        if (!_broken)
        {
            _writer?.Dispose();
        }
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (IOException fault)
        {
            _broken = true;
            _writer!.BaseStream.Dispose();
            throw new ImportFailedException($"rejects cannot be written to {Path}: {fault.Message}; nothing was imported. Make room there, or name another place with --rejects", fault);
        }
    }

    private StreamWriter Open()
    {
        StreamWriter writer;
        try
        {
            writer = Create(_preferred);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && _fallback is not null)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_fallback)!);
            writer = Create(_fallback!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportFailedException($"rejects cannot be written to {_preferred}: {e.Message}; nothing was imported", e);
        }

        writer.WriteLine("line,reason,record");
        return writer;
    }

    private StreamWriter Create(string path)
    {
        StreamWriter writer = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0), new UTF8Encoding(false)) { NewLine = "\n" };
        Path = path;
        return writer;
    }

    // Spreadsheets take a cell for a formula by its first character, also behind blanks and in its full-width form.
    private static string Cell(string text)
    {
        var first = text.AsSpan().TrimStart(' ');
        var formula = (first.IsEmpty ? ' ' : first[0]) is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20';
        return $"\"{(formula ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal).Replace('\0', '\u2400').Replace(SourceFormat.Undecodable, '\uFFFD')}\"";
    }
}
