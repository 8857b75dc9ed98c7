using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace CampaignEngine.Operating;

/// <summary>All series of one name, as Prometheus has it. Safe for many threads.</summary>
public sealed class MetricFamily
{
    // A label with endless values would fill the memory; what comes after these many is counted together.
    private const int MostSeries = 1000;
    private const string Overflow = "overflow=\"true\"";
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly bool _adds;
    private readonly double[] _bounds = [];

    internal MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        Type = kind == typeof(Histogram<>) ? "histogram" : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? "counter" : "gauge";
        _adds = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        Name = NameOf(instrument);
        Help = instrument.Description ?? "";
        if (Type == "histogram")
        {
            _bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } ? [.. bounds] : DefaultBounds;
        }
    }

    /// <summary>counter, gauge or histogram.</summary>
    public string Type { get; }

    public string Name { get; }

    public string Help { get; }

    /// <summary>The instrument's name in Prometheus' letters, with its unit and, for counters, _total at the end.</summary>
    internal static string NameOf(Instrument instrument)
    {
        var name = Letters(instrument.Name) + (instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" });
        var kind = instrument.GetType().GetGenericTypeDefinition();
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? name + "_total" : name;
    }

    internal void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var series) && (_series.Count < MostSeries || !_series.TryGetValue(labels = Overflow, out series)))
            {
                _series[labels] = series = new Series(_bounds.Length + 1);
            }

            series.Sum = _adds || Type == "histogram" ? series.Sum + value : value;
            if (Type == "histogram")
            {
                var place = Array.BinarySearch(_bounds, value);
                series.Counts[place < 0 ? ~place : place]++;
            }
        }
    }

    /// <summary>Writes the family in the text format of Prometheus, version 0.0.4.</summary>
    internal void WriteTo(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Append("# HELP ").Append(Name).Append(' ').Append(Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(Type).Append('\n');
            foreach (var (labels, series) in _series)
            {
                if (Type == "histogram")
                {
                    WriteHistogram(text, labels, series);
                }
                else
                {
                    Line(text, Name, labels, series.Sum);
                }
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var before = labels.Length == 0 ? "" : labels + ",";
        var count = 0L;
        for (var i = 0; i <= _bounds.Length; i++)
        {
            count += series.Counts[i];
            var bound = i < _bounds.Length ? Number(_bounds[i]) : "+Inf";
            Line(text, Name + "_bucket", $"{before}le=\"{bound}\"", count);
        }

        Line(text, Name + "_sum", labels, series.Sum);
        Line(text, Name + "_count", labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var written = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            text.Append(text.Length == 0 ? "" : ",").Append(Letters(name)).Append("=\"")
                .Append(written.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }

        return text.ToString();
    }

    private static string Letters(string name)
    {
        var letters = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return letters.Length > 0 && !char.IsAsciiDigit(letters[0]) ? letters : "_" + letters;
    }

    private sealed class Series(int buckets)
    {
        public double Sum { get; set; }

        public long[] Counts { get; } = new long[buckets];
    }
}
