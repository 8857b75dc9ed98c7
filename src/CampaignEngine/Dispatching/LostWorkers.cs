using System.Globalization;
using CampaignEngine.Database;
using CampaignEngine.Dispatching.Recording;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Dispatching;

/// <summary>
/// Takes chunks away from workers that are gone. What their flight recorders prove becomes an outcome; every other grant of theirs without an end
/// becomes a doubt, in the same transaction.
/// </summary>
internal sealed class LostWorkers(string owner, FlightRecorders recorders, RetrySchedule retry)
{
    /// <summary>Doubts that arose, and sentences about workers whose recorder was read.</summary>
    public async Task<(long Doubts, IReadOnlyList<string> Sentences)> FenceAsync(NpgsqlConnection connection, Guid installation, CancellationToken cancellationToken)
    {
        var found = recorders.FindLost();
        try
        {
            var owners = await ReadOwnersAsync(connection, cancellationToken);
            if (owners.Count == 0 && found.Count == 0)
            {
                return (0, []);
            }

            var gone = owners.Where(o => o != owner && WorkerIdentity.IsKnownGone(o) && !recorders.IsHeldElsewhere(o, found)).ToArray();
            var readings = found.Select(f => f.Reading).OfType<FlightReading>().Where(r => r.Installation == installation).ToList();
            var sentences = new List<string>();
            var doubts = 0L;
            await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
            {
                var lost = await FenceAsync(connection, gone, cancellationToken);
                foreach (var reading in readings)
                {
                    var open = await ReadOpenAsync(connection, reading, lost, cancellationToken);
                    doubts += await RecordAsync(connection, open, cancellationToken);
                    if (open.Count > 0)
                    {
                        sentences.Add(Sentence(reading.Owner, open));
                    }
                }

                doubts += await DoubtAsync(connection, lost.Select(c => (c.MailingId, c.ChunkNo)), cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            // A commit of the lost worker may still be under way at the server; then its chunk was not fenced, and the recorder is needed again.
            var still = found.Count == 0 ? [] : await ReadOwnersAsync(connection, cancellationToken);
            foreach (var recorder in found)
            {
                var ours = recorder.Reading is not { } reading || (reading.Installation == installation && !still.Contains(reading.Owner));
                recorder.Release(remove: ours);
            }

            return (doubts, sentences);
        }
        finally
        {
            foreach (var recorder in found)
            {
                recorder.Dispose();
            }
        }
    }

    /// <summary>Whatever was granted in these chunks and has no end becomes a doubt.</summary>
    public static async Task<long> DoubtAsync(NpgsqlConnection connection, IEnumerable<(int MailingId, int ChunkNo)> chunks, CancellationToken cancellationToken)
    {
        var doubts = 0L;
        foreach (var mailing in chunks.GroupBy(c => c.MailingId, c => c.ChunkNo))
        {
            await using var command = Command(connection, "DoubtLostGrants");
            command.Parameters.AddWithValue("mailing_id", mailing.Key);
            command.Parameters.AddWithValue("chunks", mailing.ToArray());
            doubts += await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return doubts;
    }

    private static async Task<HashSet<string>> ReadOwnersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var owners = new HashSet<string>(StringComparer.Ordinal);
        await using var list = Command(connection, "ListOwners");
        await using var reader = await list.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            owners.Add(reader.GetString(0));
        }

        return owners;
    }

    private static async Task<List<(int MailingId, int ChunkNo, string Owner)>> FenceAsync(NpgsqlConnection connection, string[] gone, CancellationToken cancellationToken)
    {
        var lost = new List<(int, int, string)>();
        await using var fence = Command(connection, "FenceLostChunks");
        fence.Parameters.AddWithValue("gone", gone);
        await using var reader = await fence.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            lost.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return lost;
    }

    // Every open grant of the worker in the chunks just fenced, and whatever its recorder speaks of in others.
    private static async Task<List<ItemResult>> ReadOpenAsync(
        NpgsqlConnection connection, FlightReading reading, List<(int MailingId, int ChunkNo, string Owner)> lost, CancellationToken cancellationToken)
    {
        var fenced = lost.Where(c => c.Owner == reading.Owner).ToList();
        await using var command = Command(connection, "ReadOpenGrants");
        command.Parameters.AddWithValue("owner", reading.Owner);
        command.Parameters.AddWithValue("mailings", fenced.Select(c => c.MailingId).ToArray());
        command.Parameters.AddWithValue("chunks", fenced.Select(c => c.ChunkNo).ToArray());
        command.Parameters.AddWithValue("item_mailings", reading.Items.Keys.Select(i => i.Mailing).ToArray());
        command.Parameters.Add(new NpgsqlParameter("items", NpgsqlDbType.Array | NpgsqlDbType.Integer) { Value = reading.Items.Keys.Select(i => i.Ordinal).ToArray() });
        var open = new List<ItemResult>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (Mailing: reader.GetInt32(0), Ordinal: reader.GetInt32(2), Attempt: (int)reader.GetInt16(3));
            var item = new SendItem
            {
                Ordinal = key.Ordinal, Attempt = key.Attempt, CutShort = reader.GetInt32(7), CustomerKey = "", RecipientKey = reader.GetFieldValue<byte[]>(4), Address = "",
            };
            var mailing = new MailingInHand(new MailingToSend(key.Mailing, "", "", "", default, default, ""));
            var at = reading.Items.TryGetValue(key, out var end) && end is not null ? end.At : reader.GetFieldValue<DateTimeOffset>(6);
            var (doubted, verdict) = (reader.GetBoolean(5), reading.Judge(key, reader.GetBoolean(5)));
            if (!doubted || verdict.Outcome != SendOutcome.InDoubt)
            {
                open.Add(new ItemResult(new ChunkInHand(mailing, reader.GetInt32(1), 0, 0, 0), item, verdict, at));
            }
        }

        return open;
    }

    private async Task<long> RecordAsync(NpgsqlConnection connection, List<ItemResult> results, CancellationToken cancellationToken)
    {
        if (results.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection);
            FactStatements.Add(batch, results, retry);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return results.Count(r => r.Verdict.Outcome == SendOutcome.InDoubt);
    }

    private static string Sentence(string worker, List<ItemResult> open)
    {
        var unsent = open.Count(r => r.Verdict.Outcome == SendOutcome.NotAttempted);
        var doubts = open.Count(r => r.Verdict.Outcome == SendOutcome.InDoubt);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"worker {worker} was lost with {open.Count} messages in hand; by its flight recorder {unsent} had not left, {open.Count - unsent - doubts} had their answer, {doubts} are in doubt");
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string name) => new(SqlFile.Load<LostWorkers>(name), connection);
}
