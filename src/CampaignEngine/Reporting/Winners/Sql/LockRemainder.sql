-- The remainder that waits, locked: of two nodes that decide at once the second finds that it no longer does. The rule decides nothing while it is paused.
SELECT mailing_id FROM engine.mailing
WHERE mailing_id = @mailing AND waits AND (state = 'running' OR (state = 'paused' AND @by::text IS NOT NULL))
FOR UPDATE
