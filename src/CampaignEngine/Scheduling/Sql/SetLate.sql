-- A due time that was found too late: skipped, or held with the reason for an operator. Whoever comes second changes nothing.
UPDATE engine.occurrence
SET state = CASE WHEN @because::text IS NULL THEN 'skipped' ELSE 'held' END, held_because = @because
WHERE occurrence_id = @occurrence AND state = 'due' AND decided_at IS NULL
