using CampaignEngine.Cli.Commands.Mailings;
using CampaignEngine.Cli.Output;
using CampaignEngine.Deduplication;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking;
using CampaignEngine.Web;
using CampaignEngine.Web.Endpoints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CampaignEngine.Cli.Commands.Serve;

/// <summary>Everything that works beside the web pages in 'campaign serve', one line each. It starts and stops with the server.</summary>
internal static class HostedParts
{
    /// <param name="log">Takes the progress of sending every few seconds; null: nobody asked for it.</param>
    public static void Add(IServiceCollection services, WorkspaceSession session, TrackingSite site, JsonLog? log)
    {
        Repeat("links of mailings", TimeSpan.FromSeconds(5), site.Links.LearnAsync);
        Repeat("machine sweep", TimeSpan.FromSeconds(10), session.Services.MachineSweep.RunOnceAsync);
        Repeat("suppressions", TimeSpan.FromSeconds(2), cancellationToken => new SuppressionSync(session.Database.Source, session.Services.Contacts).RunOnceAsync(cancellationToken));
        var answers = session.Services.AnswerSweep;
        Repeat("answers", TimeSpan.FromSeconds(5), answers.RunOnceAsync);
        Repeat("alarms of cases", TimeSpan.FromSeconds(30), session.Services.CaseAlarms.RunOnceAsync);
        Repeat("closing figures", TimeSpan.FromMinutes(10), session.Services.Reports.Closings.RunOnceAsync);
        services.AddHostedService(_ => new Sender(session, log));

        void Repeat(string name, TimeSpan pause, Func<CancellationToken, Task> runOnce) =>
            services.AddHostedService(_ => new RepeatedWork(name, pause, runOnce, session.TimeProvider, Console.Error.WriteLine));
    }

    // The alarm clock of due times and the worker that sends; stopping drains, so that no doubts stay behind.
    private sealed class Sender(WorkspaceSession session, JsonLog? log) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var keeping = session.Database.KeepRunningAsync(stoppingToken);
            await using var alarm = await OccurrenceAlarm.StartAsync(session.Services.Occurrences(Console.Error.WriteLine), WorkerCommand.PlannerInterval, stoppingToken);
            await session.Services.Worker(null, log is null ? null : new LoggedProgress(log, session.TimeProvider), Console.Error.WriteLine).RunAsync(stoppingToken);
            await keeping;
        }
    }
}
