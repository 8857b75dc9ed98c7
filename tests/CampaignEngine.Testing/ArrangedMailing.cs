using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Testing;

/// <summary>One person of an arranged list.</summary>
public sealed record ArrangedPerson(string CustomerKey, string Address, string? Cell = null, bool Seed = false, bool Control = false)
{
    /// <summary>Any 16 bytes that are the person's own.</summary>
    public byte[] RecipientKey => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Address))[..16];
}

/// <summary>Freezes mailings without a plan, for tests of what comes after the freeze. Ordinals follow the recipient keys; ask <see cref="OrdinalOf"/>.</summary>
public sealed class ArrangedMailing
{
    private readonly Dictionary<string, int> _ordinals = [];

    private ArrangedMailing(int mailingId) => MailingId = mailingId;

    public int MailingId { get; }

    public int OrdinalOf(string customerKey) => _ordinals[customerKey];

    public static async Task<ArrangedMailing> FreezeAsync(
        NpgsqlDataSource source,
        IReadOnlyList<ArrangedPerson> people,
        string campaign = "spring-tea",
        string drop = "announce",
        string channel = "email",
        DateTimeOffset? dueAt = null,
        decimal unitCost = 0.02m,
        string[]? links = null,
        CancellationToken cancellationToken = default)
    {
        var due = (dueAt ?? new DateTimeOffset(2026, 3, 10, 9, 0, 0, TimeSpan.Zero)).ToUniversalTime();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var contacted = people.Where(p => !p.Control).ToList();
        var mailing = await ScalarAsync<int>(
            """
            WITH l AS (INSERT INTO engine.list (campaign, universe, net, control, list_hash) VALUES (@campaign, @net, @net, @control, '\x00') RETURNING list_id),
            p AS (INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, list_id, document)
                  SELECT @campaign, md5(random()::text), '', '', '', '{}', list_id, '{}' FROM l RETURNING plan_id),
            o AS (INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, state) SELECT @campaign, @drop, @due, plan_id, 'frozen' FROM p RETURNING occurrence_id)
            INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, list_id, content_hash, list_hash, frozen_count, unit_cost, currency, definition, frozen_at)
            SELECT occurrence_id, @campaign, @drop, @channel, @due, list_id, '\x00', '\x00', @count, @cost, 'USD', '{}', @due FROM o, l
            RETURNING mailing_id
            """,
            ("campaign", campaign), ("net", (long)people.Count), ("control", (long)(people.Count - contacted.Count)), ("drop", drop), ("due", due), ("channel", channel),
            ("count", contacted.Count), ("cost", unitCost));
        await ExecuteAsync("CREATE TEMP TABLE frozen (customer_key text COLLATE \"C\", recipient_key bytea, address text, cell text, not_before timestamptz, seed boolean, zone text, country text, provider text) ON COMMIT DROP");
        await ExecuteAsync(
            "INSERT INTO frozen SELECT k, r, a, c, @due, s, NULL FROM unnest(@keys, @recipients, @addresses, @cells, @seeds) AS f (k, r, a, c, s)",
            ("due", due), ("keys", contacted.Select(p => p.CustomerKey).ToArray()), ("recipients", contacted.Select(p => p.RecipientKey).ToArray()),
            ("addresses", contacted.Select(p => p.Address).ToArray()), ("cells", contacted.Select(p => p.Cell).ToArray()), ("seeds", contacted.Select(p => p.Seed).ToArray()));
        await ExecuteAsync("SELECT engine.freeze_items(@mailing, 500)", ("mailing", mailing));
        await ExecuteAsync("SELECT engine.add_list(list_id) FROM engine.mailing WHERE mailing_id = @mailing", ("mailing", mailing));
        await ExecuteAsync(
            """
            INSERT INTO engine.list_person (list_id, customer_key, reason, cell)
            SELECT m.list_id, k, r, c FROM engine.mailing m, unnest(@keys, @reasons, @cells) AS f (k, r, c) WHERE m.mailing_id = @mailing
            """,
            ("mailing", mailing), ("keys", people.Where(p => !p.Seed).Select(p => p.CustomerKey).ToArray()),
            ("reasons", people.Where(p => !p.Seed).Select(p => p.Control ? "control" : "contact").ToArray()), ("cells", people.Where(p => !p.Seed).Select(p => p.Cell).ToArray()));
        await ExecuteAsync(
            "INSERT INTO engine.mailing_link (mailing_id, link_no, url) SELECT @mailing, n, u FROM unnest(@urls) WITH ORDINALITY AS l (u, n)",
            ("mailing", mailing), ("urls", links ?? []));

        var arranged = new ArrangedMailing(mailing);
        await using (var read = new NpgsqlCommand($"SELECT customer_key, ordinal FROM engine.mailing_item WHERE mailing_id = {mailing}", connection, transaction))
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                arranged._ordinals[reader.GetString(0)] = reader.GetInt32(1);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return arranged;

        async Task<T> ScalarAsync<T>(string sql, params (string Name, object Value)[] values)
        {
            await using var command = Command(sql, values);
            return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        async Task ExecuteAsync(string sql, params (string Name, object Value)[] values)
        {
            await using var command = Command(sql, values);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        NpgsqlCommand Command(string sql, (string Name, object Value)[] values)
        {
            var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var (name, value) in values)
            {
                command.Parameters.Add(value is string?[] texts
                    ? new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = texts }
                    : new NpgsqlParameter(name, value));
            }

            return command;
        }
    }

    /// <summary>Writes an outcome of the first attempt.</summary>
    public async Task OutcomeAsync(NpgsqlDataSource source, string customerKey, DateTimeOffset at, string outcome = "accepted", short attempt = 1)
    {
        await using var command = source.CreateCommand("INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) VALUES ($1, $2, $3, $4, $5)");
        foreach (var value in (object[])[MailingId, OrdinalOf(customerKey), attempt, outcome, at.ToUniversalTime()])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
