using System.Diagnostics;
using System.Globalization;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;

namespace CampaignEngine.Benchmarks;

/// <summary>
/// A whole plan (five conditions, dedupe by e-mail and household, holdout), the freeze of everybody, and why: <c>plan --customers 1000000</c>.
/// Uses a private server in a temporary folder; <c>--in FOLDER</c> uses that folder, fills it the first time and leaves it, for looking closer.
/// </summary>
internal static class PlanBenchmark
{
    private const string Selective = """
        campaign: bench-plan
        audience:
          where:
            - country in ("DE", "FR", "GB")
            - count(orders where category = "tea" and ordered_at within 1 year) >= 2
            - sum(orders.amount) >= 100
            - rfm.recency >= 4
          exclude: [contacted within 14 days]
          dedupe: [email, household]
          holdout: 10%
        drops:
          - { drop: announce, channel: email, template: email/bench, subject: Hello, schedule: now, unit_cost: 0.002 USD }
        response: { window: 14 days }
        """;

    private const string Everybody = """
        campaign: bench-freeze
        purpose: service
        audience: { dedupe: email }
        drops:
          - { drop: announce, channel: email, template: email/bench, subject: Everybody, schedule: now }
        response: { window: 14 days }
        """;

    private static string LongMail(string before, string after) =>
        before + string.Concat(Enumerable.Range(0, 40).Select(i => $"<p style=\"margin:0 0 16px\">Block {i} of the harvest letter, with some words of text around {{{{ customer.first_name ?? 'you' }}}} in {{{{ customer.city ?? 'your town' }}}} and more.</p>\n"))
        + after + "<a href=\"https://shop.example/\">Shop</a> <a href=\"{{ unsubscribe_url }}\">Unsubscribe</a>";

    public static Task RunAsync(string[] args) => RunAsync(args, CancellationToken.None);

    private static async Task RunAsync(string[] args, CancellationToken cancellationToken)
    {
        long customers = args is ["--customers", var written, ..] ? long.Parse(written, CultureInfo.InvariantCulture) : 1_000_000;
        string? kept = args is [.., "--in", var named] ? Path.GetFullPath(named) : null;
        DirectoryInfo folder = kept is null ? Directory.CreateTempSubdirectory("campaign-bench-") : Directory.CreateDirectory(kept);
        bool filled = kept is not null && folder.EnumerateFileSystemInfos().Any();
        try
        {
            await using EngineDatabase database = await EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = folder.FullName }, TimeProvider.System, cancellationToken);
            await database.MigrateAsync(cancellationToken);
            if (!filled)
                await SelectionData.GenerateAsync(database.Source, customers, cancellationToken);
            var problems = new ProblemList();
            CustomerModel model = ModelLoader.Load("model.yaml", await File.ReadAllBytesAsync(SelectionBenchmark.ModelFile(), cancellationToken), problems)!;
            await database.GrantQueryRoleAsync(
                [.. model.Entities.Values.Select(e => (e.Table.Schema, e.Table.Name)), ("engine", "contact_history"), ("engine", "event_history"), ("engine", "rfm_threshold")], cancellationToken);
            var engine = new CampaignEngineServices(folder.FullName, new EngineSettings(), model, database, new Standing(SelectionData.Now));

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{customers:N0} customers, {customers * 4:N0} orders\n\n| step | seconds | people |\n|---|---:|---:|"));
            PlanDocument plan = await PlanAsync("plan, first (purchase summary built)", Selective);
            plan = await PlanAsync("plan, again", Selective);
            PlanDocument all = await PlanAsync("plan of everybody", Everybody);
            await MeasureProofAsync("proof of a short mail", "<p>Hello {{ customer.first_name ?? 'there' }}</p>");
            await MeasureProofAsync("proof of a long mail, 80 values", LongMail("", ""));
            await MeasureProofAsync("proof of a long mail, 80 values and the last order", LongMail("{{ last = orders[0] }}", "{{ if last }}<p>You last ordered on {{ last.ordered_at | date.to_string '%F' }} for {{ last.amount }}.</p>{{ end }}"));
            LaunchResult launch = await MeasureAsync("freeze of everybody, deduplicated", () => engine.Launcher.LaunchAsync(all.Campaign, all.Hash, false, cancellationToken), l => l.Drops[0].People);
            _ = launch;
            CampaignDefinition campaign = Load(Selective);
            var random = new Random(7);
            _ = await engine.Explainer.ExplainAsync("C1", campaign, cancellationToken);
            double[] times = [.. Enumerable.Range(0, 21).Select(_ => 0.0)];
            for (int i = 0; i < times.Length; i++)
            {
                long started = Stopwatch.GetTimestamp();
                _ = await engine.Explainer.ExplainAsync("C" + random.NextInt64(1, customers).ToString(CultureInfo.InvariantCulture), campaign, cancellationToken)
                    ?? throw new InvalidOperationException("nobody there");
                times[i] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
            Array.Sort(times);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| why, median of {times.Length} | {times[times.Length / 2]:0.000} | 1 |\n| why, slowest | {times[^1]:0.000} | 1 |"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\npeak memory of the engine: {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} MiB"));

            async Task MeasureProofAsync(string name, string html)
            {
                var content = new MailingContent { Campaign = "bench", Marketing = true, Drop = "announce", Channel = "email", Sender = "main", People = "customers", TemplateName = "email/bench", Subject = "Hello {{ customer.customer_no }}", Html = html };
                await MeasureAsync(name, () => new TemplateProof(database.QuerySource, model, engine.Settings, TimeZoneInfo.Utc, TimeProvider.System).RunAsync([(content, 0)], PeopleAsync(), null, cancellationToken), p => p.Rendered);
            }

            async IAsyncEnumerable<PersonToProve> PeopleAsync()
            {
                await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
                await using var command = new Npgsql.NpgsqlCommand("SELECT customer_id::text FROM crm.customers LIMIT 200000", connection) { CommandTimeout = 0 };
                await using var rows = await command.ExecuteReaderAsync(cancellationToken);
                while (await rows.ReadAsync(cancellationToken))
                    yield return new PersonToProve(rows.GetString(0), null, 1);
            }

            async Task<PlanDocument> PlanAsync(string name, string yaml)
            {
                CampaignDefinition definition = Load(yaml);
                BoundAudience audience = BoundAudience.Bind(definition, model, problems) ?? throw new InvalidOperationException(problems.Items[0].ToString());
                var messages = new Dictionary<string, MailingContent>
                {
                    ["announce"] = new() { Campaign = definition.Name, Marketing = true, Drop = "announce", Channel = "email", Sender = "main", People = "customers", TemplateName = "email/bench", Subject = definition.Name, Html = "<p>Hello</p>" },
                };
                return await MeasureAsync(name, () => engine.Planner.PlanAsync(definition, audience, messages, null, cancellationToken), p => p.Net);
            }

            CampaignDefinition Load(string yaml) =>
                CampaignLoader.Load("campaigns/bench.yaml", Encoding.UTF8.GetBytes(yaml), problems) ?? throw new InvalidOperationException(problems.Items[0].ToString());
        }
        finally
        {
            if (kept is null)
                folder.Delete(recursive: true);
        }
    }

    private static async Task<T> MeasureAsync<T>(string name, Func<Task<T>> work, Func<T, long> people)
    {
        long started = Stopwatch.GetTimestamp();
        T result = await work();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} | {people(result):N0} |"));
        return result;
    }

    private sealed class Standing(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
