using System.Globalization;
using CampaignEngine.Templating;

namespace CampaignEngine.Customers.Import;

/// <summary>The current record as expressions see it: <c>row.Column</c>, <c>record</c> (its number) and the names of <c>let</c>.</summary>
internal sealed class SourceRow : IValueSource
{
    private readonly Columns _columns;
    private readonly Dictionary<string, RowValue> _let = new(StringComparer.Ordinal);

    public SourceRow(IReadOnlyList<string> columns, SourceFormat format)
    {
        _columns = new Columns(this, columns, format);
        Cells = [];
    }

    public string[] Cells { get; private set; }

    /// <summary>Number of the record, counted from 1.</summary>
    public long Record { get; private set; }

    /// <summary>Counts records moved to: a value computed for the same number is still right.</summary>
    public long Moves { get; private set; }

    /// <summary>Gathers the columns that expressions read; null while nobody asks. -1 stands for the record number.</summary>
    public HashSet<int>? Reads { get; set; }

    public int IndexOf(string column) => _columns.IndexOf(column);

    public void Add(string name, RowValue value) => _let.Add(name, value);

    public void Move(string[] cells, long record)
    {
        Cells = cells;
        Record = record;
        Moves++;
    }

    public bool TryGetValue(string name, out object? value)
    {
        switch (name)
        {
            case "row":
                value = _columns;
                return true;
            case "record":
                Reads?.Add(-1);
                value = Record;
                return true;
            default:
                if (_let.TryGetValue(name, out var let))
                {
                    value = let.Read(this);
                    return true;
                }

                value = null;
                return false;
        }
    }

    private sealed class Columns : IValueSource
    {
        private readonly SourceRow _row;
        private readonly SourceFormat _format;
        private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
        private readonly bool[] _numbers;

        public Columns(SourceRow row, IReadOnlyList<string> names, SourceFormat format)
        {
            (_row, _format) = (row, format);
            for (var i = 0; i < names.Count; i++)
            {
                _index.TryAdd(names[i], i);
            }

            _numbers = names.Select(n => format.Numbers.Contains(n, StringComparer.Ordinal)).ToArray();
        }

        public int IndexOf(string column) => _index.GetValueOrDefault(column, -1);

        public bool TryGetValue(string name, out object? value)
        {
            if (!_index.TryGetValue(name, out var index))
            {
                value = "";                            // the map was checked: it may name columns that some files lack
                return _format.SkipMissingColumns;
            }

            _row.Reads?.Add(index);
            value = _row.Cells[index];
            if (_numbers[index])
            {
                value = value is "" ? null : Conversion.TryNumber((string)value, _format, out var number)
                    ? number
                    : throw new RowFaultException(string.Create(CultureInfo.InvariantCulture, $"column '{name}': {Conversion.Quoted((string)value)} is not a number"));
            }

            return true;
        }
    }
}
