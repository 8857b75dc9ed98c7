namespace CampaignEngine.Dispatching;

/// <summary>Something to do every so often; due at once at first.</summary>
internal sealed class Alarm(TimeSpan interval, TimeProvider time)
{
    private long? _next;

    /// <summary>Whether it is time; if so, the next time is an interval away.</summary>
    public bool IsDue()
    {
        if (_next is { } next && time.GetTimestamp() < next)
        {
            return false;
        }

        Postpone(interval);
        return true;
    }

    public void MakeDue() => _next = null;

    public void Postpone(TimeSpan by) => _next = time.GetTimestamp() + (long)(by.TotalSeconds * time.TimestampFrequency);
}
