using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Dispatching;

/// <summary>The statements of one tick, sent in one round trip: facts first, then releases, then grants, then what lanes need to know.</summary>
internal sealed class TickStatements(NpgsqlConnection connection, NpgsqlTransaction transaction, string owner, DispatchOptions options, TimeProvider time)
{
    private readonly List<Func<NpgsqlDataReader, Task>> _readers = [];

    public async Task RunAsync(TickPlan plan, TickAnswer answer)
    {
        await KeepToLimitsAsync(plan, answer);
        await using var batch = new NpgsqlBatch(connection, transaction);
        FactStatements.Add(batch, plan.Results, options.Retry);
        AddReleases(batch, plan.Releases);
        AddRanges(batch, plan.Ranges, answer);
        AddRetries(batch, plan.Retries, answer);
        AddRenewals(batch, plan.Renewals, answer);
        AddWatched(batch, plan, answer);

        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        // Statements without rows give no result set, so the readers stand in the order of those that do.
        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var read in _readers)
        {
            await read(reader);
            await reader.NextResultAsync();
        }
    }

    // Only mailings with limits pay this round trip. What the limits do not allow is taken out of the wishes.
    private async Task KeepToLimitsAsync(TickPlan plan, TickAnswer answer)
    {
        foreach (var group in plan.Ranges.Concat(plan.Retries).Select(w => w.Chunk.Group).Distinct().Where(g => g.HasLimits).ToList())
        {
            var limits = group.LimitsAt(time.GetUtcNow());
            var wanted = plan.Ranges.Concat(plan.Retries).Where(w => w.Chunk.Group == group).Sum(w => w.Width);
            await using var take = new NpgsqlCommand(SqlFile.Load<TickStatements>("TakeLimits"), connection, transaction);
            take.Parameters.AddWithValue("mailing", group.Mailing.Mailing.MailingId);
            take.Parameters.AddWithValue("buckets", limits.Select(l => l.Bucket).ToArray());
            take.Parameters.AddWithValue("mosts", limits.Select(l => l.Most).ToArray());
            take.Parameters.AddWithValue("windows", limits.Select(l => l.Window).ToArray());
            take.Parameters.AddWithValue("wanted", wanted);
            take.Parameters.AddWithValue("lifetime", SendLimit.Lifetime(limits, options.GrantLifetime));
            var allowed = (int)(await take.ExecuteScalarAsync())!;
            if (allowed < wanted)
            {
                answer.HeldBack.Add(group);
                allowed = Narrow(plan.Ranges, group, allowed);
                Narrow(plan.Retries, group, allowed);
            }
        }
    }

    private static int Narrow(List<RangeWish> wishes, LimitedGroup group, int allowed)
    {
        for (var i = 0; i < wishes.Count; i++)
        {
            if (wishes[i].Chunk.Group == group)
            {
                wishes[i] = wishes[i] with { Width = Math.Min(wishes[i].Width, allowed) };
                allowed -= wishes[i].Width;
            }
        }

        wishes.RemoveAll(w => w.Width == 0);
        return allowed;
    }

    private void AddReleases(NpgsqlBatch batch, List<ChunkInHand> releases)
    {
        foreach (var mailing in releases.GroupBy(c => c.Mailing.Mailing.MailingId))
        {
            var command = Add(batch, "ReleaseChunks");
            command.Parameters.AddWithValue("mailing_id", mailing.Key);
            command.Parameters.AddWithValue("chunks", mailing.Select(c => c.ChunkNo).ToArray());
            command.Parameters.AddWithValue("epochs", mailing.Select(c => c.Epoch).ToArray());
            command.Parameters.AddWithValue("owner", owner);
            command.Parameters.Add(new NpgsqlParameter("closed", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = mailing.Select(c => c.ReopensAt?.UtcDateTime).ToArray() });
        }
    }

    private void AddRanges(NpgsqlBatch batch, List<RangeWish> ranges, TickAnswer answer)
    {
        foreach (var mailing in ranges.GroupBy(r => r.Chunk.Mailing.Mailing.MailingId))
        {
            var command = Add(batch, "GrantRanges");
            command.Parameters.AddWithValue("mailing_id", mailing.Key);
            command.Parameters.AddWithValue("chunks", mailing.Select(r => r.Chunk.ChunkNo).ToArray());
            command.Parameters.AddWithValue("epochs", mailing.Select(r => r.Chunk.Epoch).ToArray());
            command.Parameters.AddWithValue("seen", mailing.Select(r => r.Chunk.Next).ToArray());
            command.Parameters.AddWithValue("widths", mailing.Select(r => r.Width).ToArray());
            command.Parameters.AddWithValue("owner", owner);
            command.Parameters.AddWithValue("lifetime", options.GrantLifetime);
            _readers.Add(reader => ReadGrantedAsync(reader, [.. mailing.Select(r => r.Chunk)], answer));
        }
    }

    private void AddRetries(NpgsqlBatch batch, List<RangeWish> retries, TickAnswer answer)
    {
        foreach (var (chunk, width) in retries)
        {
            var command = Add(batch, "GrantRetries");
            command.Parameters.AddWithValue("mailing_id", chunk.Mailing.Mailing.MailingId);
            command.Parameters.AddWithValue("chunk_no", chunk.ChunkNo);
            command.Parameters.AddWithValue("epoch", chunk.Epoch);
            command.Parameters.AddWithValue("width", width);
            command.Parameters.AddWithValue("owner", owner);
            command.Parameters.AddWithValue("lifetime", options.GrantLifetime);
            _readers.Add(reader => ReadGrantedAsync(reader, [chunk], answer));
        }
    }

    private void AddRenewals(NpgsqlBatch batch, List<ChunkInHand> renewals, TickAnswer answer)
    {
        if (renewals.Count == 0)
        {
            return;
        }

        var command = Add(batch, "RenewLeases");
        command.Parameters.AddWithValue("mailings", renewals.Select(c => c.Mailing.Mailing.MailingId).ToArray());
        command.Parameters.AddWithValue("chunks", renewals.Select(c => c.ChunkNo).ToArray());
        command.Parameters.AddWithValue("epochs", renewals.Select(c => c.Epoch).ToArray());
        command.Parameters.AddWithValue("owner", owner);
        command.Parameters.AddWithValue("lease", options.Lease);
        _readers.Add(async reader =>
        {
            while (await reader.ReadAsync())
            {
                var (mailing, chunk) = (reader.GetInt32(0), reader.GetInt32(1));
                answer.Renewed.UnionWith(renewals.Where(c => c.Mailing.Mailing.MailingId == mailing && c.ChunkNo == chunk));
            }
        });
    }

    private void AddWatched(NpgsqlBatch batch, TickPlan plan, TickAnswer answer)
    {
        if (plan.Watched.Count > 0)
        {
            var command = Add(batch, "ReadStates");
            command.Parameters.AddWithValue("mailings", plan.Watched.Select(m => m.Mailing.MailingId).ToArray());
            _readers.Add(async reader =>
            {
                while (await reader.ReadAsync())
                {
                    answer.States[reader.GetInt32(0)] = StateOf(reader.GetString(1), reader.GetBoolean(2));
                }
            });
        }

        if (plan.AsksForPauses)
        {
            Add(batch, "ReadPaused");
            var paused = answer.Paused = [];
            _readers.Add(async reader =>
            {
                while (await reader.ReadAsync())
                {
                    paused.Add(reader.GetString(0));
                }
            });
        }

        foreach (var (mailing, keys) in plan.Suspects)
        {
            var command = Add(batch, "SuppressedAmong");
            command.Parameters.AddWithValue("mailing_id", mailing.Mailing.MailingId);
            command.Parameters.Add(new NpgsqlParameter("keys", NpgsqlDbType.Array | NpgsqlDbType.Bytea) { Value = keys });
            var found = answer.Suppressed[mailing] = [];
            _readers.Add(async reader =>
            {
                while (await reader.ReadAsync())
                {
                    found.Add(Convert.ToHexString(reader.GetFieldValue<byte[]>(0)));
                }
            });
        }
    }

    private static MailingState StateOf(string word, bool expired) => word switch
    {
        "cancelled" => MailingState.Cancelled,
        "paused" => MailingState.Paused,
        _ => expired ? MailingState.Expired : MailingState.Running,
    };

    private static async Task ReadGrantedAsync(NpgsqlDataReader reader, ChunkInHand[] chunks, TickAnswer answer)
    {
        while (await reader.ReadAsync())
        {
            var chunkNo = reader.GetInt32(1);
            var item = new SendItem
            {
                Attempt = reader.GetInt16(2),
                Ordinal = reader.GetInt32(3),
                CustomerKey = reader.GetString(4),
                RecipientKey = reader.GetFieldValue<byte[]>(5),
                Address = reader.GetString(6),
                Cell = reader.IsDBNull(7) ? null : reader.GetString(7),
                Seed = reader.GetBoolean(8),
                CutShort = reader.GetInt32(10),
            };
            answer.Granted.Add(new Granted(Array.Find(chunks, c => c.ChunkNo == chunkNo)!, reader.GetInt64(0), item, reader.GetBoolean(9)));
        }
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string name)
    {
        var command = new NpgsqlBatchCommand(SqlFile.Load<TickStatements>(name));
        batch.BatchCommands.Add(command);
        return command;
    }
}
