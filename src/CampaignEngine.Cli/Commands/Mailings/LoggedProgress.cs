using CampaignEngine.Cli.Output;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

/// <summary>A worker's progress as log entries: the first, then at most one every five seconds, and only what changed something.</summary>
internal sealed class LoggedProgress(JsonLog log, TimeProvider time) : IProgress<DispatchProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private long? _last;
    private DispatchCounts _written = new();

    public void Report(DispatchProgress value)
    {
        lock (_gate)
        {
            if (value.Counts with { Ticks = _written.Ticks } == _written || (_last is { } last && time.GetElapsedTime(last) < Interval))
            {
                return;
            }

            (_last, _written) = (time.GetTimestamp(), value.Counts);
        }

        var c = value.Counts;
        log.Write("info", "worker", "sending", new Dictionary<string, object?>
        {
            ["accepted"] = c.Accepted,
            ["rejected"] = c.Rejected,
            ["deferred"] = c.Deferred,
            ["skipped"] = c.Skipped,
            ["in_doubt"] = c.InDoubt,
            ["rate"] = Math.Round(value.Rate, 1),
        });
    }
}
