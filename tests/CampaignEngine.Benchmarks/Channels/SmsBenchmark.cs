using System.Diagnostics;
using System.Globalization;
using System.Net;
using CampaignEngine.Authoring;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;

namespace CampaignEngine.Benchmarks.Channels;

/// <summary>
/// SMS from the frozen list into the gateway double, which stores them: <c>sms --people 200000</c>. Rendered from customer rows, ledgered with default
/// durability, sent over HTTP by the ordinary worker. The double is a process of its own, the database a private server in a temporary folder.
/// </summary>
internal static class SmsBenchmark
{
    public static async Task RunAsync(string[] args)
    {
        if (args is ["double", var store])
        {
            await ReceiveAsync(store);
            return;
        }

        var people = args is ["--people", var written] ? int.Parse(written, CultureInfo.InvariantCulture) : 200_000;
        using var folder = new TempDirectory("bench-sms");
        Console.WriteLine("| gateway | lanes | messages | seconds | messages/s | commits | peak memory of the sender |\n|---|---:|---:|---:|---:|---:|---:|");
        var workspace = Path.Combine(folder.FullName, "ws");
        Directory.CreateDirectory(workspace);
        try
        {
            await using var database = await EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = workspace }, TimeProvider.System, CancellationToken.None);
            await database.MigrateAsync(CancellationToken.None);
            await FillAsync(database, people);
            foreach (var (name, lanes, body) in new[]
            {
                ("form (Twilio's shape)", 8, "preset: twilio, "), ("JSON (MessageBird's shape)", 8, "preset: messagebird, "), ("form (Twilio's shape)", 4, "preset: twilio, "),
            })
            {
                await MeasureAsync(database, workspace, Path.Combine(folder.FullName, $"inbox-{lanes}-{name.Length}"), name, body, lanes, people);
            }
        }
        finally
        {
            await Database.Private.PrivatePostgres.StopAsync(workspace, CancellationToken.None);
        }
    }

    private static async Task MeasureAsync(EngineDatabase database, string workspace, string store, string name, string body, int lanes, int people)
    {
        using var gateway = StartDouble(store);
        var server = (await gateway.StandardOutput.ReadLineAsync())!;
        var path = body.Contains("twilio", StringComparison.Ordinal) ? "2010-04-01/Accounts/AC/Messages.json" : "messages";
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", System.Text.Encoding.UTF8.GetBytes($$"""
            routes: { gate: { http: { {{body}}url: "http://{{server}}/{{path}}" }, user: AC, password: { env: CAMPAIGN_BENCH_PASSWORD } } }
            senders: { shop: { sms: { route: gate, id: HillLeaf } } }
            """), null, problems) ?? throw new InvalidOperationException(string.Join('\n', problems.Items));
        Environment.SetEnvironmentVariable("CAMPAIGN_BENCH_PASSWORD", "secret");
        var model = ModelLoader.Load("model.yaml", await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "model.yaml")), problems)!;
        await FreezeAsync(database, $"bench-{lanes}-{name.Length}", people);

        var started = TimeProvider.System.GetTimestamp();
        var counts = await SmsSetup.Of(database, workspace, settings, model, TimeProvider.System)
            .Worker(database, workspace, settings, new DispatchOptions { Lanes = lanes }, TimeProvider.System, null, Console.Error.WriteLine)
            .RunUntilIdleAsync(CancellationToken.None);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        await gateway.StandardInput.WriteLineAsync();
        await gateway.WaitForExitAsync();
        using var messages = MessageStore.Open(store)!;
        if (counts.Accepted != people || messages.Count != people)
        {
            throw new InvalidOperationException($"{counts.Accepted} accepted and {messages.Count} stored of {people}");
        }

        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {lanes} | {counts.Accepted:N0} | {seconds:0.0} | {counts.Accepted / seconds:N0} | {counts.Ticks:N0} | {self.PeakWorkingSet64 / 1048576} MiB |"));
    }

    private static Process StartDouble(string store)
    {
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SmsBenchmark).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. own, "sms", "double", store]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
    }

    private static async Task ReceiveAsync(string store)
    {
        await using var writer = MessageStoreWriter.Open(store, durable: false);
        await using var gateway = GatewayDouble.Start(new IPEndPoint(IPAddress.Loopback, 0), new GatewayScript(), async (message, _) => await writer.AppendAsync(message.ToStored()), TimeProvider.System);
        Console.WriteLine(gateway.EndPoint);
        await Console.In.ReadLineAsync();
    }

    private static async Task FillAsync(EngineDatabase database, int people)
    {
        await using var command = database.Source.CreateCommand($"""
            INSERT INTO crm.customers (customer_no, first_name, mobile)
            SELECT 'T' || n, 'Person ' || n, '+8869' || lpad(n::text, 8, '0') FROM generate_series(1, {people}) AS n;
            ANALYZE crm.customers
            """);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task FreezeAsync(EngineDatabase database, string campaign, int people)
    {
        var content = new MailingContent
        {
            Campaign = campaign, Marketing = true, Drop = "text", Channel = "sms", Sender = "shop", People = "customers", TemplateName = "sms/text",
            Text = "Hill & Leaf: 10% off the spring harvest for you, {{ customer.first_name }}, until Sunday: {{ link \"https://shop.example/s\" }} Stop: {{ unsubscribe_url }}\n",
            Links = ["https://shop.example/s"],
        };
        await new FrozenMailing { Campaign = campaign, Drop = "text", Channel = "sms", People = people, Definition = content.ToJson() }.FreezeAsync(database.Source, CancellationToken.None);
        await using var analyze = database.Source.CreateCommand("ANALYZE");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
    }
}
