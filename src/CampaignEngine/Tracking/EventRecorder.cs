using System.Threading.Channels;
using CampaignEngine.Operating;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>
/// Group commit for events: everything that arrives while one commit is under way goes into the next one. A task handed out by
/// <see cref="RecordAsync"/> ends when its event is durable, so an answer that waits for it never acknowledges a lost event.
/// </summary>
public sealed class EventRecorder : IAsyncDisposable
{
    private static readonly KeyValuePair<string, object?> Written = new("end", "written");
    private static readonly KeyValuePair<string, object?> Refused = new("end", "refused");
    private static readonly KeyValuePair<string, object?> Turned = new("end", "queue_full");
    private static readonly KeyValuePair<string, object?> GivenUp = new("end", "given_up");
    private readonly EventStore _store;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _clock;
    private readonly Channel<Waiting> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public EventRecorder(EventStore store, EventRecorderOptions options, TimeProvider clock)
    {
        _store = store;
        _options = options;
        _clock = clock;
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(options.Capacity) { SingleReader = true });
        _loop = Task.Run(WriteBatchesAsync);
    }

    /// <summary>
    /// Hands one event in. False: the queue is full or closing and nothing was taken. Otherwise <paramref name="durable"/> ends once the event is
    /// committed, and fails if the database refused this event for good.
    /// </summary>
    public bool TryRecord(TrackedEvent tracked, out Task durable)
    {
        var waiting = new Waiting(tracked);
        durable = waiting.Done.Task;
        var taken = _queue.Writer.TryWrite(waiting);
        if (taken)
        {
            EngineMeter.EventsWaiting.Add(1);
        }
        else
        {
            EngineMeter.Events.Add(1, Turned);
        }

        return taken;
    }

    /// <summary>Waits until the event is durable or the deadline has passed; false means not (yet) durable or not taken.</summary>
    public async Task<bool> RecordAsync(TrackedEvent tracked, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (!TryRecord(tracked, out var durable))
        {
            return false;
        }

        try
        {
            await durable.WaitAsync(deadline, _clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Writes what is waiting, then stops. What the database does not take within ten seconds is given up: it was never acknowledged.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(10));
        await _loop;
        _stop.Dispose();
    }

    private async Task WriteBatchesAsync()
    {
        var batch = new List<Waiting>(_options.BatchSize);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            {
                batch.Clear();
                while (batch.Count < _options.BatchSize && _queue.Reader.TryRead(out var waiting))
                {
                    batch.Add(waiting);
                }

                await WriteAsync(batch);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            GiveUp(batch);
        }
    }

    private async Task WriteAsync(List<Waiting> batch)
    {
        while (true)
        {
            try
            {
                await _store.WriteAsync(batch.ConvertAll(w => w.Event), _stop.Token);
                Ended(batch.Count, Written);
                batch.ForEach(w => w.Done.TrySetResult());
                return;
            }
            catch (PostgresException refused) when (!refused.IsTransient)
            {
                await WriteOneByOneAsync(batch, refused);
                return;
            }
            catch (NpgsqlException)
            {
                // The commit may or may not have happened; the event keys make the second try harmless.
                await Task.Delay(_options.RetryAfter, _clock, _stop.Token);
            }
        }
    }

    // One event that the database refuses for good must not take its neighbours with it.
    private async Task WriteOneByOneAsync(List<Waiting> batch, PostgresException refused)
    {
        if (batch.Count == 1)
        {
            Ended(1, Refused);
            batch[0].Done.TrySetException(refused);
            return;
        }

        foreach (var waiting in batch)
        {
            await WriteAsync([waiting]);
        }
    }

    private void GiveUp(List<Waiting> batch)
    {
        while (_queue.Reader.TryRead(out var waiting))
        {
            batch.Add(waiting);
        }

        var open = batch.FindAll(w => w.Done.TrySetCanceled());
        Ended(open.Count, GivenUp);
    }

    private static void Ended(int count, KeyValuePair<string, object?> end)
    {
        EngineMeter.EventsWaiting.Add(-count);
        EngineMeter.Events.Add(count, end);
    }

    private sealed class Waiting(TrackedEvent tracked)
    {
        public TrackedEvent Event { get; } = tracked;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
