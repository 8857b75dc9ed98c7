using System.Diagnostics;
using System.Globalization;
using CampaignEngine.Database;
using CampaignEngine.EndToEnd.Faults;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>
/// Minutes of random SIGKILLs over three workers on one database while rounds are launched, paused, resumed, edited and unsubscribed from; then what is left is sent, and
/// everything is balanced against the sink: <c>dotnet run -c Release --project tests/CampaignEngine.EndToEnd -- random-kills MINUTES [SEED]</c>
/// </summary>
internal sealed record RandomKills
{
    public const string Verb = "random-kills";
    private const int Workers = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public required int Seed { get; init; }

    public required TimeSpan Time { get; init; }

    /// <summary>Customers: the size of each round's list.</summary>
    public int People { get; init; } = 5_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var minutes = args is [var written, ..] ? double.Parse(written, CultureInfo.InvariantCulture) : 60;
        var seed = args is [_, var number, ..] ? int.Parse(number, CultureInfo.InvariantCulture) : Random.Shared.Next(1, 1_000_000);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"random-kills {minutes} {seed}"));
        using var folder = new TempDirectory("rk");
        var problems = await new RandomKills { Seed = seed, Time = TimeSpan.FromMinutes(minutes) }.RunAsync(folder["s"], Console.WriteLine);
        foreach (var problem in problems)
        {
            Console.WriteLine("WRONG: " + problem);
        }

        Console.WriteLine(problems.Count == 0 ? "balanced" : "NOT balanced");
        return problems.Count == 0 ? 0 : 1;
    }

    /// <param name="folder">Of the workspace; a short path.</param>
    /// <param name="say">Gets the table.</param>
    /// <returns>What is wrong; empty when everything balances.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string folder, Action<string> say)
    {
        await using var sink = new KillSink(Seed);
        await using var shop = await Shop.OpenAsync(folder, sink.Port);
        shop.Write("engine.yaml", """
            zone: Asia/Taipei
            routes: { inbox: { smtp: "127.0.0.1:2525", tls: off, connections: 4 } }
            senders: { shop: { from: tea@shop.example, route: inbox, return_path: bounces@shop.example, unsubscribe: unsubscribe@shop.example } }
            postal_address: 12 Terrace Road, Taipei 106, Taiwan
            """);
        await shop.FillAsync(People);

        // The first command that opens the workspace lets the query role read what the model maps.
        Shop.AssertDone(await shop.RunAsync("status"));
        var workspace = Workspace.Load(shop.Folder, environment: null, campaignFiles: []);
        await using var database = await EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = shop.Folder }, TimeProvider.System, CancellationToken.None);
        var engine = new CampaignEngineServices(shop.Folder, workspace.Settings!, workspace.Model!, database, TimeProvider.System);
        var workers = new KilledWorkers(shop, Workers, new Random(Seed));
        var office = new OfficeHours(shop, engine, sink, People, Seed);

        await office.LaunchNextAsync();
        workers.Start();
        var watch = Stopwatch.StartNew();
        using (var over = new CancellationTokenSource(Time))
        {
            await Task.WhenAll(StoppingAll(workers.RunAsync), StoppingAll(office.RunAsync));

            async Task StoppingAll(Func<CancellationToken, Task> part)
            {
                try
                {
                    await part(over.Token);
                }
                catch
                {
                    await over.CancelAsync();
                    throw;
                }
            }
        }

        var killing = watch.Elapsed;
        await FinishAsync(office, watch);
        var living = await workers.StopAsync();
        var balance = await KillBalance.ReadAsync(database.Source, sink, office.Rounds, living, CancellationToken.None);
        Write(say, sink, workers, office, balance, killing);
        return [.. Wrong(balance, sink), .. workers.Problems];
    }

    private static async Task FinishAsync(OfficeHours office, Stopwatch watch)
    {
        var begun = watch.Elapsed;
        while (await office.OpenAsync() > 0)
        {
            if (watch.Elapsed - begun > Patience)
            {
                return;
            }

            await office.CallWaitingAsync();
            await Task.Delay(500);
        }
    }

    private static List<string> Wrong(KillBalance balance, KillSink sink)
    {
        (string What, long Number)[] counts =
        [
            ("came twice", sink.Twice.Count), ("lost", balance.Lost), ("given up", balance.GivenUp), ("phantom", balance.Phantom), ("unrecorded", balance.Unrecorded), ("doubts not listed", balance.Unknown - balance.Listed),
            ("doubts of workers that were not killed", balance.DoubtsOfLiving), ("messages that nobody approved", sink.Unapproved.Count),
        ];
        return [.. counts.Where(c => c.Number != 0).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.What}: {c.Number}")), .. sink.Twice.Take(10), .. balance.Faults];
    }

    private static void Write(Action<string> say, KillSink sink, KilledWorkers workers, OfficeHours office, KillBalance balance, TimeSpan killing)
    {
        var doubts = balance.DoubtsPerKill;
        var late = sink.Late.Order().ToList();
        Row(say, "", "");
        Row(say, "---", "---:");
        foreach (var (what, number) in (IEnumerable<(string, object)>)
        [
            ("minutes of kills", Math.Round(killing.TotalMinutes, 1)), ("SIGKILLs", workers.Kills), ("of workers that had been granted something", doubts.Count),
            ("rounds launched", office.Rounds), ("pauses and resumes", office.Pauses), ("unsubscribes", office.Unsubscribes), ("edits of files being sent", office.Edits),
            ("people on frozen lists", balance.Frozen), ("arrived at the sink", sink.Count), ("accepted", balance.Accepted), ("unsubscribed before their message left", balance.Skipped),
            ("in doubt", balance.Listed), ("in doubt and arrived", balance.ListedAndArrived),
            ("duplicates at the sink", sink.Twice.Count), ("lost", balance.Lost), ("given up after many attempts", balance.GivenUp), ("phantom", balance.Phantom), ("unrecorded", balance.Unrecorded),
            ("doubts listed", string.Create(CultureInfo.InvariantCulture, $"{balance.Listed} of {balance.Unknown}")),
            ("messages after a pause or unsubscribe was answered", late.Count), ("the latest of them, ms", late.Count == 0 ? "-" : Math.Round(late[^1])),
            ("doubts per SIGKILL, median", doubts.Count == 0 ? "-" : doubts[doubts.Count / 2]), ("doubts per SIGKILL, most", doubts.Count == 0 ? "-" : doubts[^1]),
        ])
        {
            Row(say, what, string.Create(CultureInfo.InvariantCulture, $"{number:#,0.#}"));
        }
    }

    private static void Row(Action<string> say, string what, string number) => say($"| {what} | {number} |");
}
