using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>
/// After a commit whose answer was lost: waits until the old transaction is over, whichever way. Whatever it granted is provably unsent and is
/// closed as not attempted, so that it can be granted again.
/// </summary>
internal sealed class LostCommit(LedgerConnection ledger, LaneDesk desk, DispatchOptions options, TimeProvider time)
{
    public async Task ResolveAsync(TickPlan plan, TickAnswer answer, Action<string> tell)
    {
        while (true)
        {
            try
            {
                if (await ledger.OpenAsync(CancellationToken.None) is { } problem)
                {
                    tell(problem);
                    await desk.WaitAsync(options.PollInterval, CancellationToken.None);
                    continue;
                }

                var (grants, cursors) = await ledger.LookUpAsync(plan, answer, CancellationToken.None);
                foreach (var wish in plan.Ranges.Where(w => cursors.ContainsKey((w.Chunk.Mailing.Mailing.MailingId, w.Chunk.ChunkNo))))
                {
                    wish.Chunk.Next = cursors[(wish.Chunk.Mailing.Mailing.MailingId, wish.Chunk.ChunkNo)];
                }

                foreach (var lost in answer.Granted.Where(g => grants.Contains(g.GrantId) && !g.Skipped))
                {
                    lost.Chunk.Open++;
                    desk.Add(new ItemResult(
                        lost.Chunk, lost.Item, new SendVerdict(SendOutcome.NotAttempted, 0, "the answer to the grant's commit was lost"), time.GetUtcNow()));
                }

                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
            {
                await ledger.CloseAsync();
                await desk.WaitAsync(options.PollInterval, CancellationToken.None);
            }
        }
    }
}
