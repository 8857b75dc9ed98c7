using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace CampaignEngine.Operating;

/// <summary>Keeps the present values of some meters, from its making on, and writes them as Prometheus reads them.</summary>
public sealed class MetricsCollector : IDisposable
{
    /// <summary>Media type of <see cref="Text"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The engine's own figures, and the runtime's: memory, collections, threads, processor time.</summary>
    public static readonly IReadOnlyList<string> Meters = [EngineMeter.Name, "System.Runtime"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public MetricsCollector(IReadOnlyCollection<string>? meters = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if ((meters ?? Meters).Contains(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(MetricFamily.NameOf(instrument), _ => new MetricFamily(instrument)));
            }
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All families that have a value, by name.</summary>
    public string Text()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            family.WriteTo(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();
}
