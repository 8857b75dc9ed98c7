namespace CampaignEngine.Dispatching;

/// <summary>What a worker asks of its next tick, decided from what it has in hand and nothing else.</summary>
internal static class TickPlanner
{
    /// <summary>
    /// Items worth granting now: two packets for every ready lane. What a lane has sent counts as in hand until its outcome is committed.
    /// </summary>
    /// <param name="recorded">Ends that the same tick commits.</param>
    public static int Wish(IReadOnlyList<ChunkInHand> chunks, int readyLanes, int width, int recorded) => (readyLanes * 2 * width) - chunks.Sum(c => c.Open) + recorded;

    // Ranges of a few people each would cost more than they share.
    private const int SmallestShare = 16;

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

        // Mailings share what lanes can take, and the groups of a mailing its share; what one cannot use goes to the others.
        var mailings = chunks.Where(c => !c.IsExhausted && !c.Group.IsHeldBack).GroupBy(c => c.Mailing).OrderBy(m => m.Key.LastTurn)
            .Select(m => m.GroupBy(c => c.Group).OrderBy(g => g.Key.LastTurn).Select(g => new Queue<ChunkInHand>(g)).ToList()).ToList();
        while (wish > 0 && mailings.Count > 0)
        {
            var share = Math.Max(wish / mailings.Count, SmallestShare);
            foreach (var groups in mailings)
            {
                var groupShare = Math.Max(share / groups.Count, SmallestShare);
                foreach (var group in groups)
                {
                    wish -= Take(plan, group, Math.Min(wish, groupShare));
                }

                groups.RemoveAll(g => g.Count == 0);
            }

            mailings.RemoveAll(m => m.Count == 0);
        }
    }

    // Wishes for one chunk are joined: a later round only widens the one it has.
    private static int Take(TickPlan plan, Queue<ChunkInHand> group, int most)
    {
        var taken = 0;
        while (taken < most && group.TryPeek(out var chunk))
        {
            var wishes = chunk.Ungranted > 0 ? plan.Ranges : plan.Retries;
            var place = wishes.FindIndex(w => w.Chunk == chunk);
            var before = place < 0 ? 0 : wishes[place].Width;
            var left = chunk.Ungranted > 0 ? chunk.Ungranted - before : most;
            var taking = Math.Min(most - taken, left);
            var wish = new RangeWish(chunk, before + taking);
            if (place < 0)
            {
                wishes.Add(wish);
            }
            else
            {
                wishes[place] = wish;
            }

            taken += taking;
            if (taking == left)
            {
                group.Dequeue();
            }
        }

        return taken;
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
