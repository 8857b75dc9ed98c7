using CampaignEngine.EndToEnd.Faults;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>Real <c>campaign worker</c> processes on one database that are killed at random moments, now and then several together, and started again.</summary>
internal sealed class KilledWorkers(Shop shop, int count, Random random)
{
    private const int Killed = 137;

    // What a process ends with that is told to stop before it listens to signals: right after its start.
    private const int Terminated = 143;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
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
            // Mostly in the middle of the work, now and then in the middle of the start, or all at once.
            var victim = random.Next(8) == 0 ? random.Next(count) : await AtWorkAsync(over);
            await Pause.ForAsync(LongestWait * random.NextDouble(), over);
            await KillAsync(victim);
            while (random.Next(10) == 0 && _running.Count > 0)
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
            Note(await end, 0, Terminated);
            process.Dispose();
        }

        _running.Clear();
        return left;
    }

    /// <summary>One that has a chunk in hand; any when the time is over before there is one.</summary>
    private async Task<int> AtWorkAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var owners = await shop.ScalarAsync<int[]>("SELECT coalesce(array_agg(split_part(owner, '/', 2)::int), '{}') FROM engine.send_chunk WHERE owner IS NOT NULL");
            var working = Enumerable.Range(0, _running.Count).Where(i => owners.Contains(_running[i].Process.Id)).ToList();
            if (working.Count > 0)
            {
                return working[random.Next(working.Count)];
            }

            await Pause.ForAsync(Look, over);
        }

        return random.Next(_running.Count);
    }

    private async Task KillAsync(int index)
    {
        var (process, end) = _running[index];
        _running.RemoveAt(index);
        await process.KillAsync(CancellationToken.None);
        Note(await end, Killed, Killed);
        process.Dispose();
        Kills++;
    }

    private void Note(CampaignResult end, int expected, int early)
    {
        if ((end.ExitCode != expected && end.ExitCode != early) || end.Errors.Contains("   at ", StringComparison.Ordinal))
        {
            _problems.Add($"a worker ended with {end.ExitCode}: {end.Errors.Trim()}");
        }
    }
}
