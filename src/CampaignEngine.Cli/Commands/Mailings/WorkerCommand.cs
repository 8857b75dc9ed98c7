using System.CommandLine;
using System.Globalization;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Dispatching;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class WorkerCommand
{
    /// <summary>How often due times of recurring and relative drops are looked for.</summary>
    public static readonly TimeSpan PlannerInterval = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command(
            "worker",
            "Send what is due, until Ctrl-C, which finishes the messages under way and leaves no doubts. Any number of workers may run on one database. "
            + "Example: campaign worker --until-idle");
        var untilIdle = new Option<bool>("--until-idle") { Description = "End when nothing is due; deferred messages whose time has not come stay in the ledger." };
        var lanes = new Option<int?>("--lanes") { Description = "Connections at once [default: the route's connections].", HelpName = "N" };
        var admin = AdminOption.AddTo(command, "none");
        var log = LogOption.AddTo(command);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Options.Add(untilIdle);
        command.Options.Add(lanes);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var entries = log.Begin(parsed);
            await using var said = cancellationToken.Register(static () => Console.Error.WriteLine("stopping: the messages under way are finished first"));
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var options = parsed.GetValue(lanes) is { } number ? new DispatchOptions { Lanes = number } : null;
            var once = parsed.GetValue(untilIdle);
            var planner = session.Services.Occurrences(Console.Error.WriteLine);
            await using var operators = await admin.StartAsync(parsed, session, configured: null, cancellationToken);
            if (once)
            {
                await planner.RunOnceAsync(cancellationToken);
            }

            await using var alarm = once ? null : await OccurrenceAlarm.StartAsync(planner, PlannerInterval, cancellationToken);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var keeping = session.Database.KeepRunningAsync(over.Token);
            var counts = entries is null
                ? await ProgressDisplay.RunAsync("sending", session.TimeProvider, bar => SendAsync(new Steps(bar)))
                : await SendAsync(new LoggedProgress(entries, session.TimeProvider));
            await over.CancelAsync();
            await keeping;
            output.Writer(parsed).Document(counts);
            return counts.Problem is null ? ExitCode.Done : ExitCode.Failed;

            Task<DispatchCounts> SendAsync(IProgress<DispatchProgress> progress)
            {
                var worker = session.Services.Worker(options, progress, Console.Error.WriteLine);
                return once ? worker.RunUntilIdleAsync(cancellationToken) : worker.RunAsync(cancellationToken);
            }
        });
        return command;
    }

    private sealed class Steps(IProgress<ProgressStep> bar) : IProgress<DispatchProgress>
    {
        public void Report(DispatchProgress value)
        {
            var c = value.Counts;
            bar.Report(new ProgressStep(c.Accepted, null, string.Create(
                CultureInfo.InvariantCulture,
                $"{c.Accepted:N0} accepted, {c.Rejected:N0} rejected, {c.Deferred:N0} deferred, {c.InDoubt:N0} in doubt, {value.Rate:N0}/s")));
        }
    }
}
