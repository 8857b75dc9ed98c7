-- A receipt for a message in doubt proves that the gateway took it: a late outcome, which resolves the doubt. Side effect: engine.send_outcome.
INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reason, at)
SELECT d.mailing_id, d.ordinal, d.attempt, 'accepted', 'receipt: ' || @status, @at
FROM engine.send_doubt d
WHERE d.mailing_id = @mailing AND d.ordinal = @ordinal AND d.decision IS NULL
ORDER BY d.attempt DESC
LIMIT 1
ON CONFLICT DO NOTHING
