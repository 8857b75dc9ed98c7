-- Whatever a lost worker was granted and never reported is in doubt: it may have been sent. One mailing a call, so that only
-- its own partition of outcomes is read.
INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, evidence)
SELECT g.mailing_id, n, g.attempt, 'worker lost: ' || g.owner
FROM engine.send_grant g
CROSS JOIN LATERAL generate_series(lower(g.ordinals), upper(g.ordinals) - 1) AS n
WHERE g.mailing_id = @mailing_id AND g.chunk_no = ANY (@chunks)
  AND NOT EXISTS (SELECT FROM engine.send_outcome o WHERE o.mailing_id = @mailing_id AND o.ordinal = n AND o.attempt = g.attempt)
ON CONFLICT DO NOTHING
