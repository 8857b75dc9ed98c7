-- Ends: accepted, rejected, skipped, expired, cancelled. Facts are always taken, also from a worker that lost its chunk; a
-- repeated report of the same attempt changes nothing.
INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reason, reply_code, at)
SELECT mailing_id, ordinal, attempt, outcome, reason, nullif(reply_code, 0), at
FROM unnest(@mailings, @ordinals, @attempts, @outcomes, @reasons, @codes, @times)
    AS fact (mailing_id, ordinal, attempt, outcome, reason, reply_code, at)
ON CONFLICT DO NOTHING
