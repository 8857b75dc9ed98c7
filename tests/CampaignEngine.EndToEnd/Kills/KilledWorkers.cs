using CampaignEngine.EndToEnd.Faults;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>Real <c>campaign worker</c> processes on one database that are killed at random moments, now and then several together, and started again.</summary>
internal sealed class KilledWorkers(Shop shop, int count, Random random)
{
    private const int Killed = 137;
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(7);
    private readonly List<(CampaignProcess Process, Task<CampaignResult> End)> _running = [];
    private readonly List<string> _problems = [];

    public int Kills { get; private set; }

    /// <summary>What workers said that ended without being killed.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void Start()
    {
        while (_running.Count < count)
        {
            var process = shop.Start("worker");
            _running.Add((process, process.FinishAsync(CancellationToken.None)));
        }
    }

    /// <summary>Kills and starts again until the time is over.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            // With three workers a kill every two seconds lets each live for six: long enough to be in the middle of its work.
            await Task.Delay(LongestLife * random.NextDouble() * 2 / count, over).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var together = random.Next(10) == 0 ? count : 1;
            for (var i = 0; i < together; i++)
            {
                await KillAsync(random.Next(_running.Count));
            }

            Start();
        }
    }

    /// <summary>Ends those that still run the way an operator does.</summary>
    /// <returns>Their process ids.</returns>
    public async Task<IReadOnlyList<int>> StopAsync()
    {
        var left = _running.ConvertAll(w => w.Process.Id);
        foreach (var (process, end) in _running)
        {
            await Signal.SendAsync(process.Id, "TERM", CancellationToken.None);
            Note(await end, 130);
            process.Dispose();
        }

        _running.Clear();
        return left;
    }

    private async Task KillAsync(int index)
    {
        var (process, end) = _running[index];
        _running.RemoveAt(index);
        await process.KillAsync(CancellationToken.None);
        Note(await end, Killed);
        process.Dispose();
        Kills++;
    }

    private void Note(CampaignResult end, int expected)
    {
        if (end.ExitCode != expected || end.Errors.Contains("   at ", StringComparison.Ordinal))
        {
            _problems.Add($"a worker ended with {end.ExitCode}: {end.Errors.Trim()}");
        }
    }
}
