using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Import;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking.Responses;

/// <summary>Answers that come in files: the table as import maps name it, and how each finds the message that it answers.</summary>
public sealed class ImportedResponses(ContactPoints contacts)
{
    private const string Entity = "responses";
    private const int Slice = 5000;
    private static readonly EngineEntities Entities = new("CampaignEngine.Tracking.Responses.ResponseModel.yaml");

    public static CustomerModel With(CustomerModel model) => Entities.With(model);

    /// <summary>Null, or why the map is none of responses.</summary>
    public static string? Fault(ImportMap map) => Entities.Missing(map) is { } names ? $"{map.File} feeds no responses; name {names} in it, or use 'campaign import'" : null;

    /// <summary>For <see cref="CustomerImport"/>: ties what was merged, and refuses what answers no message of ours.</summary>
    public async Task<IReadOnlyList<RefusedRow>> JudgeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        List<RefusedRow> refused = [];
        HashSet<(int, int)> redeemed = [];
        for (var (after, read) = (0L, Slice); read == Slice;)
        {
            var rows = (await connection.QueryAsync<Untied>(Command("ReadUntiedResponses", new { after, count = Slice }, cancellationToken))).AsList();
            read = rows.Count;
            if (read > 0)
            {
                after = rows[^1].ResponseId;
                await JudgeAsync(connection, rows, redeemed, refused, cancellationToken);
            }
        }

        return refused;
    }

    private async Task JudgeAsync(NpgsqlConnection connection, List<Untied> rows, HashSet<(int, int)> redeemed, List<RefusedRow> refused, CancellationToken cancellationToken)
    {
        List<(long Id, string Reason)> faults = [];
        List<Sought> sought = [];
        foreach (var row in rows)
        {
            var code = row.Keycode is { Length: > 0 } written ? written : null;
            var item = Keycodes.TryRead(code ?? row.Coupon, out var mailing, out var ordinal) ? (mailing, ordinal) : ((int, int)?)null;
            if (code is not null && item is null)
            {
                faults.Add((row.ResponseId, $"the check character of the keycode '{Authoring.Shown.Text(code)}' does not fit"));
                continue;
            }

            sought.Add(new Sought(row.ResponseId, item, code is null && item is not null, KeyOf("email", row.Email), KeyOf("sms", row.Phone), code is null && item is null && row.Coupon is { Length: > 0 } shared ? SharedCoupon.Normalise(shared) : null));
        }

        var found = (await FindAsync(connection, sought, cancellationToken)).ToDictionary(f => f.ResponseId);
        List<Found> tied = [];
        foreach (var row in rows.Where(r => found.ContainsKey(r.ResponseId)))
        {
            var answer = found[row.ResponseId];
            if (answer is not { MailingId: { } mailing, Ordinal: { } ordinal })
            {
                // Nobody we wrote to is known to have answered; the campaign's coupon is known to have been.
                if (answer.CouponCampaign is not null)
                {
                    continue;
                }

                faults.Add((row.ResponseId, row.Keycode is { Length: > 0 } ? $"no message has the keycode '{Authoring.Shown.Text(row.Keycode)}'" : "nobody whom we had written to by then answers to its customer, address or code"));
            }
            else if (answer.TiedBy == "coupon" && (answer.RedeemedBy is not null || !redeemed.Add((mailing, ordinal))))
            {
                faults.Add((row.ResponseId, $"the coupon '{Authoring.Shown.Text(row.Coupon!)}' has been redeemed already{(answer.RedeemedBy is { } before ? $" ({Authoring.Shown.Text(before)})" : "")}"));
            }
            else
            {
                tied.Add(answer);
            }
        }

        await connection.ExecuteAsync(Command(
            "TieResponses",
            new { ids = tied.Select(t => t.ResponseId).ToArray(), mailings = tied.Select(t => t.MailingId!.Value).ToArray(), ordinals = tied.Select(t => t.Ordinal!.Value).ToArray(), ties = tied.Select(t => t.TiedBy!).ToArray() },
            cancellationToken));
        var noted = sought.Where(s => found[s.ResponseId].CouponCampaign is not null).ToList();
        await connection.ExecuteAsync(Command(
            "NoteCoupons",
            new { ids = noted.Select(n => n.ResponseId).ToArray(), codes = noted.Select(n => n.Shared!).ToArray(), campaigns = noted.Select(n => found[n.ResponseId].CouponCampaign!).ToArray() },
            cancellationToken));
        var numbers = rows.ToDictionary(r => r.ResponseId, r => r.ResponseNo);
        refused.AddRange(faults.Select(o => new RefusedRow(Entity, numbers[o.Id], o.Reason)));
        await connection.ExecuteAsync(Command("DropResponses", new { ids = faults.Select(o => o.Id).ToArray() }, cancellationToken));
    }

    private byte[]? KeyOf(string channel, string? address) => address is null ? null : contacts.Normalise(channel, address, country: null).Key;

    private static async Task<List<Found>> FindAsync(NpgsqlConnection connection, List<Sought> sought, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<ImportedResponses>("FindAnswered"), connection) { CommandTimeout = 0 };
        Add("ids", NpgsqlDbType.Bigint, s => s.ResponseId);
        Add("mailings", NpgsqlDbType.Integer, s => s.Item?.MailingId);
        Add("ordinals", NpgsqlDbType.Integer, s => s.Item?.Ordinal);
        Add("coupons", NpgsqlDbType.Boolean, s => s.IsCoupon);
        Add("emails", NpgsqlDbType.Bytea, s => s.Email);
        Add("phones", NpgsqlDbType.Bytea, s => s.Phone);
        Add("shared", NpgsqlDbType.Text, s => s.Shared);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Found>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Found(reader.GetInt64(0), reader[1] as int?, reader[2] as int?, reader[3] as string, reader[4] as string, reader[5] as string));
        }

        return found;

        void Add<T>(string name, NpgsqlDbType type, Func<Sought, T> value) =>
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = sought.Select(value).ToArray() });
    }

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<ImportedResponses>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);

    private sealed record Untied(long ResponseId, string ResponseNo, string? Keycode, string? Coupon, string? Email, string? Phone);

    private sealed record Sought(long ResponseId, (int MailingId, int Ordinal)? Item, bool IsCoupon, byte[]? Email, byte[]? Phone, string? Shared);

    private sealed record Found(long ResponseId, int? MailingId, int? Ordinal, string? TiedBy, string? RedeemedBy, string? CouponCampaign);
}
