using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Dispatching.Recording;

namespace CampaignEngine.Dispatching;

/// <summary>Everything a worker has in hand: mailings, chunks, packets, ends that no commit has taken yet. Makes the plan of a tick and applies its answer.</summary>
internal sealed class WorkInHand(LaneDesk desk, GrantWidth width, FlightRecorder? recorder, DispatchOptions options, TimeProvider time)
{
    private const int MostResultsATick = 5000;

    private readonly List<ChunkInHand> _chunks = [];
    private readonly List<Packet> _packets = [];
    private readonly Dictionary<int, MailingInHand> _mailings = [];
    private readonly Dictionary<(int MailingId, string? Provider), LimitedGroup> _groups = [];
    private readonly Alarm _renewal = new(options.Lease / 3, time);
    private readonly Alarm _suppression = new(options.SuppressionAge, time);
    private List<ItemResult> _unrecorded = [];
    private long _turn;

    public BrakesInHand Brakes { get; } = new(options, time);

    public int Chunks => _chunks.Count;

    public bool HasFacts => _unrecorded.Count > 0 || desk.HasResults;

    /// <summary>Items worth granting now.</summary>
    public int Wish => TickPlanner.Wish(_chunks, desk.Ready, width.Current, recorded: 0);

    /// <summary>Items that the chunks in hand can still give; a chunk whose retries are not known counts as one.</summary>
    public int Grantable => _chunks.Where(c => !c.IsExhausted && !c.Group.IsHeldBack).Sum(c => Math.Max(c.Ungranted, 1));

    /// <summary>Of whom no more chunks are wanted: a limit holds back those in hand, or a brake has stopped them.</summary>
    public IEnumerable<LimitedGroup> HeldBack => _groups.Values.Where(g => g.IsHeldBack || g.IsPaused);

    /// <summary>What a brake has stopped.</summary>
    public IEnumerable<LimitedGroup> Paused => _groups.Values.Where(g => g.IsPaused);

    public bool Knows(int mailingId) => _mailings.ContainsKey(mailingId);

    public void Add(MailingToSend mailing) => _mailings[mailing.MailingId] = new MailingInHand(mailing);

    /// <returns>Whose limits and brakes it keeps to.</returns>
    public LimitedGroup AddChunk(AcquiredChunk taken)
    {
        var mailing = _mailings[taken.MailingId];
        mailing.State = MailingState.Running;
        var zone = taken.Zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(taken.Zone, out var found) ? found : options.Zone;
        var hours = mailing.Mailing.Hours?.In(taken.Country);
        var group = GroupOf(mailing, taken.Provider);
        _chunks.Add(new ChunkInHand(mailing, taken.ChunkNo, taken.Epoch, taken.Next, taken.Last)
        {
            Group = group,
            Zone = zone,
            Hours = hours,
            ClosesAt = hours?.NextClosing(time.GetUtcNow(), zone) ?? DateTimeOffset.MaxValue,
        });
        return group;
    }

    /// <summary>Brakes have been read anew.</summary>
    public void ObeyBrakes()
    {
        foreach (var group in _groups.Values)
        {
            group.Obey(Brakes.View);
        }
    }

    private LimitedGroup GroupOf(MailingInHand mailing, string? provider)
    {
        var key = (mailing.Mailing.MailingId, provider);
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups[key] = group = new LimitedGroup(mailing, provider, options.LimitsOf(mailing.Mailing, provider)) { Subjects = options.SubjectsOf(mailing.Mailing, provider) };
            group.Subjects.ToList().ForEach(subject => Brakes.RuleOf(subject));
            group.Obey(Brakes.View);
        }

        return group;
    }

    /// <summary>No further grants: chunks are given back when their last fact is committed.</summary>
    public void StopChunks() => _chunks.ForEach(chunk => chunk.Stopped = true);

    /// <param name="stopping">The worker ends: nothing more is asked for.</param>
    public TickPlan Plan(bool stopping)
    {
        var plan = new TickPlan();
        plan.Results.AddRange(_unrecorded);
        desk.TakeResults(plan.Results, MostResultsATick);
        _packets.RemoveAll(packet => packet.IsDone);
        CloseChunks();
        foreach (var chunk in _chunks.Where(c => c.Group.IsPaused))
        {
            chunk.Stopped = true;
        }

        foreach (var group in _groups.Values)
        {
            group.LookAgain(time.GetTimestamp());
        }

        TickPlanner.Plan(plan, _chunks, desk.Ready, width.Current, mayGrant: !stopping);
        NarrowToLifetime(plan.Ranges);
        NarrowToLifetime(plan.Retries);

        if (_renewal.IsDue())
        {
            plan.Renewals.AddRange(_chunks.Except(plan.Releases));
        }

        var lookAgain = _packets.Count > 0 && _suppression.IsDue();
        if (_packets.Count > 0 && (plan.Results.Count > 0 || plan.AsksForGrants || lookAgain))
        {
            plan.Watched.UnionWith(_packets.Select(p => p.Chunk.Mailing));
            plan.AsksForPauses = Brakes.Matter;
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

    // Under a short limit a message has less time from grant to terminator: no more is asked for than lanes can send in it.
    private void NarrowToLifetime(List<RangeWish> wishes)
    {
        for (var i = 0; i < wishes.Count; i++)
        {
            if (wishes[i].Chunk.Group is { HasLimits: true } group)
            {
                var seconds = SendLimit.Lifetime(group.LimitsAt(time.GetUtcNow()), options.GrantLifetime).TotalSeconds;
                var most = desk.Ready * Math.Max(1, (int)(width.Current * Math.Min(seconds, 1)));
                wishes[i] = wishes[i] with { Width = Math.Min(wishes[i].Width, most) };
            }
        }
    }

    // Nobody takes them before their hours come again; what is in hand is withheld by the lanes.
    private void CloseChunks()
    {
        var now = time.GetUtcNow();
        foreach (var chunk in _chunks.Where(c => c.ReopensAt is null && now >= c.ClosesAt))
        {
            chunk.Stopped = true;
            chunk.ReopensAt = chunk.Hours!.NextOpening(now, chunk.Zone) ?? DateTimeOffset.MaxValue;
        }
    }

    /// <summary>The tick was committed; <paramref name="steady"/> and <paramref name="wall"/> are from before it was asked for.</summary>
    /// <returns>Ends that are in the ledger now.</returns>
    public DispatchCounts Apply(TickPlan plan, TickAnswer answer, long steady, DateTimeOffset wall)
    {
        var counts = new DispatchCounts { Ticks = 1 };
        _unrecorded = [];
        TickPlanner.Apply(plan, answer);
        foreach (var result in plan.Results)
        {
            recorder?.Free(result.Slot);
            Brakes.Count(result.Chunk.Group, result.Verdict);
            counts = counts.With(result.Verdict.Outcome, 1);
        }

        _chunks.RemoveAll(plan.Releases.Contains);
        foreach (var (mailingId, state) in answer.States)
        {
            _mailings[mailingId].State = state;
        }

        if (answer.Paused is { } paused)
        {
            _groups.Values.ToList().ForEach(group => group.ObeyPauses(paused));
        }

        foreach (var (mailing, keys) in answer.Suppressed.Where(s => s.Value.Count > 0))
        {
            _packets.Where(p => p.Chunk.Mailing == mailing).ToList().ForEach(p => p.MarkSuppressed(keys));
        }

        foreach (var group in answer.HeldBack)
        {
            group.HoldBack(time);
        }

        NoteTurns(answer);
        TakeGrants(answer, steady, wall);
        return counts with { Skipped = counts.Skipped + answer.Granted.Count(g => g.Skipped) };
    }

    /// <summary>Nothing of the tick is known to have happened: its facts go into the next one.</summary>
    public void KeepFacts(TickPlan plan) => _unrecorded = plan.Results;

    private void NoteTurns(TickAnswer answer)
    {
        foreach (var group in answer.Granted.Select(g => g.Chunk.Group).Distinct())
        {
            group.LastTurn = group.Mailing.LastTurn = ++_turn;
        }
    }

    private void TakeGrants(TickAnswer answer, long steady, DateTimeOffset wall)
    {
        foreach (var chunk in answer.Granted.GroupBy(g => g.Chunk))
        {
            var lifetime = SendLimit.Lifetime(chunk.Key.Group.LimitsAt(wall), options.GrantLifetime);
            var deadline = steady + (long)(lifetime.TotalSeconds * time.TimestampFrequency);
            foreach (var items in chunk.Where(g => !g.Skipped).Select(g => g.Item).Chunk(width.Current))
            {
                var packet = new Packet(chunk.Key, items, deadline, wall + lifetime, recorder);
                _packets.Add(packet);
                desk.Hand(packet);
            }
        }
    }

    /// <summary>A refused grant means that the ledger knows better than this worker: no more is asked of those chunks.</summary>
    public static void Retreat(TickPlan plan)
    {
        foreach (var (chunk, _) in plan.Ranges.Concat(plan.Retries))
        {
            chunk.Stopped = true;
        }
    }
}
