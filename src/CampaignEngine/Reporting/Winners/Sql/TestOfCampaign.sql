-- The remainder of the campaign's newest test, when the test fell due, and what was decided by the moment of the report.
SELECT m.frozen_count::bigint AS people, t.due_at AS tested_at, m.waits OR w.decided_at > @as_of AS open,
       w.outcome, w.cell, w.because, w.decided_at, w.decided_by
FROM engine.mailing m
JOIN engine.occurrence o USING (occurrence_id)
JOIN engine.occurrence ot ON ot.plan_id = o.plan_id AND ot.drop_name = o.drop_name AND ot.test_part = 'test'
JOIN engine.mailing t ON t.occurrence_id = ot.occurrence_id
LEFT JOIN engine.winner w ON w.occurrence_id = m.occurrence_id
WHERE m.mailing_id = ANY (@mailings) AND o.test_part = 'remainder' AND (m.waits OR w.occurrence_id IS NOT NULL)
ORDER BY m.mailing_id DESC
LIMIT 1
