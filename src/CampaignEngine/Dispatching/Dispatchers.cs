namespace CampaignEngine.Dispatching;

/// <summary>The workers of one process, one for each channel that has a route. A fault of one stops the others too.</summary>
public sealed class Dispatchers(IReadOnlyList<Dispatcher> channels)
{
    /// <summary>See <see cref="Dispatcher.RunOnceAsync"/>.</summary>
    public Task<DispatchCounts> RunOnceAsync(CancellationToken cancellationToken) => RunAsync((d, token) => d.RunOnceAsync(token), cancellationToken);

    /// <summary>See <see cref="Dispatcher.RunUntilIdleAsync"/>.</summary>
    public Task<DispatchCounts> RunUntilIdleAsync(CancellationToken cancellationToken) => RunAsync((d, token) => d.RunUntilIdleAsync(token), cancellationToken);

    /// <summary>See <see cref="Dispatcher.RunAsync(CancellationToken)"/>.</summary>
    public Task<DispatchCounts> RunAsync(CancellationToken cancellationToken) => RunAsync((d, token) => d.RunAsync(token), cancellationToken);

    private async Task<DispatchCounts> RunAsync(Func<Dispatcher, CancellationToken, Task<DispatchCounts>> run, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var counts = await Task.WhenAll(channels.Select(async channel =>
        {
            try
            {
                return await run(channel, over.Token);
            }
            catch
            {
                await over.CancelAsync();
                throw;
            }
        }));
        return counts.Aggregate((a, b) => a + b) with { Problem = counts.Select(c => c.Problem).FirstOrDefault(p => p is not null) };
    }
}

/// <summary>Adds up what the workers of a process report.</summary>
public sealed class JoinedProgress(IProgress<DispatchProgress> whole)
{
    private readonly Lock _gate = new();
    private readonly List<DispatchProgress> _parts = [];

    /// <summary>The receiver of one more worker.</summary>
    public IProgress<DispatchProgress> Part()
    {
        lock (_gate)
        {
            _parts.Add(new DispatchProgress(new DispatchCounts(), 0));
            return new One(this, _parts.Count - 1);
        }
    }

    private sealed class One(JoinedProgress owner, int place) : IProgress<DispatchProgress>
    {
        public void Report(DispatchProgress value)
        {
            lock (owner._gate)
            {
                owner._parts[place] = value;
                owner.Whole.Report(new DispatchProgress(owner._parts.Select(p => p.Counts).Aggregate((a, b) => a + b), owner._parts.Sum(p => p.Rate)));
            }
        }
    }

    private IProgress<DispatchProgress> Whole => whole;
}
