using System.Text;
using CsvHelper;

namespace CampaignEngine.Customers.Import;

/// <summary>The records of a source, cell by cell, with the names of its columns.</summary>
internal sealed class CsvRecords : IDisposable
{
    private readonly RecordReader _records;
    private readonly CsvReader _parser;
    private readonly ImportLimits _limits;
    private readonly Action<long, string, string> _rejected;
    private readonly HashSet<string> _missing;
    private readonly bool _named;
    private bool _inHeader = true;

    public CsvRecords(TextReader text, SourceFormat format, ImportLimits limits, Action<long, string, string> rejected)
    {
        _limits = limits;
        _rejected = rejected;
        _missing = new HashSet<string>(format.Missing, StringComparer.Ordinal);
        _records = new RecordReader(text, format, limits, Rejected);
        _parser = CsvReader.Create(_records, new CsvReaderOptions
        {
            Separator = format.Separator,
            Mode = format.Quote is null ? CsvMode.NoEscape : CsvMode.Rfc4180,
            Quote = format.Quote ?? '"',
            HasHeader = false,
            TrimWhitespace = format.Trim,
            DetectSeparatorHint = false,
            SkipEmptyLines = false,
            BufferSize = 1 << 16,
        });
        _named = format.Columns.Count == 0;
        Columns = _named ? ReadHeader() : format.Columns;
        _inHeader = false;
        Cells = new string[Columns.Count];
    }

    /// <summary>Names of the columns, trimmed, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Cells of the current record; missing ones are empty.</summary>
    public string[] Cells { get; }

    /// <summary>Line on which the current record begins.</summary>
    public long Line { get; private set; }

    /// <summary>Number of the current record, counted from 1 over all records of the file, rejected ones included.</summary>
    public long Record { get; private set; }

    /// <summary>Records found in the file, rejected ones included, once <see cref="Read"/> has returned false.</summary>
    public long Found => _records.Found - (_named ? Math.Min(1, _records.Found) : 0);

    /// <summary>The current record as written, cut at 2,000 bytes.</summary>
    public string Raw => Encoding.UTF8.GetString(_parser.RawRecord[..Math.Min(2000, _parser.RawRecord.Length)]);

    /// <summary>Moves to the next well-formed record.</summary>
    public bool Read()
    {
        while (_parser.Read())
        {
            (Line, Record) = _records.Places.Dequeue();
            Record -= _named ? 1 : 0;
            var count = _parser.FieldCount;
            if (count != Columns.Count)
            {
                _rejected(Line, $"{count} columns where {(_named ? "the header has" : "the map names")} {Columns.Count}", Raw);
                continue;
            }

            var tooLong = -1;
            for (var i = 0; i < count; i++)
            {
                var cell = _parser.GetString(i);
                tooLong = cell.Length > _limits.FieldLength ? i : tooLong;
                Cells[i] = _missing.Count > 0 && _missing.Contains(cell) ? "" : cell;
            }

            if (tooLong < 0)
            {
                return true;
            }

            _rejected(Line, $"column '{Columns[tooLong]}' is longer than {_limits.FieldLength} characters", Raw);
        }

        return false;
    }

    private string[] ReadHeader()
    {
        if (!_parser.Read())
        {
            throw new ImportFailedException("the file is empty; its first line should name the columns") { InvalidInput = true };
        }

        _records.Places.Dequeue();
        if (_parser.FieldCount > _limits.Columns)
        {
            throw new ImportFailedException($"the header has {_parser.FieldCount} columns; at most {_limits.Columns} are read") { InvalidInput = true };
        }

        var names = new string[_parser.FieldCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = _parser.GetString(i).Trim();
        }

        var twice = names.Where(n => n.Length > 0).GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? names
            : throw new ImportFailedException($"the header names column '{twice.Key}' {twice.Count()} times; rename them") { InvalidInput = true };
    }

    private void Rejected(long line, string reason, string raw)
    {
        if (_inHeader && _named && _records.Found == 1)
        {
            throw new ImportFailedException($"the header line cannot be read: {reason}") { InvalidInput = true };
        }

        _rejected(line, reason, raw);
    }

    public void Dispose()
    {
        _parser.Dispose();
        _records.Dispose();
    }
}
