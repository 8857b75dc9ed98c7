-- A decision about a brake, and its line in the history.
WITH changed AS (
    UPDATE engine.brake
    SET phase = @phase, pace = @pace, factor = @factor, because = @because, changed_at = @changed_at, lifted_at = @lifted_at, paused_until = @paused_until
    WHERE subject = @subject
    RETURNING subject, phase, factor, because)
INSERT INTO engine.brake_change (subject, phase, factor, because)
SELECT subject, phase, factor, because FROM changed
