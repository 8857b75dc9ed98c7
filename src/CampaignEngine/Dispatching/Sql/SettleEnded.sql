-- Mailings that were cancelled, or whose time has passed: what was never granted, and what waits for another attempt, gets its
-- outcome. Granted items are left to their worker. Row locks on chunks and retries keep a tick of another worker out.
WITH ended AS (
    SELECT m.mailing_id, CASE WHEN m.state = 'cancelled' THEN 'cancelled' ELSE 'expired' END AS outcome
    FROM engine.mailing m
    WHERE (m.state = 'cancelled' OR (m.state IN ('running', 'paused') AND m.expires_at <= now()))
      AND m.mailing_id IN (SELECT c.mailing_id FROM engine.send_chunk c
                           WHERE c.next_ordinal <= c.last_ordinal OR c.owner IS NOT NULL OR c.retry_at IS NOT NULL)),
closing AS (
    SELECT c.mailing_id, c.chunk_no, c.next_ordinal, c.last_ordinal
    FROM engine.send_chunk c JOIN ended USING (mailing_id)
    WHERE c.next_ordinal <= c.last_ordinal OR c.retry_at IS NOT NULL
    FOR NO KEY UPDATE OF c),
closed AS (
    UPDATE engine.send_chunk c SET next_ordinal = c.last_ordinal + 1, retry_at = NULL
    FROM closing
    WHERE c.mailing_id = closing.mailing_id AND c.chunk_no = closing.chunk_no),
dropped AS (
    DELETE FROM engine.send_retry r USING ended
    WHERE r.mailing_id = ended.mailing_id
    RETURNING r.mailing_id, r.ordinal, r.attempt),
open AS (
    SELECT mailing_id, n AS ordinal, 1::smallint AS attempt
    FROM closing, LATERAL generate_series(next_ordinal, last_ordinal) AS n
    UNION ALL
    SELECT mailing_id, ordinal, attempt FROM dropped)
INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reason, at)
SELECT open.mailing_id, open.ordinal, open.attempt, ended.outcome,
       CASE WHEN open.attempt > 1 THEN 'not delivered by attempt ' || open.attempt - 1 ELSE 'not sent before' END, now()
FROM open JOIN ended USING (mailing_id)
WHERE open.attempt = 1
   OR NOT EXISTS (SELECT FROM engine.send_outcome o
                  WHERE o.mailing_id = open.mailing_id AND o.ordinal = open.ordinal AND o.outcome NOT IN ('deferred', 'not_attempted'))
ON CONFLICT DO NOTHING
