-- Takes unowned chunks that have something due: first attempts behind the cursor, or retries. The epoch counts on with every
-- change of hands, so that whoever held the chunk before can be told apart from whoever holds it now. Of equal priority the mailing with the fewest
-- chunks in workers' hands comes first, so that a large one does not keep out a small one; of a mailing each group of people as far as the others.
WITH held AS (
    SELECT c.mailing_id, count(*) AS chunks FROM engine.send_chunk c WHERE c.owner IS NOT NULL GROUP BY c.mailing_id),
due AS (
    SELECT c.mailing_id, c.chunk_no
    FROM engine.send_chunk c
    JOIN engine.mailing m USING (mailing_id)
    LEFT JOIN held USING (mailing_id)
    WHERE c.owner IS NULL
      AND ((c.next_ordinal <= c.last_ordinal AND c.not_before <= now()) OR c.retry_at <= now())
      AND (c.closed_until IS NULL OR c.closed_until <= now())
      AND NOT EXISTS (SELECT FROM unnest(@held_mailings::int[], @held_providers::text[]) AS h (mailing_id, provider)
                      WHERE h.mailing_id = c.mailing_id AND h.provider = coalesce(c.provider, ''))
      AND m.state = 'running' AND NOT m.waits AND m.channel = @channel AND m.due_at <= now() AND (m.expires_at IS NULL OR m.expires_at > now())
    ORDER BY m.priority DESC, coalesce(held.chunks, 0), c.not_before, c.turn, c.mailing_id, c.chunk_no
    LIMIT @count
    FOR NO KEY UPDATE OF c SKIP LOCKED)
UPDATE engine.send_chunk c
SET epoch = c.epoch + 1, owner = @owner, lease_until = now() + @lease, retry_at = NULL, closed_until = NULL
FROM due
WHERE c.mailing_id = due.mailing_id AND c.chunk_no = due.chunk_no
RETURNING c.mailing_id, c.chunk_no, c.epoch, c.next_ordinal, c.last_ordinal, c.zone, c.country, c.provider
