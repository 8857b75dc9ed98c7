-- due -> frozen, held or skipped.
UPDATE engine.occurrence SET state = @state, held_because = @because WHERE occurrence_id = @occurrence
