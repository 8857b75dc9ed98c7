using System.Diagnostics;
using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Reporting;
using Npgsql;

namespace CampaignEngine.Benchmarks;

/// <summary>
/// A report over 1,000,000 contacts, 100,000 people held out, 5,000,000 events and 1,000,000 orders, alone in the database and beside campaigns that are not in
/// it: <c>report --contacts 1000000</c>. Cold is a server that has just been started and a first connection. Uses a private server in a temporary folder;
/// <c>--in FOLDER</c> uses that folder, fills it the first time and leaves it, for looking closer.
/// </summary>
internal static class ReportBenchmark
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public static Task RunAsync(string[] args) => RunAsync(args, CancellationToken.None);

    private static async Task RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var contacts = args is ["--contacts", var written, ..] ? long.Parse(written, CultureInfo.InvariantCulture) : 1_000_000;
        var kept = args is [.., "--in", var named] ? Path.GetFullPath(named) : null;
        var folder = kept is null ? Directory.CreateTempSubdirectory("campaign-bench-") : Directory.CreateDirectory(kept);
        try
        {
            await FillAsync(folder, "bench", contacts, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contacts:N0} contacts, {contacts / 10:N0} held out, {contacts * 5:N0} events, {contacts:N0} orders\n\n| | cold | warm |\n|---|---:|---:|"));
            await MeasureAsync(folder, "alone in the database", contacts, cancellationToken);
            await FillAsync(folder, "other", contacts, cancellationToken);
            await MeasureAsync(folder, "beside a campaign as large", contacts, cancellationToken);
        }
        finally
        {
            if (kept is null)
            {
                folder.Delete(true);
            }
        }
    }

    // Each time through a server of its own: the last connection's end stops the private server.
    private static async Task MeasureAsync(DirectoryInfo folder, string name, long contacts, CancellationToken cancellationToken)
    {
        await using var database = await OpenAsync(folder, cancellationToken);
        var request = Request();
        List<double> seconds = [];
        for (var i = 0; i < 4; i++)
        {
            var clock = Stopwatch.StartNew();
            var report = await new CampaignReporter(database.Source).RunAsync(request, cancellationToken);
            seconds.Add(clock.Elapsed.TotalSeconds);
            if (report!.Total.Contacted != contacts)
            {
                throw new InvalidOperationException($"{report.Total.Contacted} people are contacted in the report");
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {seconds[0]:0.00} s | {seconds[1..].Order().ElementAt(1):0.00} s |"));
    }

    private static Task<EngineDatabase> OpenAsync(DirectoryInfo folder, CancellationToken cancellationToken) =>
        EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = folder.FullName, Linger = TimeSpan.Zero }, TimeProvider.System, cancellationToken);

    private static ReportRequest Request()
    {
        var problems = new ProblemList();
        var model = ModelLoader.Load("model.yaml", File.ReadAllBytes(SelectionBenchmark.ModelFile()), problems)!;
        var rule = new ConditionBinder(model, problems).BindRelation(new Written("orders where category = \"tea\"", new Place("bench", 1, 1)), model.People);
        return new ReportRequest { Campaign = "bench", Model = model, Response = new ResponseDefinition { Place = new Place("bench", 1, 1) }, Conversion = rule, AsOf = Start.AddDays(60) };
    }

    private static async Task FillAsync(DirectoryInfo folder, string campaign, long contacts, CancellationToken cancellationToken)
    {
        await using var database = await OpenAsync(folder, cancellationToken);
        await database.MigrateAsync(cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using (var there = new NpgsqlCommand($"SELECT count(*) FROM engine.mailing WHERE campaign = '{campaign}'", connection))
        {
            if ((long)(await there.ExecuteScalarAsync(cancellationToken))! > 0)
            {
                return;
            }
        }

        foreach (var statement in (string[])[Settings, campaign == "bench" ? Customers : "SELECT 1", Mailing, Outcomes, Events, "DROP TABLE frozen", "VACUUM ANALYZE engine.event", "ANALYZE"])
        {
            await using var command = new NpgsqlCommand(
                statement.Replace(":contacts", contacts.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace(":campaign", campaign, StringComparison.Ordinal), connection)
            { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // Triggers and foreign keys are not what is measured.
    private const string Settings = "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off";

    private const string Customers =
        """
        INSERT INTO crm.customers (customer_no) SELECT 'C' || g FROM generate_series(1, :contacts * 11 / 10) g;
        INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount, category)
        SELECT 'O' || g, 1 + abs(hashint8extended(g, 1)) % (:contacts * 11 / 10), timestamptz '2026-03-01 09:00+00' + (abs(hashint8(g)::bigint) % (86400 * 40)) * interval '1 second' - interval '10 days',
               (abs(hashint8(g + 7)::bigint) % 30000 + 100) / 100.0, (ARRAY['tea','coffee','pots','books'])[1 + abs(hashint8(g + 3)::bigint) % 4]
        FROM generate_series(1, :contacts) g;
        """;

    private const string Mailing =
        """
        WITH l AS (INSERT INTO engine.list (campaign, universe, net, control, list_hash) VALUES (':campaign', :contacts * 11 / 10, :contacts * 11 / 10, :contacts / 10, '\x00') RETURNING list_id),
        p AS (INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, list_id, document)
              SELECT ':campaign', ':campaign', '', '', '', '{}', list_id, '{}' FROM l RETURNING plan_id),
        o AS (INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, state) SELECT ':campaign', 'announce', '2026-03-01 09:00+00', plan_id, 'frozen' FROM p RETURNING occurrence_id)
        INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, list_id, content_hash, list_hash, frozen_count, unit_cost, currency, definition)
        SELECT occurrence_id, ':campaign', 'announce', 'email', '2026-03-01 09:00+00', list_id, '\x00', '\x00', :contacts, 0.02, 'USD', '{}' FROM o, l;
        CREATE TEMP TABLE frozen AS
        SELECT g::text COLLATE "C" AS customer_key, decode(md5(g::text), 'hex') AS recipient_key, 'user' || g || '@example.com' AS address,
               (ARRAY['free-shipping','ten-percent'])[1 + g % 2] AS cell, timestamptz '2026-03-01 09:00+00' AS not_before, false AS seed, NULL::text AS zone, NULL::text AS country, NULL::text AS provider
        FROM generate_series(1, :contacts) g;
        SELECT engine.freeze_items(mailing_id, 500), engine.add_list(list_id) FROM engine.mailing WHERE campaign = ':campaign';
        INSERT INTO engine.list_person (list_id, customer_key, reason, cell)
        SELECT list_id, g::text, CASE WHEN g > :contacts THEN 'control' ELSE 'contact' END, NULL FROM engine.mailing, generate_series(1, :contacts * 11 / 10) g WHERE campaign = ':campaign';
        SELECT engine.index_list(list_id) FROM engine.mailing WHERE campaign = ':campaign';
        """;

    private const string Outcomes =
        """
        INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reply_code, at)
        SELECT mailing_id, ordinal, 1, 'accepted', 250, timestamptz '2026-03-01 09:00+00' + ordinal * interval '3 ms'
        FROM engine.mailing_item JOIN engine.mailing m USING (mailing_id) WHERE m.campaign = ':campaign' ORDER BY ordinal;
        """;

    // In the order in which they happened, as they are written; three in ten by machines.
    private const string Events =
        """
        INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, recorded_at, machine, machine_reason, user_agent, event_key)
        SELECT mailing_id, ordinal, kind, CASE WHEN kind = 'click' THEN 1 + g % 5 END, at, at, machine, CASE WHEN machine THEN 'opened within 2 s of delivery' END,
               'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', ':campaign' || g
        FROM (SELECT m.mailing_id, 1 + (h >> 3) % :contacts AS ordinal, g, (ARRAY['open','open','open','open','open','open','click','click','click','bounce'])[1 + (h & 1023) % 10] AS kind,
                     timestamptz '2026-03-01 10:00+00' + g * interval '240 ms' AS at, (h >> 7) % 10 < 3 AS machine
              FROM engine.mailing m, LATERAL (SELECT g, abs(hashint8extended(g, 5)) AS h FROM generate_series(1, :contacts * 5) g) s
              WHERE m.campaign = ':campaign') e
        ORDER BY g;
        """;
}
