namespace CampaignEngine.EndToEnd.Kills;

/// <summary>Waiting that an end of the time cuts short without an exception.</summary>
internal static class Pause
{
    public static Task ForAsync(TimeSpan time, CancellationToken over) =>
        Task.Delay(time, over).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
