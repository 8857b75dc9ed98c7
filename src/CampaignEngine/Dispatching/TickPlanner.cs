namespace CampaignEngine.Dispatching;

/// <summary>What a worker asks of its next tick, decided from what it has in hand and nothing else.</summary>
internal static class TickPlanner
{
    /// <summary>
    /// Items worth granting now: two packets for every ready lane. What a lane has sent counts as in hand until its outcome is committed.
    /// </summary>
    /// <param name="recorded">Ends that the same tick commits.</param>
    public static int Wish(IReadOnlyList<ChunkInHand> chunks, int readyLanes, int width, int recorded) => (readyLanes * 2 * width) - chunks.Sum(c => c.Open) + recorded;

    /// <summary>Releases and grants, for the results that stand in the plan already.</summary>
    /// <param name="mayGrant">False while the worker stops.</param>
    public static void Plan(TickPlan plan, IReadOnlyList<ChunkInHand> chunks, int readyLanes, int width, bool mayGrant)
    {
        // What this tick records is closed by it; a chunk may go with its last fact.
        var closing = plan.Results.GroupBy(r => r.Chunk).ToDictionary(g => g.Key, g => g.Count());
        plan.Releases.AddRange(chunks.Where(c => c.IsExhausted && c.Open == closing.GetValueOrDefault(c)));
        var wish = Wish(chunks, readyLanes, width, plan.Results.Count);
        if (!mayGrant || wish < width)
        {
            return;
        }

        foreach (var chunk in chunks.Where(c => !c.IsExhausted && !c.Group.IsHeldBack))
        {
            if (wish <= 0)
            {
                break;
            }

            var taking = Math.Min(wish, chunk.Ungranted > 0 ? chunk.Ungranted : wish);
            (chunk.Ungranted > 0 ? plan.Ranges : plan.Retries).Add(new RangeWish(chunk, taking));
            wish -= taking;
        }
    }

    /// <summary>What a committed tick says about the chunks it asked for.</summary>
    public static void Apply(TickPlan plan, TickAnswer answer)
    {
        foreach (var result in plan.Results)
        {
            result.Chunk.Open--;
        }

        foreach (var chunk in plan.Renewals.Where(c => !answer.Renewed.Contains(c)))
        {
            chunk.Stopped = true;
        }

        var granted = answer.Granted.ToLookup(g => g.Chunk);
        foreach (var (chunk, _) in plan.Ranges)
        {
            // No row: the chunk is not mine any more, or the mailing does not run.
            chunk.Stopped |= !granted[chunk].Any();
            chunk.Next = granted[chunk].Select(g => g.Item.Ordinal + 1).DefaultIfEmpty(chunk.Next).Max();
        }

        foreach (var (chunk, _) in plan.Retries)
        {
            chunk.RetriesTaken = !granted[chunk].Any();
        }

        foreach (var chunk in granted)
        {
            chunk.Key.Open += chunk.Count(g => !g.Skipped);
        }
    }
}
