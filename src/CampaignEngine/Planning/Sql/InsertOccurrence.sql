-- The due time of a drop; a second fire for the same time changes nothing and gets no row.
INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, test_part, created_at)
VALUES (@campaign, @drop, @due, @plan, @part, @now)
ON CONFLICT (campaign, drop_name, due_at) DO NOTHING
RETURNING occurrence_id
