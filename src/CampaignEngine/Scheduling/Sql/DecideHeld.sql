-- An operator's decision about held due times: sent after all, which no policy holds again, or skipped.
UPDATE engine.occurrence
SET state = CASE WHEN @send THEN 'due' ELSE 'skipped' END, held_because = NULL, decided_at = now(), decided_by = @by, decided_because = @because
WHERE state = 'held' AND campaign = @campaign AND (@occurrence::bigint IS NULL OR occurrence_id = @occurrence)
RETURNING occurrence_id, campaign, drop_name AS drop, due_at, state
