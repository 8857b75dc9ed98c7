using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Recording;

namespace CampaignEngine.Tests.Dispatching.Exploration;

/// <summary>The protocol as it is, or with one of the mistakes others have made.</summary>
internal enum Variant
{
    AsBuilt,

    /// <summary>Messages leave first and are written down with their outcome.</summary>
    SendThenRecord,

    /// <summary>Whoever loses a lease is believed to have stopped: no epoch, no doubts, its items are given to the next.</summary>
    Unfenced,

    /// <summary>The cursor moves when items are fetched; nothing says who has them.</summary>
    CursorAtFetch,

    /// <summary>The flight recorder is written after the terminator.</summary>
    MarkAfterTerminator,

    /// <summary>A worker that only stands still has its recorder read.</summary>
    RecorderOfTheLiving,

    /// <summary>An item in doubt, whose slot may have been freed, counts as unsent because it is not in the recorder.</summary>
    AbsenceClearsDoubts,
}

/// <summary>Something that happens to a worker, and to one person's message where it is about one.</summary>
internal readonly record struct Step(string What, int Worker, int Person)
{
    public override string ToString() => $"{(char)('A' + Worker)}: {What}{(Person < 0 ? "" : $" person {Person + 1}")}";
}

/// <summary>
/// Every step that can happen next in a world. What a worker decides is decided by the real code (TickPlanner, SendGate, RetrySchedule, FlightReading); what the
/// database does follows its statements and triggers.
/// </summary>
internal sealed class Protocol(int people, int attempts, Variant variant)
{
    private const int MostAttempts = 3;
    private readonly RetrySchedule _retry = new() { LastAttempt = attempts, LastRepeat = attempts };
    private static readonly MailingInHand Mailing = new(new MailingToSend(1, "tea", "announce", "email", default, default, "{}"));
    private static readonly SendItem[,] Items = MakeItems();
    private readonly World _world = new(people);
    private readonly List<(Step Step, UInt128 State)> _next = [];
    private UInt128 _state;

    /// <param name="progress">Whether any step but a crash is possible.</param>
    public IReadOnlyList<(Step Step, UInt128 State)> StepsFrom(UInt128 state, out bool progress)
    {
        _next.Clear();
        _state = state;
        _world.Unpack(state);
        for (var w = 0; w < World.Workers; w++)
        {
            if (_world.Lives[w] == Life.Up)
            {
                Work(w);
            }
            else
            {
                Lie(w);
            }
        }

        progress = _next.Exists(n => !n.Step.What.StartsWith("crash", StringComparison.Ordinal));
        return _next;
    }

    // A world after the change, unless that changes nothing.
    private void Try(string step, int worker, Action<World> change, int person = -1)
    {
        change(_world);
        var after = _world.Pack();
        _world.Unpack(_state);
        if (after != _state)
        {
            _next.Add((new Step(step, worker, person), after));
        }
    }

    private void Work(int w)
    {
        var someoneHasWork = _world.Owner == World.Nobody && (_world.Cursor < people || Array.Exists(_world.Entries, e => e == Entry.Waiting));
        if (!_world.HasChunk[w] && someoneHasWork)
        {
            Try("acquire", w, s => Acquire(s, w));
        }

        if (_world.HasChunk[w] && !_world.IsCurrent[w] && !_world.Stopped[w])
        {
            Try("lease not renewed", w, s => s.Stopped[w] = true);
        }

        Try("tick", w, s => Tick(s, w, answered: true));
        Try("answer to commit lost", w, s => Tick(s, w, answered: false));
        if (_world.CrashesLeft > 0)
        {
            Try("crash after commit", w, s =>
            {
                Tick(s, w, answered: null);
                Die(s, w);
            });
            Try("crash", w, s => Die(s, w));
        }

        for (var v = 0; v < World.Workers; v++)
        {
            var lost = v;
            if (v != w && _world.Owner == v)
            {
                Try("lease ran out, the other is fenced", w, s => Fence(s, lost, recorder: variant == Variant.RecorderOfTheLiving));
            }

            if (v != w && _world.Lives[v] == Life.Dead)
            {
                Try("recorder of the other read", w, s => Fence(s, lost, recorder: true));
            }
        }

        for (var p = 0; p < people; p++)
        {
            Send(w, p);
        }
    }

    private void Lie(int w)
    {
        if (_world.Lives[w] == Life.Absent)
        {
            // A worker starts while there is something to do; otherwise worlds would only differ in who idles.
            if (_world.Owner != World.Nobody || _world.Cursor < people || Array.Exists(_world.Entries, e => e == Entry.Waiting) || Array.Exists(_world.Lives, l => l == Life.Dead))
            {
                Try("start", w, s => s.Lives[w] = Life.Up);
            }
        }
        else if (_world.Owner != w)
        {
            Try("recorder lost", w, s => Forget(s, w));
        }

        for (var p = 0; p < people; p++)
        {
            // Bytes that the kernel has taken arrive without their sender.
            Relay(w, p);
        }
    }

    // One message, in the order of Lane.SendAsync.
    private void Send(int w, int p)
    {
        var late = Knows(SendGate.Refuse(MailingState.Running, suppressed: false, deadlinePassed: true, draining: false)!.Value.Outcome);
        switch (_world.Hands[w, p])
        {
            case Hand.Granted:
                Move("deadline or early loss at", w, p, late);
                Move("told later before terminator", w, p, Hand.KnowsDeferred);
                Move("mark", w, p, variant == Variant.MarkAfterTerminator ? Hand.Wire : Hand.Marked);
                break;
            case Hand.Marked:
                Move("connection was gone at", w, p, Hand.KnowsNotAttempted);
                Move("terminator", w, p, Hand.Wire);
                break;
            case Hand.Wire:
                Move("connection lost", w, p, Hand.KnowsInDoubt);
                Relay(w, p);
                break;
            case Hand.Taken:
                Move("reply read", w, p, Hand.KnowsAccepted);
                Move("reply lost", w, p, Hand.KnowsInDoubt);
                break;
            case Hand.Put:
                Move("reply read", w, p, Hand.KnowsDeferred);
                Move("reply lost", w, p, Hand.KnowsInDoubt);
                break;
            case Hand.Refused:
                Move("reply read", w, p, Hand.KnowsRejected);
                break;
        }
    }

    private void Relay(int w, int p)
    {
        if (_world.Hands[w, p] == Hand.Wire)
        {
            Try(
                "relay takes the message of",
                w,
                s =>
                {
                    s.Hands[w, p] = Hand.Taken;
                    s.Copies[p] = Math.Min(s.Copies[p] + 1, 2);
                },
                p);
            Move("relay defers", w, p, Hand.Put);
            Move("relay refuses", w, p, Hand.Refused);
        }
    }

    private void Move(string step, int w, int p, Hand to) => Try(step, w, s => s.Hands[w, p] = to, p);

    // AcquireChunks, and DoubtLostGrants for what an earlier owner left.
    private void Acquire(World s, int w)
    {
        (s.Owner, s.HasChunk[w], s.IsCurrent[w], s.Seen[w], s.Stopped[w], s.RetriesTaken[w]) = (w, true, true, s.Cursor, false, false);
        DoubtOpen(s);
    }

    private void Tick(World s, int w, bool? answered)
    {
        var chunk = new ChunkInHand(Mailing, 1, 1, s.Seen[w] + 1, people) { Stopped = s.Stopped[w], RetriesTaken = s.RetriesTaken[w] };
        var plan = new TickPlan();
        for (var p = 0; p < people; p++)
        {
            chunk.Open += s.Hands[w, p] == Hand.None ? 0 : 1;
            if (s.Known(w, p) is { } known)
            {
                plan.Results.Add(new ItemResult(chunk, Items[p, s.HandAttempt[w, p]], new SendVerdict(known, 0, null), default));
            }
        }

        TickPlanner.Plan(plan, s.HasChunk[w] ? [chunk] : [], readyLanes: 1, width: 1, mayGrant: true);
        if (plan.IsEmpty)
        {
            return;
        }

        var answer = Commit(s, w, plan, chunk);
        switch (answered)
        {
            case true:
                TickPlanner.Apply(plan, answer);
                foreach (var result in plan.Results)
                {
                    s.Hands[w, result.Item.Ordinal - 1] = Hand.None;
                    s.HandAttempt[w, result.Item.Ordinal - 1] = 0;
                }

                Take(s, w, answer, Hand.Granted);
                (s.Seen[w], s.Stopped[w], s.RetriesTaken[w]) = (chunk.Next - 1, chunk.Stopped, chunk.RetriesTaken);
                if (plan.Releases.Count > 0)
                {
                    (s.HasChunk[w], s.IsCurrent[w], s.Seen[w], s.Stopped[w], s.RetriesTaken[w]) = (false, false, 0, false, false);
                }

                break;
            case false:
                // LostCommit: what was granted is provably unsent.
                Take(s, w, answer, Hand.KnowsNotAttempted);
                s.Seen[w] = s.HasChunk[w] ? s.Cursor : 0;
                break;
        }
    }

    // The database's side of a tick: facts, releases, ranges, retries.
    private TickAnswer Commit(World s, int w, TickPlan plan, ChunkInHand chunk)
    {
        foreach (var result in plan.Results)
        {
            Record(s, result.Item.Ordinal - 1, result.Item.Attempt, result.Verdict.Outcome);
        }

        var answer = new TickAnswer();
        var mine = s.Owner == w && s.IsCurrent[w];
        if (plan.Releases.Count > 0 && mine && !Array.Exists(s.Entries, e => e == Entry.Open))
        {
            s.Owner = World.Nobody;
            mine = false;
        }

        mine |= variant == Variant.Unfenced;
        foreach (var (_, width) in plan.Ranges)
        {
            var first = variant == Variant.SendThenRecord ? s.Seen[w] : s.Cursor;
            for (var p = first; mine && first == s.Seen[w] && p < first + width && p < people; p++)
            {
                Grant(s, w, p, answer, chunk);
                s.Cursor = variant == Variant.SendThenRecord ? s.Cursor : p + 1;
            }
        }

        foreach (var (_, width) in plan.Retries)
        {
            var taken = 0;
            for (var p = 0; mine && p < people; p++)
            {
                if (s.Entries[p] == Entry.Waiting && taken++ < width)
                {
                    Grant(s, w, p, answer, chunk);
                }
            }
        }

        return answer;
    }

    private void Grant(World s, int w, int p, TickAnswer answer, ChunkInHand chunk)
    {
        if (variant is not (Variant.CursorAtFetch or Variant.SendThenRecord))
        {
            (s.Attempt[p], s.Entries[p], s.GrantedTo[p]) = (s.Attempt[p] + 1, Entry.Open, w);
        }

        answer.Granted.Add(new Granted(chunk, 1, Items[p, Math.Max(s.Attempt[p], 1)], false));
    }

    private static void Take(World s, int w, TickAnswer answer, Hand as_)
    {
        foreach (var granted in answer.Granted)
        {
            s.Hands[w, granted.Item.Ordinal - 1] = as_;
            s.HandAttempt[w, granted.Item.Ordinal - 1] = granted.Item.Attempt;
        }
    }

    // AppendOutcomes, AppendUnfinished, AppendDoubts: the first fact about an attempt stays.
    private void Record(World s, int p, int attempt, SendOutcome outcome)
    {
        if (variant is Variant.CursorAtFetch or Variant.SendThenRecord && s.Attempt[p] == 0)
        {
            (s.Attempt[p], s.Entries[p], s.Cursor) = (1, Entry.Open, Math.Max(s.Cursor, p + 1));
        }

        if (attempt != s.Attempt[p] || s.Entries[p] is not (Entry.Open or Entry.Doubt))
        {
            return;
        }

        s.Entries[p] = outcome switch
        {
            SendOutcome.InDoubt => Entry.Doubt,
            SendOutcome.Accepted => Entry.Accepted,
            SendOutcome.Rejected => Entry.Rejected,
            _ when _retry.After(outcome, attempt, 0) is not null => Entry.Waiting,
            _ => Entry.Expired,
        };
    }

    // FenceLostChunks and DoubtLostGrants; with the recorder LostWorkers.ReadOpenAsync and FlightReading.Judge before them.
    private void Fence(World s, int lost, bool recorder)
    {
        var owned = s.Owner == lost;
        if (recorder)
        {
            var items = new Dictionary<(int, int, int), FlightEnd?>();
            for (var p = 0; p < people; p++)
            {
                if (s.Hands[lost, p] is Hand.Marked or Hand.Wire or Hand.Taken or Hand.Put or Hand.Refused && variant != Variant.MarkAfterTerminator)
                {
                    items[(1, p + 1, s.HandAttempt[lost, p])] = null;
                }
                else if (s.Known(lost, p) is { } known)
                {
                    items[(1, p + 1, s.HandAttempt[lost, p])] = new FlightEnd(new SendVerdict(known, 0, null), default);
                }
            }

            var reading = new FlightReading("lost", default, true, items);
            for (var p = 0; p < people; p++)
            {
                if (s.GrantedTo[p] == lost && s.Entries[p] is Entry.Open or Entry.Doubt)
                {
                    var doubted = s.Entries[p] == Entry.Doubt && variant != Variant.AbsenceClearsDoubts;
                    Record(s, p, s.Attempt[p], reading.Judge((1, p + 1, s.Attempt[p]), doubted).Outcome);
                }
            }
        }

        if (owned)
        {
            DoubtOpen(s);
            s.Owner = World.Nobody;
            s.IsCurrent[lost] = false;
        }

        if (recorder && s.Lives[lost] == Life.Dead)
        {
            Forget(s, lost);
        }
    }

    private void DoubtOpen(World s)
    {
        for (var p = 0; p < people; p++)
        {
            if (s.Entries[p] == Entry.Open)
            {
                s.Entries[p] = variant != Variant.Unfenced ? Entry.Doubt : s.Attempt[p] < attempts ? Entry.Waiting : Entry.Expired;
            }
        }
    }

    private static void Die(World s, int w)
    {
        s.CrashesLeft--;
        (s.Lives[w], s.HasChunk[w], s.IsCurrent[w], s.Seen[w], s.Stopped[w], s.RetriesTaken[w]) = (Life.Dead, false, false, 0, false, false);
    }

    private static void Forget(World s, int w)
    {
        s.Lives[w] = Life.Absent;
        for (var p = 0; p < s.People; p++)
        {
            (s.Hands[w, p], s.HandAttempt[w, p]) = (Hand.None, 0);
        }
    }

    private static Hand Knows(SendOutcome outcome) => outcome == SendOutcome.NotAttempted ? Hand.KnowsNotAttempted : throw new InvalidOperationException($"{outcome}");

    private static SendItem[,] MakeItems()
    {
        var items = new SendItem[3, MostAttempts + 1];
        for (var p = 0; p < 3; p++)
        {
            for (var attempt = 0; attempt <= MostAttempts; attempt++)
            {
                items[p, attempt] = new SendItem { Ordinal = p + 1, Attempt = attempt, CustomerKey = "c", RecipientKey = [0], Address = "a@b.example" };
            }
        }

        return items;
    }
}
