-- Due times of one drop. However often and by however many processes this runs, each exists once.
INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, test_part)
SELECT @campaign, @drop, due_at, @plan_id, test_part FROM unnest(@due, @parts::text[]) AS due (due_at, test_part)
ON CONFLICT (campaign, drop_name, due_at) DO NOTHING
