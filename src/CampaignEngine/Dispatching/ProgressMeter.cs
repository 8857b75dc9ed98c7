namespace CampaignEngine.Dispatching;

/// <summary>Accepted messages a second over the last seconds, for people to look at.</summary>
internal sealed class ProgressMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private readonly Queue<(long At, long Accepted)> _samples = new();
    private readonly Alarm _alarm = new(TimeSpan.FromMilliseconds(100), time);

    public void Report(IProgress<DispatchProgress>? progress, DispatchCounts counts)
    {
        if (progress is not null && _alarm.IsDue())
        {
            progress.Report(Read(counts));
        }
    }

    public DispatchProgress Read(DispatchCounts counts)
    {
        var now = time.GetTimestamp();
        _samples.Enqueue((now, counts.Accepted));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window)
        {
            _samples.Dequeue();
        }

        var (at, accepted) = _samples.Peek();
        var seconds = time.GetElapsedTime(at, now).TotalSeconds;
        return new DispatchProgress(counts, seconds > 0 ? (counts.Accepted - accepted) / seconds : 0);
    }
}
