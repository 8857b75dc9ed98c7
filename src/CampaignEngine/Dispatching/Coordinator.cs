using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>The worker's one thread of decisions: which chunks to hold, what to grant, what to commit. It alone touches chunks and the ledger.</summary>
internal sealed class Coordinator(
    LedgerConnection ledger, LaneDesk desk, GrantWidth width, string channel, DispatchOptions options, CrashPoint crash, TimeProvider time)
{
    private const int MostResultsATick = 5000;
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);
    private readonly List<ChunkInHand> _chunks = [];
    private readonly List<Packet> _packets = [];
    private readonly Dictionary<int, MailingInHand> _mailings = [];
    private readonly Alarm _renewal = new(options.Lease / 3, time);
    private readonly Alarm _suppression = new(options.SuppressionAge, time);
    private readonly Alarm _housekeeping = new(HousekeepingInterval, time);
    private readonly Alarm _search = new(options.PollInterval, time);
    private readonly ProgressMeter _meter = new(time);
    private List<ItemResult> _unrecorded = [];
    private DispatchCounts _counts = new();
    private long _withoutLane;
    private string? _said;

    public IProgress<DispatchProgress>? Progress { get; init; }

    /// <summary>What earlier runs of the same call did; progress counts on from there.</summary>
    public DispatchCounts Before { get; init; } = new();

    public Action<string> Say { get; init; } = static _ => { };

    public async Task<DispatchCounts> RunAsync(bool untilIdle, CancellationToken cancellationToken)
    {
        _withoutLane = time.GetTimestamp();
        while (true)
        {
            var stopping = cancellationToken.IsCancellationRequested;
            if (stopping)
            {
                Drain();
                if (_chunks.Count == 0 && !HasFacts && desk.Unsent == 0)
                {
                    break;
                }
            }

            if (await ledger.OpenAsync(CancellationToken.None) is { } problem)
            {
                Tell(problem);
                if (desk.Unsent == 0 && !HasFacts && (untilIdle || stopping))
                {
                    _counts = _counts with { Problem = problem };
                    break;
                }

                await desk.WaitAsync(options.PollInterval, stopping ? CancellationToken.None : cancellationToken);
                continue;
            }

            try
            {
                // Facts and leases first: after an outage this worker must not be the one that fences its own chunks.
                var ticked = await TickAsync(stopping);
                if (!stopping && ledger.IsOpen)
                {
                    await HousekeepAsync();
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
                    break;
                }

                var busy = _chunks.Count > 0 || desk.Unsent > 0;
                await desk.WaitAsync(busy ? options.TickInterval : Shorter(options.PollInterval, HousekeepingInterval), stopping ? CancellationToken.None : cancellationToken);
            }
            catch (Exception fault) when (fault is NpgsqlException and not PostgresException { IsTransient: false, InvariantSeverity: "ERROR" } or IOException or TimeoutException)
            {
                // Outside a tick nothing is half done: chunks acquired by a commit whose answer is lost fall to their lease.
                Tell($"the database was lost: {fault.Message}");
                await ledger.CloseAsync();
                await desk.WaitAsync(options.PollInterval, CancellationToken.None);
            }
        }

        Progress?.Report(_meter.Read(Before + _counts));
        return _counts;
    }

    private bool HasFacts => _unrecorded.Count > 0 || desk.HasResults;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // Lanes finish the message they are at and give the rest back; chunks are released when their last fact is committed.
    private void Drain()
    {
        desk.Drain();
        _chunks.ForEach(chunk => chunk.Stopped = true);
        while (desk.Packets.TryRead(out var packet))
        {
            for (var index = 0; index < packet.Items.Length; index++)
            {
                desk.Report(packet, index, SendGate.Refuse(packet.Chunk.Mailing.State, packet.IsSuppressed(index), deadlinePassed: false, draining: true)!.Value);
            }
        }
    }

    private async Task HousekeepAsync()
    {
        if (_housekeeping.IsDue())
        {
            var done = await ledger.HousekeepAsync(CancellationToken.None);
            _counts = _counts with { InDoubt = _counts.InDoubt + done.InDoubt, Completed = _counts.Completed + done.Completed };
        }
    }

    private async Task AcquireAsync()
    {
        var wish = Math.Max(1, Wish(recorded: 0));
        var inHand = _chunks.Where(c => !c.IsExhausted).Sum(c => Math.Max(c.Ungranted, 1));
        if (inHand >= wish || (_chunks.Count > 0 && desk.Ready == 0) || !_search.IsDue())
        {
            return;
        }

        var taken = await ledger.AcquireAsync(channel, 1 + (wish / 1000), CancellationToken.None);
        foreach (var (mailingId, chunkNo, epoch, next, last) in taken)
        {
            crash.Hit(CrashPoint.AfterAcquire);
            if (!_mailings.TryGetValue(mailingId, out var mailing))
            {
                mailing = _mailings[mailingId] = new MailingInHand(await ledger.ReadMailingAsync(mailingId, CancellationToken.None));
            }

            mailing.State = MailingState.Running;
            _chunks.Add(new ChunkInHand(mailing, chunkNo, epoch, next, last));
        }

        if (taken.Count > 0)
        {
            _counts = _counts with { Chunks = _counts.Chunks + taken.Count };
            _search.MakeDue();
            desk.Want();
        }
        else if (_chunks.Count == 0)
        {
            desk.Unwant();
        }
    }

    // Chunks without a usable connection block others who may have one.
    private void GiveUpWithoutLanes()
    {
        if (desk.Ready > 0 || _chunks.Count == 0)
        {
            _withoutLane = time.GetTimestamp();
        }
        else if (desk.Fault is { } fault && desk.Unsent == 0 && time.GetElapsedTime(_withoutLane) > options.ConnectPatience)
        {
            Tell(fault);
            _counts = _counts with { Problem = fault };
            _chunks.ForEach(chunk => chunk.Stopped = true);
            _search.Postpone(options.ConnectPatience);
        }
    }

    /// <summary>
    /// Items worth granting now: two packets for every ready lane. What a lane has sent counts as in hand until its outcome is committed: a kill
    /// leaves no more than that in doubt.
    /// </summary>
    /// <param name="recorded">Ends that the same tick commits.</param>
    private int Wish(int recorded) => (desk.Ready * 2 * width.Current) - _chunks.Sum(c => c.Open) + recorded;

    private async Task<bool> TickAsync(bool stopping)
    {
        if (desk.Complaint is { } complaint)
        {
            Tell(complaint);
        }

        var plan = Plan(stopping);
        if (plan.IsEmpty)
        {
            return false;
        }

        var asked = (Steady: time.GetTimestamp(), Wall: time.GetUtcNow());
        var answer = new TickAnswer();
        var end = await ledger.TickAsync(plan, answer);
        switch (end)
        {
            case TickEnd.Committed:
                Apply(plan, answer, asked.Steady, asked.Wall);
                break;
            case TickEnd.Unknown:
                Tell($"the answer to a commit was lost ({ledger.LastFault}); nothing it granted is sent");
                _unrecorded = plan.Results;
                await ResolveAsync(plan, answer);
                break;
            default:
                Tell(end == TickEnd.Lost ? $"the database was lost: {ledger.LastFault}" : $"the ledger refused a tick: {ledger.LastFault}");
                _unrecorded = plan.Results;
                if (end == TickEnd.Refused)
                {
                    Retreat(plan);
                }

                break;
        }

        return true;
    }

    private TickPlan Plan(bool stopping)
    {
        var plan = new TickPlan();
        plan.Results.AddRange(_unrecorded);
        desk.TakeResults(plan.Results, MostResultsATick);
        _packets.RemoveAll(packet => packet.IsDone);

        // What this tick records is closed by it; a chunk may go with its last fact.
        var closing = plan.Results.GroupBy(r => r.Chunk).ToDictionary(g => g.Key, g => g.Count());
        plan.Releases.AddRange(_chunks.Where(c => c.IsExhausted && c.Open == closing.GetValueOrDefault(c)));

        if (!stopping)
        {
            AskForGrants(plan);
        }

        if (_renewal.IsDue())
        {
            plan.Renewals.AddRange(_chunks.Except(plan.Releases));
        }

        var lookAgain = _packets.Count > 0 && _suppression.IsDue();
        if (_packets.Count > 0 && (plan.Results.Count > 0 || plan.AsksForGrants || lookAgain))
        {
            plan.Watched.UnionWith(_packets.Select(p => p.Chunk.Mailing));
        }

        if (lookAgain)
        {
            foreach (var mailing in _packets.GroupBy(p => p.Chunk.Mailing))
            {
                var keys = new List<byte[]>();
                foreach (var packet in mailing)
                {
                    packet.AddOpenKeys(keys);
                }

                plan.Suspects[mailing.Key] = [.. keys];
            }
        }

        return plan;
    }

    private void AskForGrants(TickPlan plan)
    {
        var wish = Wish(plan.Results.Count);
        if (wish < width.Current)
        {
            return;
        }

        foreach (var chunk in _chunks.Where(c => !c.IsExhausted))
        {
            if (wish <= 0)
            {
                break;
            }

            var taking = Math.Min(wish, chunk.Ungranted > 0 ? chunk.Ungranted : wish);
            (chunk.Ungranted > 0 ? plan.Ranges : plan.Retries).Add(new RangeWish(chunk, taking));
            wish -= taking;
        }
    }

    private void Apply(TickPlan plan, TickAnswer answer, long steady, DateTimeOffset wall)
    {
        _unrecorded = [];
        _counts = _counts with { Ticks = _counts.Ticks + 1 };
        foreach (var result in plan.Results)
        {
            result.Chunk.Open--;
            _counts = _counts.With(result.Verdict.Outcome, 1);
        }

        _chunks.RemoveAll(plan.Releases.Contains);
        foreach (var (mailingId, state) in answer.States)
        {
            _mailings[mailingId].State = state;
        }

        foreach (var chunk in plan.Renewals.Where(c => !answer.Renewed.Contains(c)))
        {
            chunk.Stopped = true;
        }

        foreach (var (mailing, keys) in answer.Suppressed.Where(s => s.Value.Count > 0))
        {
            _packets.Where(p => p.Chunk.Mailing == mailing).ToList().ForEach(p => p.MarkSuppressed(keys));
        }

        TakeGrants(plan, answer, steady, wall);
        if (answer.Granted.Count > 0)
        {
            _counts = _counts with { Problem = null };
        }

        _meter.Report(Progress, Before + _counts);
    }

    private void TakeGrants(TickPlan plan, TickAnswer answer, long steady, DateTimeOffset wall)
    {
        var granted = answer.Granted.ToLookup(g => g.Chunk);
        foreach (var (chunk, _) in plan.Ranges)
        {
            // No row: the chunk is not mine any more, or the mailing does not run.
            chunk.Stopped |= !granted[chunk].Any();
            chunk.Next = granted[chunk].Select(g => g.Item.Ordinal + 1).DefaultIfEmpty(chunk.Next).Max();
        }

        foreach (var (chunk, _) in plan.Retries)
        {
            chunk.RetriesTaken = !granted[chunk].Any();
        }

        var deadline = steady + (long)(options.GrantLifetime.TotalSeconds * time.TimestampFrequency);
        foreach (var chunk in granted)
        {
            _counts = _counts with { Skipped = _counts.Skipped + chunk.Count(g => g.Skipped) };
            foreach (var items in chunk.Where(g => !g.Skipped).Select(g => g.Item).Chunk(width.Current))
            {
                chunk.Key.Open += items.Length;
                var packet = new Packet(chunk.Key, items, deadline, wall + options.GrantLifetime);
                _packets.Add(packet);
                desk.Hand(packet);
            }
        }
    }

    // A refused grant means that the ledger knows better than this worker: the facts are recorded again, without the wishes.
    private void Retreat(TickPlan plan)
    {
        if (!plan.AsksForGrants)
        {
            throw new InvalidOperationException($"The ledger refuses outcomes: {ledger.LastFault}");
        }

        foreach (var (chunk, _) in plan.Ranges.Concat(plan.Retries))
        {
            chunk.Stopped = true;
        }
    }

    // Whatever the lost commit granted is provably unsent: it is closed as not attempted, so that it can be granted again.
    private async Task ResolveAsync(TickPlan plan, TickAnswer answer)
    {
        while (true)
        {
            try
            {
                if (await ledger.OpenAsync(CancellationToken.None) is { } problem)
                {
                    Tell(problem);
                    await desk.WaitAsync(options.PollInterval, CancellationToken.None);
                    continue;
                }

                var (grants, cursors) = await ledger.LookUpAsync(plan, answer, CancellationToken.None);
                foreach (var wish in plan.Ranges.Where(w => cursors.ContainsKey((w.Chunk.Mailing.Mailing.MailingId, w.Chunk.ChunkNo))))
                {
                    wish.Chunk.Next = cursors[(wish.Chunk.Mailing.Mailing.MailingId, wish.Chunk.ChunkNo)];
                }

                foreach (var lost in answer.Granted.Where(g => grants.Contains(g.GrantId) && !g.Skipped))
                {
                    lost.Chunk.Open++;
                    desk.Add(new ItemResult(
                        lost.Chunk, lost.Item, new SendVerdict(SendOutcome.NotAttempted, 0, "the answer to the grant's commit was lost"), time.GetUtcNow()));
                }

                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
            {
                await ledger.CloseAsync();
                await desk.WaitAsync(options.PollInterval, CancellationToken.None);
            }
        }
    }

    private async Task<bool> IsIdleAsync()
    {
        if (_chunks.Count > 0 || desk.Unsent > 0 || HasFacts)
        {
            return false;
        }

        if (_counts.Problem is not null)
        {
            return true;
        }

        var (elsewhere, free) = await ledger.CountWorkAsync(channel, CancellationToken.None);
        if (free > 0)
        {
            _search.MakeDue();
        }

        if (elsewhere > 0 || free > 0)
        {
            return false;
        }

        var done = await ledger.HousekeepAsync(CancellationToken.None);
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
