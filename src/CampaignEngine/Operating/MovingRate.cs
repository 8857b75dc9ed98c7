namespace CampaignEngine.Operating;

/// <summary>How fast a mailing moves, from counts read now and then.</summary>
public sealed class MovingRate(TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, long Accepted, long Ended)> _samples = new();

    /// <summary>Adds a reading.</summary>
    /// <param name="accepted">Messages accepted so far.</param>
    /// <param name="ended">People who need nothing more, so far.</param>
    public void Add(DateTimeOffset at, long accepted, long ended)
    {
        _samples.Enqueue((at, accepted, ended));
        while (_samples.Count > 2 && at - _samples.Peek().At > window)
        {
            _samples.Dequeue();
        }
    }

    /// <summary>Accepted messages a second; null before there are two readings.</summary>
    public double? Accepted => Slope(static s => s.Accepted);

    /// <summary>When <paramref name="pending"/> people will have ended at the present speed; null when nothing moves.</summary>
    public TimeSpan? Left(long pending) => pending == 0 ? TimeSpan.Zero : Slope(static s => s.Ended) is > 0 and { } speed ? Whole(pending / speed) : null;

    private double? Slope(Func<(DateTimeOffset At, long Accepted, long Ended), long> count)
    {
        if (_samples.Count < 2)
        {
            return null;
        }

        var (first, last) = (_samples.Peek(), _samples.Last());
        var seconds = (last.At - first.At).TotalSeconds;
        return seconds > 0 ? (count(last) - count(first)) / seconds : null;
    }

    // Beyond a thousand days a forecast says nothing.
    private static TimeSpan? Whole(double seconds) => seconds < TimeSpan.FromDays(1000).TotalSeconds ? TimeSpan.FromSeconds(Math.Ceiling(seconds)) : null;
}
