-- Whether anything is left to do now: chunks in somebody's hands, or due, free and not stopped by a brake.
SELECT count(*) FILTER (WHERE c.owner IS NOT NULL AND c.owner <> @owner) AS elsewhere,
       count(*) FILTER (WHERE c.owner IS NULL) AS free
FROM engine.send_chunk c
JOIN engine.mailing m USING (mailing_id)
WHERE m.channel = @channel
  AND (c.owner IS NOT NULL
       OR (NOT EXISTS (SELECT FROM unnest(@held_mailings::int[], @held_providers::text[]) AS h (mailing_id, provider)
                       WHERE h.mailing_id = c.mailing_id AND h.provider = coalesce(c.provider, ''))
           AND m.state = 'running' AND NOT m.waits AND m.due_at <= now() AND (c.closed_until IS NULL OR c.closed_until <= now())
           AND ((c.next_ordinal <= c.last_ordinal AND c.not_before <= now()) OR c.retry_at <= now())))
  AND (c.next_ordinal <= c.last_ordinal OR c.owner IS NOT NULL OR c.retry_at IS NOT NULL)
