-- Messages whose terminator was written and whose reply did not come. An outcome that is already known leaves no doubt.
INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, evidence)
SELECT d.mailing_id, d.ordinal, d.attempt, d.evidence
FROM unnest(@mailings, @ordinals, @attempts, @evidence) AS d (mailing_id, ordinal, attempt, evidence)
WHERE NOT EXISTS (SELECT FROM engine.send_outcome o
                  WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.attempt = d.attempt)
ON CONFLICT DO NOTHING
