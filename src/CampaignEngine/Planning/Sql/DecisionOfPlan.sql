-- What was decided about the remainder of the plan's test.
SELECT w.outcome, w.cell, w.because, w.decided_at, w.decided_by FROM engine.winner w JOIN engine.occurrence o USING (occurrence_id) WHERE o.plan_id = @plan
