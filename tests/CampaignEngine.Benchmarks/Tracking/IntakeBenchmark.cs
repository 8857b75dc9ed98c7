using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Database.Private;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Web;
using CampaignEngine.Web.Endpoints;

namespace CampaignEngine.Benchmarks.Tracking;

/// <summary>
/// Answers coming in: <c>intake --seconds 60 --rate 5000</c>. Clicks one by one at a steady rate, the same while PostgreSQL is stopped for all of the time,
/// then signed batches as fast as they are taken. The server is a process of its own; at the end every acknowledged event must be in the database once.
/// </summary>
internal static class IntakeBenchmark
{
    private const string Secret = "a secret of the benchmark";
    private const int People = 200_000;
    private const int Links = 3;
    private const int BatchLines = 5_000;

    public static async Task RunAsync(string[] args)
    {
        if (args is ["server", var served])
        {
            await ServeAsync(served);
            return;
        }

        var seconds = Value(args, "--seconds", 60);
        var rate = Value(args, "--rate", 5_000);
        using var folder = new TempDirectory("bench-intake");
        var workspace = Path.Combine(folder.FullName, "ws");
        Directory.CreateDirectory(workspace);
        try
        {
            var mailing = await PrepareAsync(workspace);
            using var server = Start(workspace);
            var address = new Uri((await server.StandardOutput.ReadLineAsync())!);
            var endPoint = new IPEndPoint(IPAddress.Loopback, address.Port);
            var tokens = ItemTokens.Of(InstallationKeys.Load(workspace), [1]);
            var load = new ClickLoad(endPoint, tokens, mailing, People, Links);
            await load.RunAsync(500, TimeSpan.FromSeconds(5));

            Console.WriteLine("| load | seconds | acknowledged | per second | 503 | p50 | p99 | p99.9 | slowest | in the database after |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
            var acknowledged = await CountAsync(workspace, server);
            acknowledged += await ClicksAsync("single clicks", load, rate, seconds, workspace, server, acknowledged, stopDatabase: false);
            acknowledged += await ClicksAsync("single clicks, PostgreSQL stopped", load, rate, seconds, workspace, server, acknowledged, stopDatabase: true);
            await BatchesAsync(address, tokens, mailing, Math.Max(10, seconds / 3), workspace, server, acknowledged);
            await server.StandardInput.WriteLineAsync();
            Console.WriteLine($"\nserver: {await server.StandardOutput.ReadLineAsync()}");
            await server.WaitForExitAsync();
        }
        finally
        {
            await PrivatePostgres.StopAsync(workspace, CancellationToken.None);
        }
    }

    private static async Task<long> ClicksAsync(string name, ClickLoad load, int rate, int seconds, string workspace, Process server, long before, bool stopDatabase)
    {
        if (stopDatabase)
        {
            await PrivatePostgres.StopAsync(workspace, CancellationToken.None);
        }

        var figures = await load.RunAsync(rate, TimeSpan.FromSeconds(seconds));
        var drained = await DrainedAsync(workspace, server, before + figures.Redirected);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {figures.Seconds:0.0} | {figures.Redirected:N0} | {figures.Redirected / figures.Seconds:N0} | {figures.Busy + figures.Failed} | {figures.At(0.5):0.0} ms | {figures.At(0.99):0.0} ms | {figures.At(0.999):0.0} ms | {figures.At(1):0.0} ms | {drained:0.0} s |"));
        return figures.Redirected;
    }

    private static async Task BatchesAsync(Uri address, ItemTokens tokens, int mailing, int seconds, string workspace, Process server, long before)
    {
        // Made beforehand, so that the measure is of taking them; every batch has a second of its own, so every line is another event.
        var bodies = new List<byte[]>();
        var start = TimeProvider.System.GetUtcNow().AddDays(-1);
        for (var n = 0; n < 40; n++)
        {
            var text = new StringBuilder();
            for (var k = 0; k < BatchLines; k++)
            {
                var ordinal = (((n * BatchLines) + k) % People) + 1;
                text.Append(CultureInfo.InvariantCulture, $"{{\"token\":\"{tokens.Click(mailing, ordinal, 1)}\",\"kind\":\"click\",\"at\":\"TIME\",\"agent\":\"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\"}}\n");
            }

            bodies.Add(Encoding.UTF8.GetBytes(text.Replace("TIME", start.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)).ToString()));
        }

        using var client = new HttpClient { BaseAddress = address };
        var (taken, latencies, pass) = (0L, new List<double>(), 0);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            var body = bodies[pass % bodies.Count];
            Restamp(body, start.AddSeconds(pass / bodies.Count));
            pass++;
            var sent = Stopwatch.GetTimestamp();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/in/bench/events") { Content = new ByteArrayContent(body) };
            var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            request.Headers.Add(SignedCallers.TimeHeader, time);
            request.Headers.Add(SignedCallers.SignatureHeader, Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), (byte[])[.. Encoding.UTF8.GetBytes(time + "."), .. body])));
            using var response = await client.SendAsync(request);
            var answer = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
            if (!answer.StartsWith($"{{\"taken\":{BatchLines},", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(answer[..Math.Min(300, answer.Length)]);
            }

            taken += BatchLines;
            latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        latencies.Sort();
        var figures = new ClickFigures(0, 0, 0, took, [.. latencies]);
        var drained = await DrainedAsync(workspace, server, before + taken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| batches of {BatchLines:N0} | {took:0.0} | {taken:N0} | {taken / took:N0} | 0 | {figures.At(0.5):0.0} ms | {figures.At(0.99):0.0} ms | {figures.At(0.999):0.0} ms | {figures.At(1):0.0} ms | {drained:0.0} s |"));
    }

    // The time of every line is written anew; all lines of a body have one.
    private static void Restamp(byte[] body, DateTimeOffset at)
    {
        var stamp = Encoding.ASCII.GetBytes(at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        for (var rest = body.AsSpan(); rest.IndexOf("\"at\":\""u8) is >= 0 and var found; rest = rest[(found + 6)..])
        {
            stamp.CopyTo(rest[(found + 6)..]);
        }
    }

    private static async Task<double> DrainedAsync(string workspace, Process server, long expected)
    {
        var began = Stopwatch.GetTimestamp();
        var count = await CountAsync(workspace, server);
        return count == expected ? Stopwatch.GetElapsedTime(began).TotalSeconds : throw new InvalidOperationException($"{count:N0} events in the database, {expected:N0} acknowledged");
    }

    // The database is started where it was stopped; the server says when it has brought everything there.
    private static async Task<long> CountAsync(string workspace, Process server)
    {
        await using var database = await OpenAsync(workspace);
        await server.StandardInput.WriteLineAsync("flush");
        await server.StandardOutput.ReadLineAsync();
        await using var command = database.Source.CreateCommand("SELECT count(*) FROM engine.event");
        command.CommandTimeout = 0;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static Task<EngineDatabase> OpenAsync(string workspace) =>
        EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = workspace, Linger = TimeSpan.FromHours(1) }, TimeProvider.System, CancellationToken.None);

    private static async Task<int> PrepareAsync(string workspace)
    {
        await using var database = await OpenAsync(workspace);
        await database.MigrateAsync(CancellationToken.None);
        await using (var fill = database.Source.CreateCommand($"INSERT INTO crm.customers (customer_no, email) SELECT 'C' || n, 'p' || n || '@example.com' FROM generate_series(1, {People}) n"))
        {
            fill.CommandTimeout = 0;
            await fill.ExecuteNonQueryAsync();
        }

        var mailing = await new FrozenMailing { Campaign = "bench", Drop = "one", People = People }.FreezeAsync(database.Source, CancellationToken.None);
        await using var links = database.Source.CreateCommand($"INSERT INTO engine.mailing_link (mailing_id, link_no, url) SELECT {mailing}, n, 'https://shop.example/' || n FROM generate_series(1, {Links}) n");
        await links.ExecuteNonQueryAsync();
        return mailing;
    }

    private static Process Start(string workspace)
    {
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(IntakeBenchmark).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. own, "intake", "server", workspace]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
    }

    private static async Task ServeAsync(string workspace)
    {
        Environment.SetEnvironmentVariable("CAMPAIGN_BENCH_SECRET", Secret);
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", "callers: { bench: { secret: { env: CAMPAIGN_BENCH_SECRET } } }"u8, null, problems)!;
        var model = ModelLoader.Load("model.yaml", await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "model.yaml")), problems)!;
        await using var database = await OpenAsync(workspace);
        var services = new CampaignEngineServices(workspace, settings, model, database, TimeProvider.System);
        await using var recorder = services.Recorder(TimeProvider.System, Console.Error.WriteLine);
        var site = new TrackingSite(database.Source, model, services.Tokens, TimeProvider.System, recorder, services.MachineRules, settings);
        await site.Links.LearnAsync(CancellationToken.None);
        await using var server = WebServer.Create(
            new WebServerOptions { Listen = "http://127.0.0.1:0" }, site, map: routes => routes.MapCallers(site, new SignedCallers(settings.Callers, workspace, TimeProvider.System), null));
        await server.StartAsync(CancellationToken.None);
        Console.WriteLine(server.Address);
        while (await Console.In.ReadLineAsync() == "flush")
        {
            await recorder.FlushAsync(CancellationToken.None);
            Console.WriteLine("flushed");
        }

        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.TotalProcessorTime.TotalSeconds:0} s of processor time, {self.PeakWorkingSet64 / 1048576} MiB at most"));
    }

    private static int Value(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
