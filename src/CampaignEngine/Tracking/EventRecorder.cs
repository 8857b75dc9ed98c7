using CampaignEngine.Operating;
using CampaignEngine.Tracking.Spooling;

namespace CampaignEngine.Tracking;

/// <summary>
/// Takes events and answers for them: an event counts once it is flushed to the spool on disk, whatever the database does. A second loop
/// (<see cref="SpoolDrain"/>) brings the spool into the database; event keys make it harmless to bring the same event twice.
/// </summary>
public sealed class EventRecorder : IAsyncDisposable
{
    private static readonly KeyValuePair<string, object?> Turned = new("end", "spool_full");
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _clock;
    private readonly SpoolFolder _folder;
    private readonly SpoolWriter _writer;
    private readonly SpoolDrain _drain;

    /// <param name="say">Receives a line when the database or the disk stops taking events, and when it takes them again.</param>
    /// <exception cref="IOException">The spool's folder cannot be written.</exception>
    public EventRecorder(EventStore store, EventRecorderOptions options, TimeProvider clock, Action<string> say)
    {
        (_options, _clock) = (options, clock);
        _folder = SpoolFolder.Take(options.Directory);
        var old = _folder.Segments();
        var size = old.Sum(number => new FileInfo(_folder.FileOf(number)).Length);
        _writer = new SpoolWriter(_folder, options, size, old.Count == 0 ? 1 : old[^1] + 1, say);
        _drain = new SpoolDrain(_folder, _writer, store, options, clock, say);
    }

    /// <summary>
    /// Hands one event in. False: the spool is full or closing and nothing was taken. Otherwise <paramref name="durable"/> ends once the event is on
    /// the disk; its result is false when the disk refused it.
    /// </summary>
    public bool TryRecord(TrackedEvent tracked, out Task<bool> durable) => TryRecord([tracked], out durable);

    /// <summary>The same for many at once: all are taken, or none.</summary>
    public bool TryRecord(ReadOnlySpan<TrackedEvent> events, out Task<bool> durable)
    {
        if (_writer.Append(events) is { } taken)
        {
            durable = taken;
            return true;
        }

        EngineMeter.Events.Add(events.Length, Turned);
        durable = Task.FromResult(false);
        return false;
    }

    /// <summary>Waits until the event is durable or the deadline has passed; false means not (yet) durable or not taken.</summary>
    public Task<bool> RecordAsync(TrackedEvent tracked, TimeSpan deadline, CancellationToken cancellationToken) =>
        TryRecord(tracked, out var durable) ? WithinAsync(durable, deadline, cancellationToken) : durable;

    /// <summary>The same for many at once: all are taken, or none.</summary>
    public Task<bool> RecordAsync(IReadOnlyList<TrackedEvent> events, TimeSpan deadline, CancellationToken cancellationToken) =>
        TryRecord([.. events], out var durable) ? WithinAsync(durable, deadline, cancellationToken) : durable;

    /// <summary>Waits until the database has everything that was durable at this call.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _drain.ReachAsync(_writer.Durable, cancellationToken);

    /// <summary>Brings what is waiting into the database, as long as the options allow; the rest stays on the disk for the next process.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        await _drain.StopAsync(_writer.Durable, _options.LastPatience);
        _drain.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> WithinAsync(Task<bool> durable, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await durable.WaitAsync(deadline, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
