-- Due times that have come and have no mailing yet, whoever should have made it: the sweep that no lost trigger escapes.
SELECT occurrence_id, campaign, drop_name
FROM engine.occurrence
WHERE state = 'due' AND due_at <= @now
ORDER BY due_at, occurrence_id
LIMIT 100
