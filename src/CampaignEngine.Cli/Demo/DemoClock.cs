namespace CampaignEngine.Cli.Demo;

/// <summary>A clock that stands where the demonstration puts it: answers arrive hours and days after the drop without waiting for them.</summary>
internal sealed class DemoClock : TimeProvider
{
    private long _ticks = System.GetUtcNow().UtcTicks;

    public void Set(DateTimeOffset time) => Interlocked.Exchange(ref _ticks, time.UtcTicks);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
}
