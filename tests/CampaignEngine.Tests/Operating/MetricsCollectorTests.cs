using System.Diagnostics.Metrics;
using CampaignEngine.Operating;

namespace CampaignEngine.Tests.Operating;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new("tests");
    private readonly MetricsCollector _collector = new(["tests"]);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void EveryKindOfInstrumentIsWrittenExactly()
    {
        var counter = _meter.CreateCounter<long>("tea.cups", "{cup}", "Cups \\ sold\nso far.");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "green"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "green"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "a \"b\" \\ c\nd"));
        var level = _meter.CreateUpDownCounter<int>("tea.level");
        level.Add(5);
        level.Add(-7);
        var heat = _meter.CreateGauge<double>("tea.heat", "s");
        heat.Record(99);
        heat.Record(-0.5);
        _meter.CreateObservableCounter("tea.leaves", () => 41.5, "By");
        var time = _meter.CreateHistogram("tea.time", "s", "", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in (double[])[0.25, 0.5, 0.75, 7])
        {
            time.Record(value);
        }

        var text = _collector.Text();

        Assert.Equal(
            """
            # HELP tea_cups_total Cups \\ sold\nso far.
            # TYPE tea_cups_total counter
            tea_cups_total{kind="a \"b\" \\ c\nd"} 1
            tea_cups_total{kind="green"} 5
            # HELP tea_heat_seconds 
            # TYPE tea_heat_seconds gauge
            tea_heat_seconds -0.5
            # HELP tea_leaves_bytes_total 
            # TYPE tea_leaves_bytes_total counter
            tea_leaves_bytes_total 41.5
            # HELP tea_level 
            # TYPE tea_level gauge
            tea_level -2
            # HELP tea_time_seconds 
            # TYPE tea_time_seconds histogram
            tea_time_seconds_bucket{le="0.5"} 2
            tea_time_seconds_bucket{le="1"} 3
            tea_time_seconds_bucket{le="+Inf"} 4
            tea_time_seconds_sum 8.5
            tea_time_seconds_count 4

            """,
            text);
        Assert.Equal(10, PrometheusReading.Read(text).Count);
    }

    [Fact]
    public void ALabelWithEndlessValuesDoesNotFillTheMemory()
    {
        var counter = _meter.CreateCounter<long>("many");
        for (var i = 0; i < 3000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("who", i));
        }

        var samples = PrometheusReading.Read(_collector.Text());

        Assert.Equal(1001, samples.Count);
        Assert.Equal(2000, samples["many_total{overflow=\"true\"}"]);
    }

    [Fact]
    public void OtherMetersAreLeftAlone()
    {
        using var other = new Meter("others");
        other.CreateCounter<long>("not.mine").Add(1);

        Assert.Equal("", _collector.Text());
    }

    [Fact]
    public void TheRuntimesFiguresAreWellFormed()
    {
        using var runtime = new MetricsCollector();

        var samples = PrometheusReading.Read(runtime.Text());

        Assert.True(samples["dotnet_process_memory_working_set_bytes"] > 1e6);
    }
}
