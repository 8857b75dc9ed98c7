-- Attempts that provably did not deliver (deferred, not_attempted), and when to try again. The retry is written only with a
-- new fact, only while no later attempt exists and nothing has ended the item. A mailing that was complete but for a doubt
-- which this fact resolves runs again. Delays are counted by the database's clock.
WITH fact AS (
    SELECT * FROM unnest(@mailings, @ordinals, @attempts, @chunks, @outcomes, @reasons, @codes, @times, @delays)
        AS f (mailing_id, ordinal, attempt, chunk_no, outcome, reason, reply_code, at, delay)),
added AS (
    INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reason, reply_code, at)
    SELECT mailing_id, ordinal, attempt, outcome, reason, nullif(reply_code, 0), at FROM fact
    ON CONFLICT DO NOTHING
    RETURNING mailing_id, ordinal, attempt),
again AS (
    INSERT INTO engine.send_retry (mailing_id, ordinal, chunk_no, attempt, not_before)
    SELECT f.mailing_id, f.ordinal, f.chunk_no, f.attempt + 1, now() + f.delay
    FROM added JOIN fact f USING (mailing_id, ordinal, attempt)
    WHERE NOT EXISTS (SELECT FROM engine.send_grant g
                      WHERE g.mailing_id = f.mailing_id AND g.attempt = f.attempt + 1 AND g.ordinals @> f.ordinal)
      AND NOT EXISTS (SELECT FROM engine.send_outcome o
                      WHERE o.mailing_id = f.mailing_id AND o.ordinal = f.ordinal AND o.outcome NOT IN ('deferred', 'not_attempted'))
    ON CONFLICT DO NOTHING
    RETURNING mailing_id, chunk_no, not_before),
reopened AS (
    UPDATE engine.mailing m SET state = 'running', completed_at = NULL
    WHERE m.state = 'completed' AND m.mailing_id IN (SELECT mailing_id FROM again))
UPDATE engine.send_chunk c
SET retry_at = least(c.retry_at, first.not_before)
FROM (SELECT mailing_id, chunk_no, min(not_before) AS not_before FROM again GROUP BY mailing_id, chunk_no) AS first
WHERE c.mailing_id = first.mailing_id AND c.chunk_no = first.chunk_no
