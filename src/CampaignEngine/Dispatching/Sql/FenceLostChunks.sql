-- Takes chunks away from workers whose lease ran out or whose process is known to be gone. The new epoch keeps the old owner
-- from getting further grants; it may still report the outcomes of those it has.
WITH lost AS (
    SELECT mailing_id, chunk_no, owner
    FROM engine.send_chunk
    WHERE owner IS NOT NULL AND (lease_until < now() OR owner = ANY (@gone))
    FOR NO KEY UPDATE SKIP LOCKED)
UPDATE engine.send_chunk c
SET epoch = c.epoch + 1, owner = NULL, lease_until = NULL,
    retry_at = least(c.retry_at, (SELECT min(r.not_before) FROM engine.send_retry r WHERE r.mailing_id = c.mailing_id AND r.chunk_no = c.chunk_no))
FROM lost
WHERE c.mailing_id = lost.mailing_id AND c.chunk_no = lost.chunk_no
RETURNING c.mailing_id, c.chunk_no, lost.owner
