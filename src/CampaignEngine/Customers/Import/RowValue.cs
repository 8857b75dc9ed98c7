using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Templating;

namespace CampaignEngine.Customers.Import;

/// <summary>A value over the current record. Plain columns and constants are read without evaluating anything.</summary>
internal abstract partial class RowValue
{
    public abstract object? Read(SourceRow row);

    public static RowValue Of(ValueMap map, SourceRow row, string file)
    {
        if (map.Parts is [var single])
        {
            return OfPart(single.Text, row, $"{file}({single.Place.Line},{single.Place.Column})");
        }

        return new JoinedValue(map.Parts.Select(p => OfPart(p.Text, row, $"{file}({p.Place.Line},{p.Place.Column})")).ToArray());
    }

    /// <summary>Columns that an expression names, as far as its text shows.</summary>
    public static IEnumerable<string> ColumnsOf(string expression) =>
        NamedColumn().Matches(expression).Select(m => m.Groups["name"].Success ? m.Groups["name"].Value : m.Groups["quoted"].Value);

    /// <summary>Whether an expression is one column and nothing else.</summary>
    public static bool IsColumn(string expression) => PlainColumn().IsMatch(expression.Trim());

    private static RowValue OfPart(string text, SourceRow row, string place)
    {
        text = text.Trim();
        if (PlainColumn().Match(text) is { Success: true } column)
        {
            return new ColumnValue(row.IndexOf(column.Groups["name"].Success ? column.Groups["name"].Value : column.Groups["quoted"].Value));
        }

        return PlainText().Match(text) is { Success: true } constant
            ? new ConstantValue(constant.Groups["text"].Value)
            : new ComputedValue(text, place);
    }

    [GeneratedRegex("""^row(?:\.(?<name>[A-Za-z_]\w*)|\[(?:"(?<quoted>[^"\\]*)"|'(?<quoted>[^'\\]*)')\])$""")]
    private static partial Regex PlainColumn();

    [GeneratedRegex("""\brow(?:\.(?<name>[A-Za-z_]\w*)|\[\s*(?:"(?<quoted>[^"\\]*)"|'(?<quoted>[^'\\]*)')\s*\])""")]
    private static partial Regex NamedColumn();

    [GeneratedRegex("""^(?:'(?<text>[^'\\{]*)'|"(?<text>[^"\\{]*)")$""")]
    private static partial Regex PlainText();

    private sealed class ColumnValue(int index) : RowValue
    {
        public override object? Read(SourceRow row)
        {
            row.Reads?.Add(index);
            return index < 0 ? "" : row.Cells[index];
        }
    }

    private sealed class ConstantValue(string text) : RowValue
    {
        public override object? Read(SourceRow row) => text;
    }

    /// <summary>Texts joined with '|'; a '|' or '\' inside a part is written with '\' before it, so that no two keys fall together.</summary>
    private sealed class JoinedValue(RowValue[] parts) : RowValue
    {
        private readonly StringBuilder _joined = new();

        public override object? Read(SourceRow row)
        {
            _joined.Clear();
            var some = false;
            for (var i = 0; i < parts.Length; i++)
            {
                if (i > 0)
                {
                    _joined.Append('|');
                }

                var part = Conversion.Text(parts[i].Read(row));
                some |= part.Length > 0;
                if (part.AsSpan().ContainsAny('|', '\\'))
                {
                    part = part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
                }

                _joined.Append(part);
            }

            return some ? _joined.ToString() : null;
        }
    }

    /// <summary>
    /// An expression. What it gives depends on the columns it reads and nothing else, so results are remembered by the text of the
    /// column while it reads only one: an invoice number is judged once for all its lines.
    /// </summary>
    private sealed class ComputedValue : RowValue
    {
        private const int Remembered = 50_000;
        private readonly CompiledExpression _expression;
        private readonly string _place;
        private readonly HashSet<int> _reads = [];
        private readonly Dictionary<string, object?> _known = new(StringComparer.Ordinal);
        private int _column = -1;
        private int _counted;
        private long _move = -1;
        private object? _last;

        public ComputedValue(string text, string place)
        {
            _expression = Expression.Parse(text).Compile(new TemplateEnvironment { Seed = 0, Clock = FrozenClock.Instance });
            _place = place;
        }

        public override object? Read(SourceRow row)
        {
            if (_move == row.Moves || (_move >= 0 && _reads.Count == 0))
            {
                return Told(row, _last);
            }

            if (_column >= 0 && _known.TryGetValue(row.Cells[_column], out var known))
            {
                return Told(row, known);
            }

            var asked = row.Reads;
            object? value;
            row.Reads = _reads;
            try
            {
                value = _expression.Evaluate(row);
            }
            catch (TemplateException fault)
            {
                throw new RowFaultException($"{_place}: {fault.Error.Text}");
            }
            finally
            {
                row.Reads = asked;
            }

            if (_reads.Count != _counted)
            {
                _counted = _reads.Count;
                _known.Clear();
                _column = _counted == 1 && !_reads.Contains(-1) ? _reads.First() : -1;
            }

            if (_column >= 0)
            {
                if (_known.Count >= Remembered)
                {
                    _known.Clear();
                }

                _known[row.Cells[_column]] = value;
            }

            (_move, _last) = (row.Moves, value);
            return Told(row, value);
        }

        // An expression over this value depends on the same columns.
        private object? Told(SourceRow row, object? value)
        {
            row.Reads?.UnionWith(_reads);
            return value;
        }
    }

    // Importing the same file tomorrow must give the same rows.
    private sealed class FrozenClock : TimeProvider
    {
        public static readonly FrozenClock Instance = new();

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
