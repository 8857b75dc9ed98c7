-- Due times that wait for an operator, oldest first.
SELECT occurrence_id, campaign, drop_name AS drop, due_at, held_because
FROM engine.occurrence
WHERE state = 'held' AND (@campaign::text IS NULL OR campaign = @campaign)
ORDER BY due_at, occurrence_id
