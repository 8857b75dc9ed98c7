using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>What the ledger costs is told by the same messages over the same connections, with nothing recorded: no grants, no commits, no outcomes.</summary>
internal static class UnledgeredSender
{
    // As many as a worker's lanes get from the ledger in a good moment.
    private const int Block = 250;

    public static async Task<(long Sent, long Bytes)> RunAsync(SendWorkspace workspace, CancellationToken cancellationToken)
    {
        var services = workspace.Services;
        var mailing = await ReadMailingAsync(workspace, cancellationToken);
        var messages = new EmailMessages(workspace.Source, services.Model, services.Settings, services.Keys, services.TimeProvider);
        var (name, relay) = services.Settings.Routes.Single();
        var channel = new EmailChannel(new Dictionary<string, SmtpRoute> { [name] = relay.ToSmtpRoute(services.WorkspaceDirectory) }, name, services.TimeProvider);
        var (from, sent, bytes) = (1 - Block, 0L, 0L);
        await Task.WhenAll(Enumerable.Range(0, relay.Connections).Select(_ => Task.Run(SendAsync, cancellationToken)));
        return (sent, bytes);

        async Task SendAsync()
        {
            await using var lane = channel.CreateLane();
            var (message, next) = (new OutgoingMessage(), new OutgoingMessage());
            while (await ReadItemsAsync(workspace, mailing.MailingId, Interlocked.Add(ref from, Block), cancellationToken) is { Count: > 0 } items)
            {
                using var batch = await messages.LoadAsync(mailing, items, cancellationToken);
                Build(batch, items[0], next);
                for (var i = 0; i < items.Count; i++)
                {
                    if (!lane.IsOpen && await lane.OpenAsync(cancellationToken) is { } fault)
                    {
                        throw new InvalidOperationException(fault);
                    }

                    (message, next) = (next, message);
                    if (await lane.PrepareAsync(message, cancellationToken) is { } refused)
                    {
                        throw new InvalidOperationException(refused.Text);
                    }

                    // As the worker's lanes do: the next envelope leaves with the end of this message.
                    if (i + 1 < items.Count)
                    {
                        Build(batch, items[i + 1], next);
                        await lane.AnnounceAsync(next, cancellationToken);
                    }

                    if (await lane.CommitAsync(static () => true, static () => { }, cancellationToken) is not { Outcome: SendOutcome.Accepted })
                    {
                        throw new InvalidOperationException("a message was not accepted");
                    }

                    Interlocked.Increment(ref sent);
                    Interlocked.Add(ref bytes, message.Content.WrittenCount);
                }
            }
        }
    }

    private static void Build(IMessageBatch batch, SendItem item, OutgoingMessage message)
    {
        message.Clear();
        if (!batch.TryBuild(item, message, out var failure))
        {
            throw new InvalidOperationException(failure);
        }
    }

    private static async Task<MailingToSend> ReadMailingAsync(SendWorkspace workspace, CancellationToken cancellationToken)
    {
        await using var command = workspace.Source.CreateCommand(
            "SELECT mailing_id, campaign, drop_name, channel, due_at, frozen_at, definition::text FROM engine.mailing WHERE campaign = 'bench-send'");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new MailingToSend(
            row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5), row.GetString(6));
    }

    private static async Task<List<SendItem>> ReadItemsAsync(SendWorkspace workspace, int mailing, int from, CancellationToken cancellationToken)
    {
        var items = new List<SendItem>();
        await using var command = workspace.Source.CreateCommand(
            "SELECT ordinal, customer_key, recipient_key, address FROM engine.mailing_item WHERE mailing_id = $1 AND ordinal >= $2 AND ordinal < $3 ORDER BY ordinal");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = mailing });
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = from });
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = from + Block });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            items.Add(new SendItem { Attempt = 1, Ordinal = rows.GetInt32(0), CustomerKey = rows.GetString(1), RecipientKey = rows.GetFieldValue<byte[]>(2), Address = rows.GetString(3) });
        }

        return items;
    }
}
