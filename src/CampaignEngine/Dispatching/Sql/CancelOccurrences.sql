-- Due times of a cancelled drop that have no mailing yet never get one.
UPDATE engine.occurrence SET state = 'cancelled', held_because = NULL
WHERE campaign = @campaign AND (@drop::text IS NULL OR drop_name = @drop) AND state IN ('due', 'held')
RETURNING occurrence_id
