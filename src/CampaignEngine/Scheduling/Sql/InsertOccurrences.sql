-- Due times of one drop. However often and by however many processes this runs, each exists once.
INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id)
SELECT @campaign, @drop, due_at, @plan_id FROM unnest(@due) AS due_at
ON CONFLICT (campaign, drop_name, due_at) DO NOTHING
