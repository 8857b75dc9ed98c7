using CampaignEngine.Operating;
using Npgsql;

namespace CampaignEngine.Tracking.Spooling;

/// <summary>
/// Brings segments into the database, the oldest first, and removes each once the database has all of it. A database that is away is asked again until
/// it answers. Segments that killed processes left behind are looked for at the start and once a minute.
/// </summary>
internal sealed class SpoolDrain : IDisposable
{
    private static readonly KeyValuePair<string, object?> Written = new("end", "written");
    private static readonly KeyValuePair<string, object?> Refused = new("end", "refused");
    private static readonly TimeSpan LookForLost = TimeSpan.FromMinutes(1);
    private readonly SpoolFolder _own;
    private readonly SpoolWriter _writer;
    private readonly EventStore _store;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TrackedEvent> _batch = [];
    private readonly Lock _gate = new();
    private readonly long _first;
    private readonly Task _loop;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SpoolPosition _reached;
    private bool _away;

    public SpoolDrain(SpoolFolder own, SpoolWriter writer, EventStore store, EventRecorderOptions options, TimeProvider clock, Action<string> say)
    {
        (_own, _writer, _store, _options, _clock, _say) = (own, writer, store, options, clock, say);
        _first = writer.First;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Ends once the database has everything before a position.</summary>
    /// <exception cref="ObjectDisposedException">The drain was stopped before.</exception>
    public async Task ReachAsync(SpoolPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_reached.CompareTo(position) >= 0)
                {
                    return;
                }

                moved = _moved.Task;
            }

            await await Task.WhenAny(moved, _loop).WaitAsync(cancellationToken);
            ObjectDisposedException.ThrowIf(_loop.IsCompleted, this);
        }
    }

    /// <summary>Goes on up to a position or for so long, then ends.</summary>
    public async Task StopAsync(SpoolPosition position, TimeSpan patience)
    {
        var isEmpty = true;
        using var enough = new CancellationTokenSource(patience, _clock);
        try
        {
            await ReachAsync(position, enough.Token);
        }
        catch (OperationCanceledException)
        {
            isEmpty = false;
            _say("events: the database has not taken everything; the rest stays in the spool and is written by the next 'campaign serve'");
        }

        await _stop.CancelAsync();
        await _loop;
        if (isEmpty)
        {
            File.Delete(_own.FileOf(position.Segment));
        }
    }

    /// <summary>After <see cref="StopAsync"/>.</summary>
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        try
        {
            foreach (var segment in _own.Segments().Where(s => s < _first))
            {
                await DrainOldAsync(_own, segment);
            }

            var lookAgain = DateTimeOffset.MinValue;
            for (var segment = _first; ; segment++)
            {
                lookAgain = await DrainOwnAsync(segment, lookAgain);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task<DateTimeOffset> DrainOwnAsync(long segment, DateTimeOffset lookAgain)
    {
        SpoolReader? reader = null;
        try
        {
            while (true)
            {
                if (_clock.GetUtcNow() >= lookAgain)
                {
                    lookAgain = _clock.GetUtcNow() + LookForLost;
                    await DrainLostAsync();
                }

                var durable = _writer.Durable;
                var isCurrent = durable.Segment == segment;
                if (reader is null && (!isCurrent || durable.Offset > 0))
                {
                    reader = new SpoolReader(_own.FileOf(segment));
                }

                if (reader is not null && await DrainAsync(reader, isCurrent ? durable.Offset : reader.Length))
                {
                    Reached(new SpoolPosition(segment, reader.Offset));
                    continue;
                }

                if (!isCurrent)
                {
                    _writer.Removed(Remove(reader!));
                    Reached(new SpoolPosition(segment + 1, 0));
                    return lookAgain;
                }

                Reached(durable);
                await MoreAsync(durable);
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private async Task MoreAsync(SpoolPosition durable)
    {
        try
        {
            await _writer.MoreAsync(durable).WaitAsync(LookForLost, _clock, _stop.Token);
            await Task.Delay(_options.Gathering, _clock, _stop.Token);
        }
        catch (TimeoutException)
        {
            // Nothing came; time to look for others.
        }
    }

    private async Task DrainLostAsync()
    {
        foreach (var folder in SpoolFolder.TakeLost(_options.Directory))
        {
            using (folder)
            {
                foreach (var segment in folder.Segments())
                {
                    await DrainOldAsync(folder, segment);
                }
            }
        }
    }

    private async Task DrainOldAsync(SpoolFolder folder, long segment)
    {
        using var reader = new SpoolReader(folder.FileOf(segment));
        var length = reader.Length;
        while (await DrainAsync(reader, length, isOld: true))
        {
            // Until nothing is left.
        }

        var removed = Remove(reader);
        if (folder == _own)
        {
            _writer.Removed(removed);
        }
    }

    // False: there was nothing before the end.
    private async Task<bool> DrainAsync(SpoolReader reader, long end, bool isOld = false)
    {
        _batch.Clear();
        reader.Read(_batch, _options.BatchSize, end);
        if (_batch.Count > 0)
        {
            // Another process took them; from here on they are ours.
            EngineMeter.EventsWaiting.Add(isOld ? _batch.Count : 0);
            await WriteAsync(_batch);
        }

        return _batch.Count > 0;
    }

    private long Remove(SpoolReader reader)
    {
        var length = reader.Length;
        if (reader.Damaged > 0)
        {
            _say($"events: {reader.Damaged:N0} bytes of {reader.Path} were no events, as a process leaves them that is killed in the middle of a write; everything else was read");
        }

        reader.Dispose();
        File.Delete(reader.Path);
        return length;
    }

    private void Reached(SpoolPosition position)
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            _reached = position;
            (moved, _moved) = (_moved, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        moved.SetResult();
    }

    private async Task WriteAsync(List<TrackedEvent> events)
    {
        while (true)
        {
            try
            {
                await _store.WriteAsync(events, _stop.Token);
                Ended(events.Count, Written);
                if (_away)
                {
                    _away = false;
                    _say("events: the database takes events again");
                }

                return;
            }
            catch (PostgresException refused) when (IsTheEventsFault(refused))
            {
                await WriteOneByOneAsync(events, refused);
                return;
            }
            catch (NpgsqlException fault)
            {
                // The commit may or may not have happened; the event keys make the second try harmless.
                if (!_away)
                {
                    _away = true;
                    _say($"events: the database does not take events ({fault.Message}); they are kept in the spool");
                }

                await Task.Delay(_options.RetryAfter, _clock, _stop.Token);
            }
        }
    }

    // A value that does not fit (class 22) or a constraint (class 23). Everything else, a full disk or a missing table, is the database's own state and passes.
    private static bool IsTheEventsFault(PostgresException fault) => fault.SqlState.StartsWith("22", StringComparison.Ordinal) || fault.SqlState.StartsWith("23", StringComparison.Ordinal);

    // One event that the database refuses for good must not take its neighbours with it.
    private async Task WriteOneByOneAsync(List<TrackedEvent> events, PostgresException refused)
    {
        if (events.Count == 1)
        {
            Ended(1, Refused);
            _say($"events: the database refuses the event {events[0].Key} for good: {refused.MessageText}");
            return;
        }

        foreach (var tracked in events)
        {
            await WriteAsync([tracked]);
        }
    }

    private static void Ended(int count, KeyValuePair<string, object?> end)
    {
        EngineMeter.EventsWaiting.Add(-count);
        EngineMeter.Events.Add(count, end);
    }
}
