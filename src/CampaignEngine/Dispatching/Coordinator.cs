using CampaignEngine.Dispatching.Recording;
using CampaignEngine.Operating;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>The worker's one thread of decisions: which chunks to hold, what to grant, what to commit. It alone touches chunks and the ledger.</summary>
internal sealed class Coordinator(
    LedgerConnection ledger, LaneDesk desk, WorkInHand work, FlightRecorder? recorder, string channel, DispatchOptions options, CrashPoint crash, TimeProvider time)
{
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);
    private readonly Alarm _housekeeping = new(HousekeepingInterval, time);
    private readonly Alarm _search = new(options.PollInterval, time);
    private readonly ProgressMeter _meter = new(time);
    private readonly DispatchMetrics _metrics = new(channel);
    private DispatchCounts _counts = new();
    private long _withoutLane;
    private string? _said;

    public IProgress<DispatchProgress>? Progress { get; init; }

    /// <summary>What earlier runs of the same call did; progress counts on from there.</summary>
    public DispatchCounts Before { get; init; } = new();

    public Action<string> Say { get; init; } = static _ => { };

    public async Task<DispatchCounts> RunAsync(bool untilIdle, CancellationToken cancellationToken)
    {
        try
        {
            return await LoopAsync(untilIdle, cancellationToken);
        }
        finally
        {
            _metrics.Holds(0, 0, 0);
        }
    }

    private async Task<DispatchCounts> LoopAsync(bool untilIdle, CancellationToken cancellationToken)
    {
        _withoutLane = time.GetTimestamp();
        while (true)
        {
            _metrics.Holds(work.Chunks, desk.Ready, desk.Unsent);
            var stopping = cancellationToken.IsCancellationRequested;
            if (stopping)
            {
                Drain();
                if (work.Chunks == 0 && !work.HasFacts && desk.Unsent == 0)
                {
                    break;
                }
            }

            if (await ledger.OpenAsync(CancellationToken.None) is { } problem)
            {
                Tell(problem);
                if (desk.Unsent == 0 && !work.HasFacts && (untilIdle || stopping))
                {
                    _counts = _counts with { Problem = problem };
                    break;
                }

                await desk.WaitAsync(options.PollInterval, stopping ? CancellationToken.None : cancellationToken);
                continue;
            }

            recorder?.Bind(ledger.Installation);
            try
            {
                // Facts and leases first: after an outage this worker must not be the one that fences its own chunks.
                var ticked = await TickAsync(stopping);
                if (!stopping && ledger.IsOpen)
                {
                    await HousekeepAsync();
                    await BrakeAsync();
                    await AcquireAsync();
                    GiveUpWithoutLanes();
                }

                if (ticked)
                {
                    if (!desk.IsStarving)
                    {
                        await desk.WaitAsync(options.TickInterval, CancellationToken.None);
                    }

                    continue;
                }

                if (untilIdle && !stopping && await IsIdleAsync())
                {
                    await ledger.BrakeAsync(work.Brakes, Say, CancellationToken.None);
                    break;
                }

                var busy = work.Chunks > 0 || desk.Unsent > 0;
                await desk.WaitAsync(busy ? options.TickInterval : Shorter(options.PollInterval, HousekeepingInterval), stopping ? CancellationToken.None : cancellationToken);
            }
            catch (Exception fault) when (fault is NpgsqlException and not PostgresException { IsTransient: false, InvariantSeverity: "ERROR" } or IOException or TimeoutException)
            {
                // Outside a tick nothing is half done: chunks acquired by a commit whose answer is lost fall to their lease.
                Tell($"the database was lost: {LedgerConnection.Words(fault)}");
                await ledger.CloseAsync();
                await desk.WaitAsync(options.PollInterval, CancellationToken.None);
            }
        }

        Progress?.Report(_meter.Read(Before + _counts));
        return _counts;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // Lanes finish the message they are at and give the rest back; chunks are released when their last fact is committed.
    private void Drain()
    {
        desk.Drain();
        work.StopChunks();
        while (desk.Packets.TryRead(out var packet))
        {
            for (var index = 0; index < packet.Items.Length; index++)
            {
                desk.Report(packet, index, SendGate.Refuse(packet.Chunk.State, packet.IsSuppressed(index), deadlinePassed: false, draining: true)!.Value);
            }
        }
    }

    private async Task HousekeepAsync()
    {
        if (_housekeeping.IsDue())
        {
            var done = await ledger.HousekeepAsync(Say, CancellationToken.None);
            _counts = _counts with { InDoubt = _counts.InDoubt + done.InDoubt, Completed = _counts.Completed + done.Completed };
        }
    }

    private async Task BrakeAsync()
    {
        if (work.Brakes.IsDue())
        {
            await ledger.BrakeAsync(work.Brakes, Say, CancellationToken.None);
            work.ObeyBrakes();
        }
    }

    private async Task AcquireAsync()
    {
        var wish = Math.Max(1, work.Wish);
        if (work.Grantable >= wish || (work.Chunks > 0 && desk.Ready == 0) || !_search.IsDue())
        {
            return;
        }

        var taken = await ledger.AcquireAsync(channel, 1 + (wish / 1000), work.HeldBack, CancellationToken.None);
        var braked = 0;
        foreach (var chunk in taken)
        {
            crash.Hit(CrashPoint.AfterAcquire);
            if (!work.Knows(chunk.MailingId))
            {
                work.Add(await ledger.ReadMailingAsync(chunk.MailingId, CancellationToken.None));
            }

            braked += work.AddChunk(chunk).IsPaused ? 1 : 0;
        }

        if (taken.Count > 0)
        {
            // What a brake has stopped is given back at once, and is no work done.
            _counts = _counts with { Chunks = _counts.Chunks + taken.Count - braked };
            _search.MakeDue();
            desk.Want();
        }
        else if (work.Chunks == 0)
        {
            desk.Unwant();
        }
    }

    // Chunks without a usable connection block others who may have one.
    private void GiveUpWithoutLanes()
    {
        if (desk.Ready > 0 || work.Chunks == 0)
        {
            _withoutLane = time.GetTimestamp();
        }
        else if (desk.Fault is { } fault && desk.Unsent == 0 && time.GetElapsedTime(_withoutLane) > options.ConnectPatience)
        {
            Tell(fault);
            _counts = _counts with { Problem = fault };
            work.StopChunks();
            _search.Postpone(options.ConnectPatience);
        }
    }

    private async Task<bool> TickAsync(bool stopping)
    {
        if (desk.Complaint is { } complaint)
        {
            Tell(complaint);
        }

        var plan = work.Plan(stopping);
        if (plan.IsEmpty)
        {
            return false;
        }

        using var span = EngineTraces.Start("tick")?.SetTag("channel", channel).SetTag("facts", plan.Results.Count);
        var asked = (Steady: time.GetTimestamp(), Wall: time.GetUtcNow());
        var answer = new TickAnswer();
        var end = await ledger.TickAsync(plan, answer);
        _metrics.Ticked(end, time.GetElapsedTime(asked.Steady));
        span?.SetTag("granted", answer.Granted.Count).SetTag("end", end.ToString());
        switch (end)
        {
            case TickEnd.Committed:
                var done = work.Apply(plan, answer, asked.Steady, asked.Wall);
                _metrics.Ended(done);
                _counts += done with { Problem = answer.Granted.Count > 0 ? null : _counts.Problem };
                _meter.Report(Progress, Before + _counts);
                break;
            case TickEnd.Unknown:
                Tell($"the answer to a commit was lost ({ledger.LastFault}); nothing it granted is sent");
                work.KeepFacts(plan);
                await new LostCommit(ledger, desk, options, time).ResolveAsync(plan, answer, Tell);
                break;
            default:
                Tell(end == TickEnd.Lost ? $"the database was lost: {ledger.LastFault}" : $"the ledger refused a tick: {ledger.LastFault}");
                work.KeepFacts(plan);
                if (end == TickEnd.Refused)
                {
                    if (!plan.AsksForGrants)
                    {
                        throw new InvalidOperationException($"The ledger refuses outcomes: {ledger.LastFault}");
                    }

                    WorkInHand.Retreat(plan);
                }

                break;
        }

        return true;
    }

    private async Task<bool> IsIdleAsync()
    {
        if (work.Chunks > 0 || desk.Unsent > 0 || work.HasFacts)
        {
            return false;
        }

        if (_counts.Problem is not null)
        {
            return true;
        }

        var (elsewhere, free) = await ledger.CountWorkAsync(channel, work.Paused, CancellationToken.None);
        if (free > 0)
        {
            _search.MakeDue();
        }

        if (elsewhere > 0 || free > 0)
        {
            return false;
        }

        var done = await ledger.HousekeepAsync(Say, CancellationToken.None);
        _counts = _counts with { InDoubt = _counts.InDoubt + done.InDoubt, Completed = _counts.Completed + done.Completed };
        return true;
    }

    private void Tell(string sentence)
    {
        if (sentence != _said)
        {
            _said = sentence;
            Say(sentence);
        }
    }
}
