-- Answers of the last moments, in slots of a hundredth of each window they count in; what has left its window is removed. In one order, so that workers do not block each other.
WITH old AS (
    DELETE FROM engine.brake_count c USING unnest(@subjects, @spans) AS mine (subject, span)
    WHERE c.subject = mine.subject AND c.span = mine.span AND c.slot < now() - c.span * 1.02)
INSERT INTO engine.brake_count AS c (subject, span, slot, since, accepted, deferred, rejected, blocked)
SELECT subject, span, date_bin(span / 100, now(), 'epoch'), now() - age, accepted, deferred, rejected, blocked
FROM unnest(@subjects, @spans, @ages, @accepted, @deferred, @rejected, @blocked) AS mine (subject, span, age, accepted, deferred, rejected, blocked)
ORDER BY subject, span
ON CONFLICT (subject, span, slot) DO UPDATE
SET accepted = c.accepted + excluded.accepted, deferred = c.deferred + excluded.deferred, rejected = c.rejected + excluded.rejected, blocked = c.blocked + excluded.blocked
