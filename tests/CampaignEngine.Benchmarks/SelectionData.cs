using System.Globalization;
using Npgsql;

namespace CampaignEngine.Benchmarks;

/// <summary>A base of any size in schema crm, derived from row numbers by hashing: the same size is the same base. Four orders a customer; a fifth contacted.</summary>
internal static class SelectionData
{
    /// <summary>The instant that "now" means for this base.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static async Task GenerateAsync(NpgsqlDataSource source, long customers, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        foreach (var statement in (string[])[Settings, Customers, Orders, Mailing, "VACUUM ANALYZE crm.customers", "VACUUM ANALYZE crm.orders", "ANALYZE"])
        {
            await using var command = new NpgsqlCommand(statement.Replace(":customers", customers.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // Triggers and foreign keys are not what is measured.
    private const string Settings = "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off";

    private const string Customers =
        """
        INSERT INTO crm.customers (customer_no, household_id, first_name, last_name, sex, birth_date, email, country, email_consent, created_at)
        SELECT 'C' || g, g / 3, (ARRAY['Anna','Ben','Chloé','David','Emma','Finn','Greta','Hugo'])[1 + (h & 7)], 'Name' || (h >> 11 & 4095), CASE WHEN h & 1 = 0 THEN 'female' ELSE 'male' END,
               date '1940-01-01' + ((h >> 4) % 25000)::int,
               CASE WHEN g % 25 = 0 THEN initcap('user' || (g - 1)) ELSE 'user' || g END || '@' || (ARRAY['example.com','example.org','mail.example.net','example.net'])[1 + (h & 3)],
               (ARRAY['DE','FR','GB','IT','ES','PL','NL','DK'])[1 + (h >> 9 & 7)], CASE WHEN (h >> 12) % 10 < 8 THEN 'granted' ELSE 'unknown' END,
               timestamptz '2018-01-01' + (h % (86400 * 2800)) * interval '1 second'
        FROM (SELECT g, abs(hashint8(g)::bigint) AS h FROM generate_series(1, :customers::bigint) g) s
        """;

    private const string Orders =
        """
        INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount, quantity, currency, channel, category)
        SELECT 'O' || g, 1 + abs(hashint8extended(g, 1)) % :customers::bigint, CASE WHEN g % 20 = 0 THEN 'cancellation' ELSE 'sale' END,
               timestamptz '2026-03-01 12:00+00' - (abs(hashint8(g)::bigint) % (86400 * 1300)) * interval '1 second',
               (abs(hashint8(g + 7)::bigint) % 30000 + 100) / 100.0 * CASE WHEN g % 20 = 0 THEN -1 ELSE 1 END, 1 + g % 5, 'USD',
               (ARRAY['web','shop','phone'])[1 + g % 3], (ARRAY['tea','coffee','pots','books'])[1 + abs(hashint8(g + 3)::bigint) % 4]
        FROM generate_series(1, 4 * :customers::bigint) g
        """;

    private const string Mailing =
        """
        WITH p AS (INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, document)
                   VALUES ('bench', 'bench', '', '', '', '{}', '{}') RETURNING plan_id),
        o AS (INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, state) SELECT 'bench', 'announce', now(), plan_id, 'frozen' FROM p RETURNING occurrence_id)
        INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, content_hash, list_hash, frozen_count, definition)
        SELECT occurrence_id, 'bench', 'announce', 'email', now(), '\x00', '\x00', :customers / 5, '{}' FROM o;
        CREATE TEMP TABLE frozen AS
        SELECT (g * 5)::text COLLATE "C" AS customer_key, decode(md5(g::text), 'hex') AS recipient_key, 'user' || g AS address, NULL::text AS cell, now() AS not_before, false AS seed, NULL::text AS zone, NULL::text AS country, NULL::text AS provider
        FROM generate_series(1, :customers / 5) g;
        SELECT engine.freeze_items(mailing_id, 500) FROM engine.mailing;
        INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at)
        SELECT mailing_id, ordinal, 1, 'accepted', timestamptz '2026-03-01 12:00+00' - (ordinal % 40) * interval '1 day' FROM engine.mailing_item;
        DROP TABLE frozen
        """;
}
