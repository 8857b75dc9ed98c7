using System.ComponentModel.DataAnnotations;
using CampaignEngine.Dispatching.Recording;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>
/// One worker on one channel: owns chunks, makes the ticks and feeds its lanes (docs/message-lifecycle.md). Any number of workers may run on one
/// database; they meet only in the ledger.
/// </summary>
public sealed class Dispatcher
{
    private readonly NpgsqlDataSource _source;
    private readonly IChannel _channel;
    private readonly IMessageSource _messages;
    private readonly DispatchOptions _options;
    private readonly CrashPoint _crash;
    private readonly TimeProvider _time;
    private readonly string _owner;
    private readonly FlightRecorders _recorders;

    /// <param name="owner">A name no other worker has; see <see cref="WorkerIdentity"/>.</param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    public Dispatcher(
        NpgsqlDataSource source, IChannel channel, IMessageSource messages, DispatchOptions options, string owner, CrashPoint crash, TimeProvider time)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        if (options.GrantLifetime >= options.Lease)
        {
            throw new ValidationException($"dispatch: the grant's lifetime ({options.GrantLifetime}) must be shorter than the lease ({options.Lease})");
        }

        (_source, _channel, _messages, _options, _owner, _crash, _time) = (source, channel, messages, options, owner, crash, time);
        _recorders = new FlightRecorders(options.RecorderDirectory, owner, time);
    }

    /// <summary>Receives what happened, at most ten times a second and once at the end.</summary>
    public IProgress<DispatchProgress>? Progress { get; init; }

    /// <summary>Receives sentences an operator should read: no relay, database lost, database held. Each once until it changes.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Sends what is due now and returns when no more is: what waits for another attempt later stays in the ledger.</summary>
    public Task<DispatchCounts> RunOnceAsync(CancellationToken cancellationToken) => RunAsync(untilIdle: true, new DispatchCounts(), cancellationToken);

    /// <summary>As <see cref="RunOnceAsync"/>, again until a run finds nothing (what another worker still holds is waited for).</summary>
    public async Task<DispatchCounts> RunUntilIdleAsync(CancellationToken cancellationToken)
    {
        var total = new DispatchCounts();
        while (true)
        {
            var run = await RunAsync(untilIdle: true, total, cancellationToken);
            total += run;
            if (!run.Any || run.Problem is not null || cancellationToken.IsCancellationRequested)
            {
                return total;
            }
        }
    }

    /// <summary>Sends until cancelled, then drains: the message under way comes to its end, the rest is given back. Leaves no doubts.</summary>
    public Task<DispatchCounts> RunAsync(CancellationToken cancellationToken) => RunAsync(untilIdle: false, new DispatchCounts(), cancellationToken);

    private async Task<DispatchCounts> RunAsync(bool untilIdle, DispatchCounts before, CancellationToken cancellationToken)
    {
        // A few slots more than lanes can have in hand: what a stopping relay still reports while the next tick is granted.
        var recorder = _recorders.Open((_options.Lanes * 2 * _options.LargestGrant) + _options.LargestGrant, out var problem);
        if (problem is not null)
        {
            Say(problem);
        }

        var width = new GrantWidth(recorder is null ? Math.Min(_options.LargestGrant, DispatchOptions.LargestUnrecordedGrant) : _options.LargestGrant);
        var desk = new LaneDesk(width, _time);
        await using var ledger = new LedgerConnection(_source, _owner, _options, new LostWorkers(_owner, _recorders, _options.Retry), _crash, _time);
        using var over = new CancellationTokenSource();
        var channels = Enumerable.Range(0, _options.Lanes).Select(_ => _channel.CreateLane()).ToList();
        var lanes = channels.Select(channel => Task.Run(() => new Lane(desk, channel, _messages, _crash, _time).RunAsync(over.Token), CancellationToken.None)).ToList();
        try
        {
            var coordinator = new Coordinator(ledger, desk, new WorkInHand(desk, width, recorder, _options, _time), recorder, _channel.Name, _options, _crash, _time) { Progress = Progress, Before = before, Say = Say };
            var sending = coordinator.RunAsync(untilIdle, cancellationToken);

            // A lane only ends before the coordinator by a fault of ours; then nobody must wait for it.
            var first = await Task.WhenAny(lanes.Prepend(sending));
            if (first != sending)
            {
                await first;
            }

            return await sending;
        }
        finally
        {
            desk.Drain();
            desk.End();
            await over.CancelAsync();
            await Task.WhenAll(lanes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var channel in channels)
            {
                await channel.DisposeAsync();
            }

            _recorders.Close();
        }
    }
}
