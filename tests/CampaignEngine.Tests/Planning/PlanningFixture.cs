using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Deduplication;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tests.Planning;

/// <summary>A small customer database whose every person is there for one reason of the waterfall.</summary>
public sealed class PlanningFixture : TestDatabase
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private const string People = """
        INSERT INTO crm.households (household_no) VALUES ('H1'), ('H2');
        INSERT INTO crm.customers (customer_no, first_name, email, country, household_id, email_consent, mobile, sms_consent, time_zone) VALUES
            ('anna',    '陳淑芬', 'Anna@Example.org', 'TW', NULL, 'granted', '0912345678', 'granted', 'Asia/Taipei'),
            ('anna-2',  'Anna',  ' anna@example.ORG', 'TW', NULL, 'granted', NULL, 'unknown', NULL),
            ('bruno',   'Bruno', 'bruno@example.org', 'DE', NULL, 'granted', NULL, 'unknown', NULL),
            ('nomail',  'No',    NULL, 'TW', NULL, 'granted', NULL, 'unknown', NULL),
            ('broken',  'Bad',   'broken(at)example', 'TW', NULL, 'granted', NULL, 'unknown', NULL),
            ('unasked', 'Un',    'unasked@example.org', 'TW', NULL, 'unknown', NULL, 'unknown', NULL),
            ('blocked', 'Bl',    'blocked@example.org', 'TW', NULL, 'granted', NULL, 'unknown', NULL),
            ('mother',  'Mo',    'mother@example.org', 'TW', 1, 'granted', NULL, 'unknown', NULL),
            ('father',  'Fa',    'father@example.org', 'TW', 1, 'granted', NULL, 'unknown', NULL),
            ('idn',     'Idn',   'tee@bücher.example', 'TW', NULL, 'granted', NULL, 'unknown', NULL),
            ('idn-2',   'Idn',   'tee@xn--bcher-kva.example', 'TW', NULL, 'granted', NULL, 'unknown', NULL),
            ('cross',   'Cr',    'cross@example.org', 'TW', NULL, 'granted', NULL, 'unknown', NULL);
        INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount)
            SELECT 'O-' || customer_no, customer_id, timestamptz '2026-01-01' + customer_id * interval '1 hour', 10 * customer_id FROM crm.customers;
        INSERT INTO crm.suppressions (channel, address, reason) VALUES ('email', 'BLOCKED@example.org', 'imported');
        INSERT INTO crm.complaints (customer_id, opened_at) SELECT customer_id, '2026-02-01' FROM crm.customers WHERE customer_no = 'cross';
        """;

    public CampaignEngineServices Services { get; private set; } = null!;

    public static CustomerModel Model => Models.Crm;

    public static CampaignDefinition Campaign(string name = "spring", string audience = "", string drops = "", string more = "")
    {
        string yaml = $$"""
            campaign: {{name}}
            {{more}}
            audience:
              where:
                - country = "TW"
                - sum(orders.amount) >= 1
              exclude:
                - has(complaints where status = "open")
              dedupe: [email, household]
            {{audience}}
            drops:
              - drop: announce
                channel: email
                template: email/spring
                subject: Hello
                schedule: now
                unit_cost: 0.10 USD
            {{drops}}
            response: { window: 14 days }
            """;
        var problems = new ProblemList();
        CampaignDefinition? campaign = CampaignLoader.Load($"campaigns/{name}.yaml", Encoding.UTF8.GetBytes(yaml), problems);
        Assert.Empty(problems.Items);
        return campaign!;
    }

    public static Dictionary<string, MailingContent> Messages(CampaignDefinition campaign, string? html = null) =>
        campaign.Drops.ToDictionary(d => d.Name, d => new MailingContent
        {
            Campaign = campaign.Name, Marketing = true, Drop = d.Name, Channel = d.Channel, Sender = "main", People = "customers",
            TemplateName = d.Template.Text, Subject = d.Subject?.Text, Html = $"{html ?? campaign.Name}{d.Name}",
        });

    public async Task<PlanDocument> PlanAsync(CampaignDefinition campaign, Dictionary<string, MailingContent>? messages = null, EngineSettings? settings = null)
    {
        var problems = new ProblemList();
        BoundAudience audience = BoundAudience.Bind(campaign, Model, problems)!;
        Assert.Empty(problems.Items);
        var planner = new Planner(Database, Services.Lists, (_, _, _) => Task.FromResult<IReadOnlyList<PlanSample>>([]), TimeZoneInfo.Utc, "USD", TimeProvider.System,
            new TemplateProof(Database.QuerySource, Model, settings ?? Services.Settings, TimeZoneInfo.Utc, TimeProvider.System).RunAsync);
        return await planner.PlanAsync(campaign, audience, messages ?? Messages(campaign), null, TestContext.Current.CancellationToken);
    }

    public Task<LaunchResult> LaunchAsync(PlanDocument plan, bool overBudget = false) =>
        Services.Launcher.LaunchAsync(plan.Campaign, plan.Hash, overBudget, TestContext.Current.CancellationToken);

    public async Task<Dictionary<string, string>> ReasonsAsync(PlanDocument plan)
    {
        await using NpgsqlConnection connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await connection.QueryAsync<(string, string)>("""
            SELECT c.customer_no, p.reason FROM engine.list_person p JOIN crm.customers c ON c.customer_id::text = p.customer_key
            WHERE p.list_id = (SELECT list_id FROM engine.plan WHERE plan_hash = @hash AND campaign = @campaign)
            """, new { hash = plan.Hash, campaign = plan.Campaign })).ToDictionary(r => r.Item1, r => r.Item2);
    }

    public async Task<List<string>> ItemsAsync(int mailing)
    {
        await using NpgsqlConnection connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return [.. (await connection.QueryAsync<string>("""
            SELECT c.customer_no FROM engine.mailing_item i JOIN crm.customers c ON c.customer_id::text = i.customer_key WHERE mailing_id = @mailing ORDER BY 1
            """, new { mailing }))];
    }

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using (NpgsqlCommand command = Source.CreateCommand(People))
            await command.ExecuteNonQueryAsync(cancellationToken);
        await Database.GrantQueryRoleAsync(
            [.. Model.Entities.Values.Select(e => (e.Table.Schema, e.Table.Name)), ("engine", "contact_history"), ("engine", "event_history"), ("engine", "rfm_threshold")], cancellationToken);
        Services = new CampaignEngineServices(WorkspaceDirectory, new EngineSettings { DefaultCountry = "TW" }, Model, Database, TimeProvider.System);
    }
}
