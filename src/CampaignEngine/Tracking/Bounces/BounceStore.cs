using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Keeps reports, and does what follows from them: events, resolved doubts, suppressions. One transaction a batch; a report that comes again changes nothing.</summary>
/// <param name="replies">Takes what persons wrote.</param>
/// <param name="keepsConsents">The customer database is the built-in one, where a complaint is a withdrawal, too.</param>
public sealed class BounceStore(NpgsqlDataSource database, BounceSettings settings, MailReplies replies, bool keepsConsents)
{
    /// <returns>What became of each report, in their order.</returns>
    public async Task<IReadOnlyList<BounceOutcome>> StoreAsync(IReadOnlyList<BounceReport> reports, CancellationToken cancellationToken)
    {
        // In one order for all: two who store the same mails at a time wait for each other, never in a circle.
        var kept = reports.Where(IsKept).DistinctBy(KeyOf).OrderBy(KeyOf).ToList();
        var stored = new Dictionary<(string Mail, int Place), (bool Proven, string? Person)>();
        var suppressed = new HashSet<string>();
        var replied = reports.Where(IsReply).DistinctBy(KeyOf).OrderBy(KeyOf).ToList();
        var answers = new Dictionary<(string Mail, int Place), BounceOutcome?>();
        if (kept.Count + replied.Count > 0)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (replied.Count > 0 || kept.Exists(r => r.Complains))
            {
                await using var hold = Command(connection, "LockWithdrawals");
                await hold.ExecuteNonQueryAsync(cancellationToken);
            }

            var ids = await InsertAsync(connection, kept, stored, cancellationToken);
            suppressed = await FollowAsync(connection, ids, cancellationToken);
            foreach (var reply in replied)
            {
                answers[KeyOf(reply)] = await replies.TakeAsync(connection, reply, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return [.. reports.Select(r => IsReply(r) && (answers.Remove(KeyOf(r), out var answer) ? answer : BounceOutcome.Known) is { } taken ? taken
            : !IsKept(r) ? BounceOutcome.Ignored
            : !stored.Remove(KeyOf(r), out var row) ? BounceOutcome.Known
            : !row.Proven ? BounceOutcome.Unproven
            : row.Person is { } person && suppressed.Contains(person) ? BounceOutcome.Suppressed
            : BounceOutcome.Recorded)];
    }

    /// <summary>What follows from reports that stand in engine.bounce. Doing it again changes nothing.</summary>
    /// <returns>Recipients that are suppressed from now on, in hex.</returns>
    internal async Task<HashSet<string>> FollowAsync(NpgsqlConnection connection, long[] ids, CancellationToken cancellationToken)
    {
        var suppressed = new HashSet<string>();
        foreach (var statement in (IEnumerable<string>)["ResolveDoubtsByReport", "WriteBounceEvents", .. settings.OnComplaint && keepsConsents ? ["WithdrawByReport"] : (string[])[]])
        {
            await using var command = Command(connection, statement);
            command.Parameters.AddWithValue("ids", ids);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var suppress = Command(connection, "SuppressByReport");
        suppress.Parameters.AddWithValue("ids", ids);
        suppress.Parameters.AddWithValue("on_complaint", settings.OnComplaint);
        AddPolicy(suppress, "hard", settings.Hard);
        AddPolicy(suppress, "soft", settings.Soft);
        await using var reader = await suppress.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            suppressed.Add(Convert.ToHexString(reader.GetFieldValue<byte[]>(0)));
        }

        return suppressed;
    }

    internal static NpgsqlCommand Command(NpgsqlConnection connection, string statement) => new(SqlFile.Load<BounceStore>(statement), connection);

    private static (string Mail, int Place) KeyOf(BounceReport report) => (Convert.ToHexString(report.MailKey), report.Place);

    // A person's mail to the return path is kept as a fact about the item; mail that is neither a report nor proven would only fill the table.
    private static bool IsKept(BounceReport report) => report.Proof is not null || report.Row.Group != BounceGroup.Other;

    private static bool IsReply(BounceReport report) => report is { Place: 1, Personal: not null } or { Proof.How: "unsubscribe" };

    private static async Task<long[]> InsertAsync(
        NpgsqlConnection connection, List<BounceReport> reports, Dictionary<(string, int), (bool, string?)> stored, CancellationToken cancellationToken)
    {
        await using var insert = Command(connection, "StoreBounces");
        Add(insert, "mails", NpgsqlDbType.Bytea, reports, r => r.MailKey);
        Add(insert, "places", NpgsqlDbType.Integer, reports, r => r.Place);
        Add(insert, "times", NpgsqlDbType.TimestampTz, reports, r => r.At.ToUniversalTime());
        Add(insert, "proofs", NpgsqlDbType.Text, reports, r => r.Proof?.How);
        Add(insert, "mailings", NpgsqlDbType.Integer, reports, r => r.Proof?.MailingId);
        Add(insert, "ordinals", NpgsqlDbType.Integer, reports, r => r.Proof?.Ordinal);
        Add(insert, "recipients", NpgsqlDbType.Bytea, reports, r => r.RecipientKey);
        Add(insert, "classes", NpgsqlDbType.Text, reports, r => r.Row.Class);
        Add(insert, "groups", NpgsqlDbType.Text, reports, r => SqlName(r.Row.Group));
        Add(insert, "hards", NpgsqlDbType.Boolean, reports, r => r.Row.Hard);
        Add(insert, "complaints", NpgsqlDbType.Boolean, reports, r => r.Complains);
        Add(insert, "statuses", NpgsqlDbType.Text, reports, r => r.Row.Status);
        Add(insert, "codes", NpgsqlDbType.Smallint, reports, r => (short?)r.Row.ReplyCode);
        Add(insert, "actions", NpgsqlDbType.Text, reports, r => r.Row.Action is { } action ? BounceText.Storable(action) : null);
        Add(insert, "texts", NpgsqlDbType.Text, reports, r => BounceText.Storable(AddressFinder.Redact(r.Row.Text)));
        await using var reader = await insert.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
            stored[(Convert.ToHexString(reader.GetFieldValue<byte[]>(1)), reader.GetInt32(2))] =
                (!reader.IsDBNull(3), reader.IsDBNull(4) ? null : Convert.ToHexString(reader.GetFieldValue<byte[]>(4)));
        }

        return [.. ids];
    }

    internal static string SqlName(BounceGroup group) => group.ToString().ToLowerInvariant();

    // Never: no count of reports is that high.
    private static void AddPolicy(NpgsqlCommand command, string name, SuppressAfter? after)
    {
        command.Parameters.AddWithValue(name + "_count", (long)(after?.Count ?? int.MaxValue));
        command.Parameters.AddWithValue(name + "_window", after?.Window ?? TimeSpan.Zero);
    }

    private static void Add<T>(NpgsqlCommand command, string name, NpgsqlDbType type, List<BounceReport> reports, Func<BounceReport, T> value) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = reports.Select(value).ToArray() });
}
