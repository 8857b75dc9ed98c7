-- An operator ends a pause or a slow-down: what was counted before is forgotten.
WITH lifted AS (
    UPDATE engine.brake SET phase = 'open', pace = 0, factor = 1, because = NULL, changed_at = clock_timestamp(), lifted_at = clock_timestamp(), paused_until = NULL
    WHERE subject = ANY (@subjects) AND phase <> 'open'
    RETURNING subject),
noted AS (INSERT INTO engine.brake_change (subject, phase, factor, because, by_operator) SELECT subject, 'open', 1, NULL, true FROM lifted)
SELECT subject FROM lifted ORDER BY subject
