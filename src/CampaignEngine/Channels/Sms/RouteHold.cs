namespace CampaignEngine.Channels.Sms;

/// <summary>A route that was asked to wait (Retry-After, 429), or that is at fault itself: nobody submits to it before the time is over.</summary>
internal sealed class RouteHold(TimeProvider time)
{
    /// <summary>A throttling gateway that does not say for how long.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);

    /// <summary>A route at fault needs a person; meanwhile one message now and then finds out.</summary>
    public static readonly TimeSpan Fault = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private long _until;

    /// <summary>Zero: nothing holds it.</summary>
    public TimeSpan Left
    {
        get
        {
            var ticks = Volatile.Read(ref _until) - time.GetUtcNow().UtcTicks;
            return ticks > 0 ? new TimeSpan(ticks) : TimeSpan.Zero;
        }
    }

    /// <summary>Lanes that ask at once share the longest wait.</summary>
    public void For(TimeSpan wait)
    {
        var until = time.GetUtcNow().UtcTicks + (wait < Longest ? wait : Longest).Ticks;
        while (Volatile.Read(ref _until) is var known && known < until && Interlocked.CompareExchange(ref _until, until, known) != known)
        {
        }
    }
}
