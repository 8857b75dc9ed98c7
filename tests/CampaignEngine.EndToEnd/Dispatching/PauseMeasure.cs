using System.Diagnostics;
using System.Globalization;
using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Dispatching;

/// <summary>
/// How long after the answer to a pause the last message arrives, and after the answer to a resume the first, with several workers under full load:
/// <c>dotnet run -c Release --project tests/CampaignEngine.EndToEnd -- measure-pause ROUNDS</c>
/// </summary>
internal static class PauseMeasure
{
    public const string Verb = "measure-pause";
    private const int Workers = 3;
    private const int FullLoad = 1000;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(700);

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args is [var written] ? int.Parse(written, CultureInfo.InvariantCulture) : 100;
        var database = new TestDatabase();
        await database.InitializeAsync();
        await using var sink = new Sink();
        await new FrozenMailing { Campaign = "paused", People = 10_000 + (rounds * 4_000) }.FreezeAsync(database.Source, CancellationToken.None);
        var worker = new WorkerChild { Database = database.ConnectionString, Port = sink.Port, Lanes = 4, LargestGrant = 256, RunsOn = true };
        var running = Enumerable.Range(0, Workers).Select(_ => worker.Start()).ToList();
        var (stops, starts) = (new List<double>(), new List<double>());
        try
        {
            await NextAsync(sink, sink.Stored.Count);
            for (var round = 0; round < rounds && running.TrueForAll(w => !w.HasExited); round++)
            {
                await MailingControl.PauseAsync(database.Source, "paused", null, CancellationToken.None);
                stops.Add((await LastAsync(sink)).TotalMilliseconds);
                var count = sink.Stored.Count;
                await MailingControl.ResumeAsync(database.Source, "paused", null, CancellationToken.None);
                starts.Add((await NextAsync(sink, count)).TotalMilliseconds);
                while (sink.Stored.Count < count + FullLoad)
                {
                    await Task.Delay(1);
                }
            }
        }
        finally
        {
            foreach (var process in running)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }

            await database.DisposeAsync();
        }

        Console.WriteLine("| from the answer to | to | rounds | median ms | p99 ms | most ms |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        Write("pause", "last message at the sink", stops);
        Write("resume", "first message at the sink", starts);
        return 0;
    }

    private static void Write(string from, string to, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {from} | {to} | {times.Count} | {times[times.Count / 2]:0} | {times[(int)Math.Ceiling(times.Count * 0.99) - 1]:0} | {times[^1]:0} |"));
    }

    private static async Task<TimeSpan> NextAsync(Sink sink, int count)
    {
        var watch = Stopwatch.StartNew();
        while (sink.Stored.Count == count)
        {
            await Task.Delay(1);
        }

        return watch.Elapsed;
    }

    private static async Task<TimeSpan> LastAsync(Sink sink)
    {
        var watch = Stopwatch.StartNew();
        var (count, last) = (sink.Stored.Count, TimeSpan.Zero);
        while (watch.Elapsed - last < Quiet)
        {
            await Task.Delay(1);
            if (sink.Stored.Count is var now && now != count)
            {
                (count, last) = (now, watch.Elapsed);
            }
        }

        return last;
    }
}
