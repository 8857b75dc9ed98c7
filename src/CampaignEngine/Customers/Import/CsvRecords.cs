using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace CampaignEngine.Customers.Import;

/// <summary>The records of a source, cell by cell, with the names of its columns.</summary>
internal sealed class CsvRecords : IDisposable
{
    private readonly RecordReader _records;
    private readonly CsvParser _parser;
    private readonly ImportLimits _limits;
    private readonly Action<long, string, string> _rejected;
    private readonly HashSet<string> _missing;

    public CsvRecords(TextReader text, SourceFormat format, ImportLimits limits, Action<long, string, string> rejected)
    {
        _limits = limits;
        _rejected = rejected;
        _missing = new HashSet<string>(format.Missing, StringComparer.Ordinal);
        _records = new RecordReader(text, format, limits, Rejected);
        _parser = new CsvParser(_records, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = format.Separator,
            Quote = format.Quote ?? '"',
            Escape = format.Quote ?? '"',
            Mode = format.Quote is null ? CsvMode.NoEscape : CsvMode.RFC4180,
            TrimOptions = format.Trim ? TrimOptions.Trim : TrimOptions.None,
            WhiteSpaceChars = [' ', '\u00A0'],
            BadDataFound = null,
            IgnoreBlankLines = false,
            BufferSize = 1 << 16,
            CacheFields = true,
        });
        if (format.Columns.Count > 0)
        {
            Columns = format.Columns;
        }
        else
        {
            _headerPending = true;
            Columns = ReadHeader();
            _headerPending = false;
        }

        Cells = new string[Columns.Count];
    }

    private bool _headerPending;

    /// <summary>Names of the columns, trimmed, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Cells of the current record; missing ones are empty.</summary>
    public string[] Cells { get; }

    /// <summary>Line on which the current record begins.</summary>
    public long Line => _records.Line;

    public string Raw => _records.Raw;

    /// <summary>Number of the current record, counted from 1 over all records of the file, rejected ones included.</summary>
    public long Record { get; private set; }

    /// <summary>Moves to the next well-formed record.</summary>
    public bool Read()
    {
        while (_parser.Read())
        {
            Record++;
            var count = _parser.Count;
            if (count != Columns.Count)
            {
                _rejected(Line, $"{count} columns where the header has {Columns.Count}", Raw);
                continue;
            }

            var tooLong = -1;
            for (var i = 0; i < count; i++)
            {
                var cell = _parser[i];
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
            return [];
        }

        if (_parser.Count > _limits.Columns)
        {
            throw new ImportFailedException($"the header has {_parser.Count} columns; at most {_limits.Columns} are read") { InvalidInput = true };
        }

        var names = new string[_parser.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = _parser[i].Trim();
        }

        var twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Key.Length > 0 && g.Count() > 1);
        return twice is null
            ? names
            : throw new ImportFailedException($"the header names column '{twice.Key}' {twice.Count()} times; rename them") { InvalidInput = true };
    }

    private void Rejected(long line, string reason, string raw)
    {
        if (_headerPending)
        {
            throw new ImportFailedException($"the header line cannot be read: {reason}") { InvalidInput = true };
        }

        Record++;
        _rejected(line, reason, raw);
    }

    public void Dispose()
    {
        _parser.Dispose();
        _records.Dispose();
    }
}
