using System.Globalization;
using System.Security.Cryptography;
using CampaignEngine.Authoring;
using CampaignEngine.Benchmarks.Templating;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>How the engine reaches the sink.</summary>
/// <param name="Port">On this machine.</param>
/// <param name="Lanes">Connections.</param>
internal sealed record SendRoute(int Port, int Lanes)
{
    /// <summary>STARTTLS, with a certificate that nobody signed.</summary>
    public bool Tls { get; init; }

    /// <summary>The engine signs every message.</summary>
    public bool Dkim { get; init; }
}

/// <summary>
/// A workspace with a base of customers (two and a half years of orders, four each) and one drop to all of them, frozen: a personalised HTML mail of
/// 15.5 KB on the wire. Lies in a folder of its own, with a private server of default durability.
/// </summary>
internal sealed class SendWorkspace : IAsyncDisposable
{
    private const string Campaign = """
        campaign: bench-send
        audience: { }
        drops:
          - { drop: announce, channel: email, template: email/bench, subject: "{{ customer.first_name ?? 'Dear reader' }}, the spring teas are in", schedule: now }
        response: { window: 14 days }
        """;

    private readonly EngineDatabase _database;

    private SendWorkspace(EngineDatabase database, CampaignEngineServices services) => (_database, Services) = (database, services);

    public CampaignEngineServices Services { get; }

    public NpgsqlDataSource Source => _database.Source;

    /// <summary>Writes the files, for another route anew.</summary>
    public static void Write(string folder, SendRoute route)
    {
        Directory.CreateDirectory(Path.Combine(folder, "campaigns"));
        Directory.CreateDirectory(Path.Combine(folder, "templates", "email"));
        File.Copy(SelectionBenchmark.ModelFile(), Path.Combine(folder, "model.yaml"), overwrite: true);
        var (tls, dkim) = (route.Tls ? "required, verify_certificate: false" : "off", route.Dkim ? ", dkim: { selector: bench, key_file: dkim.pem }" : "");
        File.WriteAllText(Path.Combine(folder, "engine.yaml"), string.Create(CultureInfo.InvariantCulture, $$"""
            zone: Europe/Berlin
            web: { base_url: "https://t.shop.example" }
            routes: { relay: { smtp: 127.0.0.1:{{route.Port}}, tls: {{tls}}, connections: {{route.Lanes}} } }
            senders: { shop: { from: Spring Teas <tea@shop.example>, route: relay, return_path: bounces@shop.example{{dkim}} } }
            postal_address: Hill & Leaf Tea, 12 Terrace Road, Taipei 106, Taiwan
            """));
        File.WriteAllText(Path.Combine(folder, "campaigns", "bench-send.yaml"), Campaign);
        File.WriteAllText(Path.Combine(folder, "templates", "email", "bench.sbn-html"), BenchmarkMessages.MailOfModel);
        if (route.Dkim)
        {
            using var key = RSA.Create(2048);
            File.WriteAllText(Path.Combine(folder, "dkim.pem"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    public static async Task<SendWorkspace> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Load(folder, environment: null);
        if (workspace.Problems.HasErrors)
        {
            throw new InvalidOperationException(string.Join('\n', workspace.Problems.Items));
        }

        var database = await EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = folder }, TimeProvider.System, cancellationToken);
        await database.MigrateAsync(cancellationToken);
        return new SendWorkspace(database, new CampaignEngineServices(folder, workspace.Settings!, workspace.Model!, database, TimeProvider.System));
    }

    /// <summary>Fills an empty base and freezes everybody.</summary>
    public async Task FillAsync(long people, CancellationToken cancellationToken)
    {
        await SelectionData.GenerateAsync(Source, people, cancellationToken);
        await ExecuteAsync("UPDATE crm.customers SET email_consent = 'granted'; VACUUM (FULL, ANALYZE) crm.customers; UPDATE engine.mailing SET state = 'cancelled' WHERE campaign = 'bench'", cancellationToken);
        var model = Services.Model;
        await _database.GrantQueryRoleAsync(
            [.. model.Entities.Values.Select(e => (e.Table.Schema, e.Table.Name)), ("engine", "contact_history"), ("engine", "event_history"), ("engine", "rfm_threshold")], cancellationToken);
        var problems = new ProblemList();
        var campaign = Workspace.Load(Services.WorkspaceDirectory, environment: null).Campaigns.Single();
        var run = new CampaignRun(Services);
        var plan = await run.PlanAsync(campaign, problems, progress: null, cancellationToken) ?? throw new InvalidOperationException(string.Join('\n', problems.Items));
        var launch = await run.LaunchAsync(plan.Campaign, plan.Hash, overBudget: true, cancellationToken);
        if (launch.Drops.Count != 1)
        {
            throw new InvalidOperationException(launch.Text);
        }
    }

    /// <summary>Forgets what was sent, so that the same frozen list is sent again.</summary>
    public Task RewindAsync(CancellationToken cancellationToken) => ExecuteAsync("""
        TRUNCATE engine.send_grant, engine.send_outcome, engine.send_doubt, engine.send_retry;
        UPDATE engine.send_chunk SET next_ordinal = first_ordinal, epoch = 0, owner = NULL, lease_until = NULL, retry_at = NULL;
        UPDATE engine.mailing SET state = 'running', completed_at = NULL WHERE campaign = 'bench-send';
        VACUUM (FULL, ANALYZE) engine.send_chunk;
        CHECKPOINT
        """, cancellationToken);

    // One at a time: VACUUM stands in no transaction.
    private async Task ExecuteAsync(string statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements.Split(';'))
        {
            await using var command = Source.CreateCommand(statement);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
