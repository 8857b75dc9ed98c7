-- Whatever comes back about a message proves that the relay took it: a late outcome, which resolves the doubt. Side effect: engine.send_outcome.
INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reason, at)
SELECT DISTINCT ON (d.mailing_id, d.ordinal) d.mailing_id, d.ordinal, d.attempt, 'accepted', 'report: ' || b.class, b.at
FROM engine.bounce b JOIN engine.send_doubt d USING (mailing_id, ordinal)
WHERE b.bounce_id = ANY(@ids) AND b.proof IS NOT NULL AND d.decision IS NULL
ORDER BY d.mailing_id, d.ordinal, d.attempt DESC
ON CONFLICT DO NOTHING
