using System.Collections.Concurrent;
using System.Net;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Channels;

/// <summary>A workspace with one gateway, customers with telephones, and the double that takes what is sent.</summary>
internal sealed class SmsWorkspace : IAsyncDisposable
{
    // As many as any test asks for, filled once, so that person n has the key n.
    private const int Customers = 300;
    private readonly TestDatabase _database;
    private readonly TempDirectory _folder = new("sms");
    private readonly GatewayDouble _gateway;

    public SmsWorkspace(TestDatabase database, GatewayScript? script = null, string more = "")
    {
        _database = database;
        _gateway = GatewayDouble.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            script ?? new GatewayScript(),
            (message, _) =>
            {
                Stored.Enqueue(message);
                return ValueTask.CompletedTask;
            },
            TimeProvider.System);
        File.Copy(Path.Combine(Repository.Root, "model.yaml"), Path.Combine(_folder.FullName, "model.yaml"));
        File.WriteAllText(Path.Combine(_folder.FullName, "engine.yaml"), $$$"""
            routes:
              gate:
                connections: 3
                timeout: 30 seconds
                http:
                  url: http://{{{_gateway.EndPoint}}}/send
                  json: '{"to": "{{ to }}", "from": "{{ from }}", "text": "{{ text }}", "reference": "{{ key }}"}'
                  message_id: { path: id }
                  {{{more}}}
            senders:
              shop: { sms: { route: gate, id: HillLeaf } }
            """);
    }

    /// <summary>What the gateway accepted, in its own process, which outlives the workers.</summary>
    public ConcurrentQueue<ReceivedShortMessage> Stored { get; } = new();

    public IEnumerable<string> Twice => Stored.GroupBy(s => s.Key).Where(g => g.Count() > 1).Select(g => g.Key);

    public async Task<int> FreezeAsync(string campaign, int people, CancellationToken cancellationToken)
    {
        await _database.ExecuteAsync($"""
            INSERT INTO crm.customers (customer_no, first_name, mobile)
            SELECT 'T' || n, 'Person ' || n, '+8869' || lpad(n::text, 8, '0') FROM generate_series(1, {Customers}) AS n
            WHERE NOT EXISTS (SELECT FROM crm.customers)
            """);
        var content = new MailingContent
        {
            Campaign = campaign, Marketing = true, Drop = "text", Channel = "sms", Sender = "shop", People = "customers", TemplateName = "sms/text", Text = "Hello {{ customer.first_name }}, tea for you.\n",
        };
        return await new FrozenMailing { Campaign = campaign, Drop = "text", Channel = "sms", People = people, ChunkSize = 30, Definition = content.ToJson() }.FreezeAsync(_database.Source, cancellationToken);
    }

    /// <summary>The real program, sending until nothing is due.</summary>
    public CampaignProcess Worker(string? crash = null) => CampaignProcess.Start(
        _folder.FullName, ["worker", "--until-idle"], new Dictionary<string, string?> { ["CAMPAIGN_DATABASE"] = _database.ConnectionString, ["CAMPAIGN_CRASH"] = crash, ["DOTNET_TieredPGO"] = "0" });

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }
}
