using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CampaignEngine.Testing;

/// <summary>Mailings made by hand, with the freeze's own functions, for tests of what comes after the freeze.</summary>
public sealed record FrozenMailing
{
    public string Campaign { get; init; } = "tea";

    public string Drop { get; init; } = "announce";

    /// <summary>email, to <see cref="Address"/>, or sms, to <see cref="Telephone"/> and the customers with the keys 1, 2, 3 ...</summary>
    public string Channel { get; init; } = "email";

    public int People { get; init; } = 100;

    public int ChunkSize { get; init; } = 1000;

    public string Definition { get; init; } = "{}";

    public string Delivery { get; init; } = "never-twice";

    /// <summary>IANA zone of all people; null: the engine's.</summary>
    public string? Zone { get; init; }

    /// <summary>ISO 3166, where law gives their hours.</summary>
    public string? Country { get; init; }

    /// <summary>Person n has the mailbox provider "p" + n modulo this; 0: nobody has one with limits.</summary>
    public int Providers { get; init; }

    /// <summary>Person n is in the cell "c" + (n / 3) modulo this; 0: there are no cells.</summary>
    public int Cells { get; init; }

    /// <summary>1 to 9.</summary>
    public short Priority { get; init; } = 5;

    /// <summary>When messages may leave, as JSON; null: any time.</summary>
    public string? Hours { get; init; }

    public TimeSpan? ExpiresIn { get; init; }

    public TimeSpan DueIn { get; init; }

    /// <summary>The address of person n (1 to <see cref="People"/>).</summary>
    public static string Address(int n) => $"person{n}@example.com";

    /// <summary>The number of person n.</summary>
    public static string Telephone(int n) => $"+8869{n:D8}";

    /// <summary>A stand-in for the keyed hash.</summary>
    public static byte[] Key(string address) => SHA256.HashData(Encoding.UTF8.GetBytes(address))[..16];

    /// <summary>Freezes it; returns the mailing's number.</summary>
    public async Task<int> FreezeAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            CREATE TEMP TABLE frozen (customer_key text, recipient_key bytea, address text, cell text, not_before timestamptz, seed boolean, zone text, country text, provider text) ON COMMIT DROP;
            INSERT INTO frozen
            SELECT CASE @channel WHEN 'sms' THEN '' ELSE 'c' END || n, substr(sha256(address::bytea), 1, 16), address, CASE WHEN @cells > 0 THEN 'c' || n / 3 % @cells END, now() + @due, false, @zone, @country, CASE WHEN @providers > 0 THEN 'p' || n % @providers END
            FROM generate_series(1, @people) AS n,
                 LATERAL (SELECT CASE @channel WHEN 'sms' THEN '+8869' || lpad(n::text, 8, '0') ELSE 'person' || n || '@example.com' END AS address) AS a;
            """,
            connection,
            transaction);
        command.Parameters.AddWithValue("due", DueIn);
        command.Parameters.AddWithValue("channel", Channel);
        command.Parameters.AddWithValue("people", People);
        command.Parameters.AddWithValue("providers", Providers);
        command.Parameters.AddWithValue("cells", Cells);
        command.Parameters.Add(new NpgsqlParameter("country", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)Country ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("zone", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)Zone ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);

        await using var freeze = new NpgsqlCommand(
            """
            WITH plan AS (
                INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, document, launched_at)
                VALUES (@campaign, md5(random()::text), '', '', '', '{}', '{}', now()) RETURNING plan_id),
            occurrence AS (
                INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, state)
                SELECT @campaign, @drop, clock_timestamp() + @due, plan_id, 'frozen' FROM plan RETURNING occurrence_id, due_at),
            mailing AS (
                INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, expires_at, content_hash, list_hash, frozen_count, definition, delivery, hours, priority)
                SELECT occurrence_id, @campaign, @drop, @channel, due_at, now() + @expires, '', '', 0, @definition::jsonb, @delivery, @hours::jsonb, @priority FROM occurrence RETURNING mailing_id)
            SELECT mailing_id FROM mailing
            """,
            connection,
            transaction);
        freeze.Parameters.AddWithValue("campaign", Campaign);
        freeze.Parameters.AddWithValue("drop", Drop);
        freeze.Parameters.AddWithValue("channel", Channel);
        freeze.Parameters.AddWithValue("due", DueIn);
        freeze.Parameters.AddWithValue("definition", Definition);
        freeze.Parameters.AddWithValue("delivery", Delivery);
        freeze.Parameters.AddWithValue("priority", Priority);
        freeze.Parameters.Add(new NpgsqlParameter("hours", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)Hours ?? DBNull.Value });
        freeze.Parameters.Add(new NpgsqlParameter("expires", NpgsqlTypes.NpgsqlDbType.Interval) { Value = (object?)ExpiresIn ?? DBNull.Value });
        var mailing = (int)(await freeze.ExecuteScalarAsync(cancellationToken))!;

        await using var items = new NpgsqlCommand(
            """
            SELECT engine.claim_once(@scope, @mailing);
            WITH frozen_items AS (SELECT * FROM engine.freeze_items(@mailing, @chunk))
            UPDATE engine.mailing SET frozen_count = items, list_hash = hash FROM frozen_items WHERE mailing_id = @mailing
            """,
            connection,
            transaction);
        items.Parameters.AddWithValue("scope", $"{Campaign}/{Drop}");
        items.Parameters.AddWithValue("mailing", mailing);
        items.Parameters.AddWithValue("chunk", ChunkSize);
        await items.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return mailing;
    }
}
