using Quartz;

namespace CampaignEngine.Scheduling;

/// <summary>
/// Quartz as the alarm clock of <see cref="OccurrencePlanner"/>. Its store is in memory on purpose: due times live in engine.occurrence, so a lost
/// or doubled alarm costs at most the time to the next one.
/// </summary>
public sealed class OccurrenceAlarm : IAsyncDisposable
{
    private const string PlannerKey = "planner";
    private readonly IScheduler _scheduler;

    private OccurrenceAlarm(IScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Runs the planner now and then every <paramref name="interval"/>, never twice at once.</summary>
    public static async Task<OccurrenceAlarm> StartAsync(OccurrencePlanner planner, TimeSpan interval, CancellationToken cancellationToken)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(_ => { }).BuildScheduler(cancellationToken);
        var job = JobBuilder.Create<PlannerJob>().WithIdentity("occurrences").Build();
        job.JobDataMap[PlannerKey] = planner;
        var trigger = TriggerBuilder.Create().WithIdentity("occurrences").StartNow().WithSimpleSchedule(s => s.WithInterval(interval).RepeatForever()).Build();
        await scheduler.ScheduleJob(job, trigger, cancellationToken: cancellationToken);
        await scheduler.Start(cancellationToken);
        return new OccurrenceAlarm(scheduler);
    }

    public async ValueTask DisposeAsync() => await _scheduler.Shutdown(waitForJobsToComplete: true);

    [DisallowConcurrentExecution]
    private sealed class PlannerJob : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
            await ((OccurrencePlanner)context.MergedJobDataMap[PlannerKey]!).RunOnceAsync(cancellationToken);
    }
}
