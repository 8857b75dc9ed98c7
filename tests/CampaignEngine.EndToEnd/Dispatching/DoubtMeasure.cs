using System.Globalization;
using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Dispatching;

/// <summary>
/// Doubts per SIGKILL with and without flight recorder: workers under full load are killed at random moments, another one finishes.
/// <c>dotnet run -c Release --project tests/CampaignEngine.EndToEnd -- measure-doubts KILLS</c>
/// </summary>
internal static class DoubtMeasure
{
    public const string Verb = "measure-doubts";
    private const int People = 3000;

    public static async Task<int> RunAsync(string[] args)
    {
        var kills = args is [var written] ? int.Parse(written, CultureInfo.InvariantCulture) : 25;
        var database = new TestDatabase();
        await database.InitializeAsync();
        try
        {
            Console.WriteLine("| flight recorder | kills | lanes | largest grant | doubts, median | doubts, most | second copies at the sink | people without an end |");
            Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
            await MeasureAsync(database, kills, null, DispatchOptions.LargestUnrecordedGrant);
            await MeasureAsync(database, kills, Path.Combine(database.WorkspaceDirectory, "flight"), 256);
        }
        finally
        {
            await database.DisposeAsync();
        }

        return 0;
    }

    private static async Task MeasureAsync(TestDatabase database, int kills, string? recorders, int largest)
    {
        var random = new Random(20261122);
        var doubts = new List<long>();
        var (copies, open) = (0, 0L);
        for (var kill = 1; kill <= kills; kill++)
        {
            var campaign = $"kill-{recorders is not null}-{largest}-{kill}";
            await new FrozenMailing { Campaign = campaign, People = People }.FreezeAsync(database.Source, CancellationToken.None);
            await using var sink = new Sink();
            var worker = new WorkerChild { Database = database.ConnectionString, Port = sink.Port, Lanes = 4, LargestGrant = largest, Recorders = recorders };
            var enough = random.Next(People / 10, People * 3 / 4);
            using (var killed = worker.Start())
            {
                while (sink.Stored.Count < enough && !killed.HasExited)
                {
                    await Task.Delay(1);
                }

                killed.Kill();
                await killed.WaitForExitAsync();
            }

            using (var next = worker.Start())
            {
                await next.WaitForExitAsync();
            }

            var balance = (await MailingBalance.ReadAsync(database.Source, campaign, CancellationToken.None)).Single();
            doubts.Add(balance.InDoubt);
            open += balance.Pending;
            copies += sink.Twice.Count();
        }

        doubts.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {(recorders is null ? "off" : "on")} | {kills} | 4 | {largest} | {doubts[kills / 2]} | {doubts[^1]} | {copies} | {open} |"));
    }
}
